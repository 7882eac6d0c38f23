"""Files, commands and pages of the common index."""
