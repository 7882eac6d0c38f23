"""A barter-trade clearing engine: multilateral netting at the proven, unique optimum.

Importing the package loads nothing else, so that ``python -m clearing.audit.verify`` runs
in an interpreter that has only the standard library.
"""

__version__ = "0.1.0"
