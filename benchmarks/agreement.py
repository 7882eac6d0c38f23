"""What every solver found of one book comes in; sentences of disagreement go out, none when all agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

EXACT = ("raw", "networkx")
LP_TOLERANCE = 1e-6
INDEX_UNIT = 10**12
"""One index unit of surplus in µ·ppm."""


def disagreements(surplus: Mapping[str, Sequence[str]], digests: Sequence[str]) -> list[str]:
    """Integer solvers must find the engine's surplus to the last unit in every run, the LP to its tolerance.

    The engine itself must seal the same digest in every run.
    """
    ours, *again = surplus["clearing"]
    found = [f"clearing {each}, in another run {ours}" for each in again if each != ours]
    for name in EXACT:
        found += [f"{name} {each}, clearing {ours}" for each in surplus.get(name, ()) if int(each) != int(ours)]
    found += [f"lp {each}, clearing {ours}" for each in surplus.get("lp", ()) if _apart(float(each), int(ours))]
    if len(set(digests)) > 1:
        found.append(f"{len(set(digests))} digests in {len(digests)} runs")
    return found


def _apart(floating: float, exact: int) -> bool:
    # Written so that NaN is apart from everything.
    return not abs(floating - exact) <= LP_TOLERANCE * max(abs(exact), INDEX_UNIT)
