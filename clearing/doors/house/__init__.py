"""The commands of ``clearing house``: a house that lasts, by files and terminal."""
