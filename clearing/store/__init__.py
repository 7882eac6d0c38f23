"""SHELL: the journal and its projections in SQLite or PostgreSQL. ``house_store.open_store`` is the front door."""
