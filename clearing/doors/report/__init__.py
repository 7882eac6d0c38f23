"""The report of a session: one self-contained page for people, made from a Session and nothing else."""
