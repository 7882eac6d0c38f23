"""VERBS: book -> graph -> optimum -> premia -> rings -> legs -> positions. Pure, integers only."""
