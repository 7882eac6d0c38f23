"""Figures of pools come in; Markdown goes out: the machine, what was found, seconds, memory, ratios, targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.pools.found import disagreements
from benchmarks.pools.measure import Taken
from benchmarks.pools.targets import Judged, faster, faster_whole, judged
from benchmarks.tables import machine_line, mib_text, seconds_text, table_of

COMMANDS = (
    ("import", "import whole"),
    ("clear", "clear whole"),
    ("verify", "verify whole"),
    ("replay", "replay whole"),
    ("import, clear, verify", "end to end"),
    ("CPU time of clear", "clear CPU"),
    ("kep_solver, whole", "kep_solver whole"),
    ("its CPU time", "kep_solver CPU"),
)
STAGES = (
    ("read", "stage read"),
    ("solve", "stage solve"),
    ("certify", "stage certify"),
    ("settle", "stage settle"),
    ("write", "stage write"),
    ("**solve and certify**", "solve and certify"),
    ("**kep_solver, solve**", "kep_solver solve"),
    ("kep_solver, read", "kep_solver read"),
)
MEMORY = (
    ("import", "import MiB"),
    ("clear", "clear MiB"),
    ("verify", "verify MiB"),
    ("replay", "replay MiB"),
    ("kep_solver", "kep_solver MiB"),
)
GROWTH = (
    ("arcs", "arcs"),
    ("solve and certify", "solve and certify"),
    ("clear", "clear whole"),
    ("verify", "verify whole"),
    ("replay", "replay whole"),
    ("kep_solver, solve", "kep_solver solve"),
    ("memory of clear", "clear MiB"),
)
MISSING = "–"


def report(pools: Sequence[Taken], facts: Mapping[str, str]) -> str:
    """Everything as Markdown, failures and disagreements first."""
    loud = [f"- **{what}** at {taken.trial.name}: {text}" for taken in pools for what, text in complaints(taken)]
    tables = [_found(pools), *(_medians(title, columns, pools) for title, columns in _MEDIANS)]
    growing = [_ratios(pools), _growth(pools), _targets(judged(pools))]
    parts = [machine_line(facts), *tables, *growing]
    return "\n\n".join(["\n".join(loud), *parts] if loud else parts) + "\n"


def complaints(taken: Taken) -> list[tuple[str, str]]:
    """What makes the benchmark end with 1: commands that failed, and disagreements."""
    return [("FAILED", each) for each in taken.failed] + [
        ("DISAGREEMENT", each) for each in disagreements(taken.trial, taken.found)
    ]


_MEDIANS = (("seconds of whole commands", COMMANDS), ("seconds of stages", STAGES), ("peak memory", MEMORY))


def _found(pools: Sequence[Taken]) -> str:
    head = ("found", "arcs", "rings up to", "chains up to", "swaps", "proven", "kep_solver finds", "known", "rings")
    return table_of(head, [_found_row(taken) for taken in pools])


def _found_row(taken: Taken) -> list[str]:
    trial, ours, theirs = taken.trial, taken.found.get("clearing", []), taken.found.get("kep_solver", [])
    return [
        trial.name,
        _number(taken.sizes.get("arcs")),
        str(trial.max_ring or MISSING),
        str(trial.max_chain or MISSING),
        _number(ours[0].swaps if ours else None),
        _proven(taken),
        _number(theirs[0].swaps) if theirs else taken.kep_absent,
        _number(trial.known),
        _number(taken.told.get("rings")),
    ]


def _proven(taken: Taken) -> str:
    if not taken.told:
        return MISSING
    if taken.told["optimal"]:
        return "yes"
    return "swaps are, what follows is not" if taken.told["gap"] == "0" else f"no, gap {taken.told['gap']}"


def _medians(title: str, columns: Sequence[tuple[str, str]], pools: Sequence[Taken]) -> str:
    head = (title, *(label for label, _name in columns))
    text = mib_text if columns is MEMORY else seconds_text
    rows = []
    for taken in pools:
        medians = taken.medians()
        cells = [text(medians[name]) if name in medians else MISSING for _label, name in columns]
        rows.append([taken.trial.name, *cells])
    return table_of(head, rows)


def _ratios(pools: Sequence[Taken]) -> str:
    head = ("times faster than kep_solver", "its solve / solve and certify", "its whole run / import and clear", "runs")
    rows = []
    for taken in pools:
        if taken.trial.kind == "kidney":
            medians, runs = taken.medians(), len(taken.found.get("kep_solver", []))
            ratios = [_times(faster(medians)), _times(faster_whole(medians))]
            rows.append([taken.trial.name, *ratios, f"{taken.trial.runs} and {runs}"])
    return table_of(head, rows)


def _growth(pools: Sequence[Taken]) -> str:
    """Figures by those of the pool of half the pairs."""
    rows = []
    for taken in pools:
        half = next((other for other in pools if _is_half(other, taken)), None)
        if half is not None:
            rows.append([taken.trial.name, *_growth_cells(_grown(taken), _grown(half))])
    return table_of(("growth from half the pairs", *(label for label, _name in GROWTH)), rows)


def _is_half(other: Taken, taken: Taken) -> bool:
    if not (other.trial.generated and taken.trial.generated) or other.trial.pairs * 2 != taken.trial.pairs:
        return False
    return bool(other.trial.altruists) == bool(taken.trial.altruists)


def _grown(taken: Taken) -> dict[str, float]:
    return {**taken.medians(), "arcs": taken.sizes.get("arcs", 0)}


def _growth_cells(figures: Mapping[str, float], half: Mapping[str, float]) -> list[str]:
    return [
        _times(figures[name] / half[name] if name in figures and half.get(name) else None) for _label, name in GROWTH
    ]


def _targets(judgements: Sequence[Judged]) -> str:
    head = ("target", "to reach", "pool", "measured")
    return table_of(head, [_judged_row(each) for each in judgements])


def _judged_row(each: Judged) -> list[str]:
    target = each.target
    bound = f"{'≥' if target.at_least else '≤'} {target.bound:g}{target.unit}"
    if each.figure is None:
        return [target.label, bound, each.pool, "not measured"]
    figure = f"{each.figure:.2f}{target.unit}"
    return [target.label, bound, each.pool, f"{figure}, {'reached' if each.reached else '**not reached**'}"]


def _number(number: int | None) -> str:
    return MISSING if number is None else f"{number:,}"


def _times(ratio: float | None) -> str:
    return MISSING if ratio is None else f"{ratio:,.1f}"
