"""One solver for all sessions of a module, where each would start its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clearing import service
from clearing.solvers.apart import SolverApart


class _Lasting(SolverApart):
    """One process for many sessions."""

    def __exit__(self, *_: object) -> None:
        self.failures.clear()


@pytest.fixture(scope="module")
def one_solver() -> Iterator[None]:
    own, lasting = service.SearchSolver, _Lasting()
    service.SearchSolver = lambda: lasting  # type: ignore[assignment,misc]
    yield
    service.SearchSolver = own  # type: ignore[misc]
    lasting.close()
