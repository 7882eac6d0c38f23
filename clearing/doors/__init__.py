"""SHELL: files and the command line."""
