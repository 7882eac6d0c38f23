"""VERBS: quotes + methodology -> fixing -> the next version. Pure, standard library only, decimals of one context."""
