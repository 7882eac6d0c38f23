"""A pool as JSON comes in; what kep_solver made of it goes out, as JSON: transplants, seconds, peak memory.

    PYTHON kep_driver.py POOL.json --max-ring 3 --max-chain 3

It runs in a virtual environment that holds kep_solver and nothing of this project, so it imports only that and the
standard library. Beware of two ways of counting. kep_solver's length of a chain is its number of donors, the altruist
among them: a chain of three transplants has length 4. And its count of transplants has one more for every altruist,
whose chain's last kidney it takes to go to somebody outside the pool; as every altruist may give there directly, all of
them are in every optimum, so the most of its count is the most transplants within the pool and the number of altruists.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from typing import Any

MODELS = ("PICEF", "CycleAndChainModel")


def solve_pool(path: str, *, max_ring: int, max_chain: int, model: str) -> dict[str, Any]:
    """What a person would write who follows the quick start of kep_solver, with the clock read in between."""
    begun = time.perf_counter()
    from kep_solver import fileio  # type: ignore[import-not-found]
    from kep_solver import model as models
    from kep_solver.programme import Programme  # type: ignore[import-not-found]

    imported = time.perf_counter()
    instance = fileio.read_json(path)
    was_read = time.perf_counter()
    programme = Programme(
        [models.TransplantCount()],
        maxCycleLength=max_ring,
        maxChainLength=max_chain + 1 if max_chain else 0,
        description="transplants",
        full_details=False,
        model=getattr(models, model),
    )
    solution, _model = programme.solve_single(instance)
    solved = time.perf_counter()
    exchanges = [each.exchange for each in solution.selected]
    transplants = sum(len(each.transplantPairs()) for each in exchanges)
    counted = round(solution.values[0]) - (len(instance.allNDDs()) if max_chain else 0)
    if counted != transplants:
        raise SystemExit(f"kep_solver counts {counted} transplants within the pool and lists {transplants}")
    return {
        "transplants": transplants,
        "longest": max((len(each.transplantPairs()) for each in exchanges), default=0),
        "import": imported - begun,
        "read": was_read - imported,
        "solve": solved - was_read,
    }


def _mib() -> float:
    """Its own peak and that of the solver's program, which it waits for and holds everything meanwhile."""
    per_mib = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / per_mib


def main() -> None:
    """Solve the pool that the arguments name; status 9 when the memory is not enough."""
    begun = time.perf_counter()
    parser = argparse.ArgumentParser(description="Solve a pool of swaps with kep_solver.")
    parser.add_argument("pool")
    parser.add_argument("--max-ring", type=int, required=True)
    parser.add_argument("--max-chain", type=int, required=True)
    parser.add_argument("--model", choices=MODELS, default=MODELS[0], help="PICEF is the faster with chains")
    parser.add_argument("--memory-mib", type=int, default=0, help="of address space; 0 for no limit")
    asked = parser.parse_args()
    if asked.memory_mib:
        resource.setrlimit(resource.RLIMIT_AS, (asked.memory_mib << 20,) * 2)
    try:
        solved = solve_pool(asked.pool, max_ring=asked.max_ring, max_chain=asked.max_chain, model=asked.model)
    except MemoryError:
        sys.exit(9)
    print(json.dumps({**solved, "total": time.perf_counter() - begun, "MiB": _mib()}))


if __name__ == "__main__":
    main()
