"""The page on a history of fixings, for people."""
