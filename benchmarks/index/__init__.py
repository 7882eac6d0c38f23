"""How long two years of fixings of the common index take."""
