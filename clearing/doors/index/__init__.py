"""Files of the common index."""
