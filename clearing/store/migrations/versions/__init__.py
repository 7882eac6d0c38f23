"""One file for each version of the database. What was released is never changed."""
