"""Options of the test run."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update-golden`` writes the golden bundles anew; read the diff before it is committed."""
    parser.addoption("--update-golden", action="store_true", help="write the golden bundles anew")
