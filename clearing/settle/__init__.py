"""VERBS: legs -> positions, entries and settlement instructions. Pure."""
