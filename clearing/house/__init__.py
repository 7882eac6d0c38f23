"""A house that lasts, pure: facts and a command become events or a denial, an event becomes changes of projections."""
