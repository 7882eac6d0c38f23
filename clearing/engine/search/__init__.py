"""VERBS: a component that no circulation can clear in -> rings, bounds and their proofs out; pure, in integers."""
