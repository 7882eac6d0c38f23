"""USE CASES of a house that lasts: each reads what it needs, decides once in the pure rooms and commits once."""
