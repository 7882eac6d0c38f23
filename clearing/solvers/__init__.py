"""SHELL: linear and integer programs in, proposals out, from a process of its own that may fail without harm."""
