"""Sizes come in; tables on standard output and, with --out, pools.md and pools.json go out.

    python -m benchmarks pools --kep-solver CACHE --out FOLDER

The exit status is 1 when solvers disagree about the number of swaps or a command fails, never because of a time.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.console import add_places, positive, say, write_figures
from benchmarks.docs_page import PARTS, rewrite_part
from benchmarks.machine import machine
from benchmarks.pools.kep_home import kep_home
from benchmarks.pools.measure import Sides, Taken, measure
from benchmarks.pools.tables import complaints, report
from benchmarks.pools.trials import Rules, generated, real

SIZES = (64, 128, 256, 512, 1_024, 2_048)


def measure_pools(arguments: Sequence[str]) -> int:
    """Measure what the arguments name; the exit status."""
    asked = _arguments(arguments)
    facts, pools = _stored(asked.stored) if asked.stored is not None else _measured(asked)
    table = report(pools, facts)
    print(table, end="")
    if asked.out is not None:
        write_figures(asked.out, "pools", table, {"machine": facts, "pools": [taken.record() for taken in pools]})
    if asked.docs:
        rewrite_part("pools", table)
    return 1 if any(complaints(taken) for taken in pools) else 0


def _measured(asked: argparse.Namespace) -> tuple[Mapping[str, str], list[Taken]]:
    kep = kep_home(asked.kep_solver)
    facts = {**machine(), "kep_solver": kep.told}
    sides = Sides(
        kep.python,
        kep.told,
        kep_max=asked.kep_max,
        kep_memory_mib=asked.kep_memory,
        patience=asked.patience,
    )
    rules = Rules(max_ring=asked.max_ring, max_chain=asked.max_chain, seed=asked.seed, runs=asked.runs)
    trials = generated(asked.sizes, rules) + ([] if asked.generated_only else real(asked.runs))
    return facts, measure(trials, sides, say)


def _stored(path: Path) -> tuple[Mapping[str, str], list[Taken]]:
    figures = json.loads(path.read_text(encoding="utf-8"))
    return figures["machine"], [Taken.from_record(record) for record in figures["pools"]]


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks pools", description="Measure pools of swaps beside kep_solver."
    )
    parser.add_argument("--sizes", type=positive, nargs="+", default=SIZES, metavar="PAIRS")
    parser.add_argument("--runs", type=positive, default=3, help="runs of each pool (3)")
    parser.add_argument("--max-ring", type=positive, default=3, metavar="N", help="of the generated pools (3)")
    parser.add_argument("--max-chain", type=positive, default=3, metavar="N", help="of the generated pools (3)")
    parser.add_argument("--seed", type=int, default=1, help="of the generated pools (1)")
    parser.add_argument("--generated-only", action="store_true", help="leaves out the real pools and want lists")
    parser.add_argument("--kep-solver", type=Path, metavar="FOLDER", help="where kep_solver is, or is to be installed")
    parser.add_argument("--kep-max", type=int, default=512, metavar="PAIRS", help="largest for kep_solver (512)")
    parser.add_argument("--kep-memory", type=int, default=12_000, metavar="MIB", help="for kep_solver (12000)")
    parser.add_argument("--patience", type=float, default=600, metavar="SECONDS", help="with any one command (600)")
    add_places(parser, "pools", begin=PARTS["pools"][0])
    return parser.parse_args(arguments)
