"""VERBS: canonical bytes, digests, bundle, verify, replay. ``verify`` is standard library only."""
