"""``clearing import``: arguments come in, the import of one format runs.

Only typer is loaded here; each command loads what it needs when it runs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

BookTarget = Annotated[Path, typer.Option("--out", metavar="BOOK", help="A path where nothing is yet.")]
WantFile = Annotated[Path, typer.Argument(metavar="FILE", help="Lines `(user) item : wanted wanted ...`.")]
KidneyFile = Annotated[Path, typer.Argument(metavar="FILE", help="A .wmd file of PrefLib.")]
ObligationFile = Annotated[Path, typer.Argument(metavar="FILE", help="CSV with the header id,debtor,creditor,amount.")]
MaxRing = Annotated[int, typer.Option(metavar="N", min=2, max=1_000, help="Pairs of the longest ring.")]
MaxChain = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, max=1_000, help="Transplants of the longest chain; as --max-ring by default."),
]


def import_commands(leave_with: Callable[[Callable[[], int]], NoReturn]) -> typer.Typer:
    """The commands of ``clearing import``; ``leave_with`` runs one and ends with its exit status."""
    commands = typer.Typer(no_args_is_help=True, help="Make a book folder from another system's file.")

    @commands.command()
    def wants(file: WantFile, out: BookTarget) -> None:
        """Want lists of one-for-one swaps, as TradeMaximizer reads them."""

        def run() -> int:
            from clearing.doors.imports.want_list import import_wants

            return import_wants(file, out)

        leave_with(run)

    @commands.command()
    def kidney(file: KidneyFile, out: BookTarget, max_ring: MaxRing = 3, max_chain: MaxChain = None) -> None:
        """Kidney pools: pairs, altruists, and who can give to whom."""

        def run() -> int:
            from clearing.doors.imports.kidney_pool import import_kidney

            return import_kidney(file, out, max_ring=max_ring, max_chain=max_chain)

        leave_with(run)

    @commands.command()
    def obligations(file: ObligationFile, out: BookTarget) -> None:
        """Obligations to set off against each other."""

        def run() -> int:
            from clearing.doors.imports.obligation_list import import_obligations

            return import_obligations(file, out)

        leave_with(run)

    return commands
