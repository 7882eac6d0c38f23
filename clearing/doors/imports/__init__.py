"""Files of other systems come in, book folders go out: want lists, kidney pools, lists of obligations."""
