"""NOUNS: the frozen records that every other room speaks in. Standard library only."""
