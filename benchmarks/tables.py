"""Figures of several books come in; Markdown goes out: the machine, what everything took, and the targets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from benchmarks.agreement import LP_TOLERANCE, disagreements
from benchmarks.measure import COUNTS, Taken
from benchmarks.targets import TARGETS, TARGETS_ARE_FOR, Target, reached

SECONDS = (
    ("**clear**, whole command", "clear whole"),
    ("of it read", "stage read"),
    ("of it solve", "stage solve"),
    ("of it certify", "stage certify"),
    ("of it settle", "stage settle"),
    ("of it write", "stage write"),
    ("of it outside the stages", "stage none"),
    ("**verify**, whole command", "verify whole"),
    ("**replay**, whole command", "replay whole"),
    ("CPU time of clear", "clear CPU"),
    ("CPU time of verify", "verify CPU"),
    ("CPU time of replay", "replay CPU"),
    ("**solve and certify**", "solve and certify"),
    ("raw OR-tools, solve", "raw solve"),
    ("raw OR-tools, handing the arcs over", "raw build"),
    ("networkx, solve", "networkx solve"),
    ("networkx, handing the arcs over", "networkx build"),
    ("PuLP + HiGHS, solve", "lp solve"),
    ("PuLP + HiGHS, handing the arcs over", "lp build"),
    ("**floor**", "floor"),
    ("of it csv.reader", "floor read"),
    ("of it SHA-256 and write", "floor write"),
)
MEMORY = tuple(
    (f"peak memory: {label}", f"{name} MiB")
    for label, name in (
        ("clear", "clear"),
        ("verify", "verify"),
        ("replay", "replay"),
        ("raw OR-tools", "raw"),
        ("networkx", "networkx"),
        ("PuLP + HiGHS", "lp"),
    )
)
NAMES = {"raw": "raw OR-tools", "networkx": "networkx", "lp": "PuLP + HiGHS"}


def report(books: Sequence[Taken], facts: Mapping[str, str]) -> str:
    """Everything as Markdown, disagreements first."""
    parts = [machine_line(facts), _what_was_taken(books), _targets(books)]
    loud = [f"- **DISAGREEMENT** at {_title(book)}: {each}" for book in books for each in _disagreements(book)]
    return "\n\n".join(["\n".join(loud), *parts] if loud else parts) + "\n"


def machine_line(facts: Mapping[str, str]) -> str:
    """What the figures were taken on."""
    return "Machine: " + "; ".join(f"{name} {value}" for name, value in facts.items()) + "."


def seconds_text(seconds: float) -> str:
    """Milliseconds below a second."""
    if seconds < 1:
        return f"{seconds * 1000:,.{0 if seconds >= 0.01 else 1}f} ms"
    return f"{seconds:,.{1 if seconds >= 10 else 2}f} s"


def mib_text(mib: float) -> str:
    """Whole MiB."""
    return f"{mib:,.0f} MiB"


def table_of(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column is of words and the others of numbers."""
    rule = ["---", *(["---:"] * (len(head) - 1))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))


def _disagreements(book: Taken) -> list[str]:
    return disagreements(book.surplus, book.digests)


def _title(book: Taken) -> str:
    return f"{book.trial.offers:,} offers, {book.trial.tick}"


def _what_was_taken(books: Sequence[Taken]) -> str:
    medians = [book.medians() for book in books]
    lines = _head("", books)
    lines.append(_row("runs, the median of which is shown", [str(len(book.figures)) for book in books]))
    lines.append(_row("desks", [f"{book.desks:,}" for book in books]))
    for name in COUNTS:
        lines.append(_row(name.replace("_", " "), [f"{book.counts[name]:,}" for book in books]))
    for rows, text in ((SECONDS, seconds_text), (MEMORY, mib_text)):
        for label, name in rows:
            cells = [_cell(each, book, name, text) for each, book in zip(medians, books, strict=True)]
            lines.append(_row(label, cells))
    lines.append(_row("surplus optimum, µ·ppm", [book.surplus["clearing"][0] for book in books]))
    for name, label in NAMES.items():
        lines.append(_row(f"{label} finds", [_agreement(book, name) for book in books]))
    return "\n".join(lines)


def _targets(books: Sequence[Taken]) -> str:
    """Ratios of every book; whether a target is reached is said of the largest."""
    largest = max(book.trial.offers for book in books)
    lines = _head("ratio | to reach", books)
    for target in TARGETS:
        cells = [_ratio(target, book, _tenth(book, books), judged=book.trial.offers == largest) for book in books]
        lines.append(_row(f"{target.label} | ≤ {target.most:,.0f}{target.unit}", cells))
    if largest != TARGETS_ARE_FOR:
        lines += ["", f"The targets are for {TARGETS_ARE_FOR:,} offers; at {largest:,} they are no more than a hint."]
    return "\n".join(lines)


def _tenth(book: Taken, books: Sequence[Taken]) -> Mapping[str, float] | None:
    """Medians of the book of the same tick and a tenth of the offers, if it was measured."""
    for other in books:
        if other.trial.offers * 10 == book.trial.offers and other.trial.tick == book.trial.tick:
            return other.medians()
    return None


def _ratio(target: Target, book: Taken, tenth: Mapping[str, float] | None, *, judged: bool) -> str:
    figure = reached(target, book.medians(), tenth)
    if figure is None:
        return "–"
    text = f"{figure:,.0f}{target.unit}" if target.unit else f"{figure:.2f}"
    if not judged:
        return text
    return f"{text}, reached" if figure <= target.most else f"{text}, **not reached**"


def _agreement(book: Taken, name: str) -> str:
    if name not in book.surplus:
        return book.absent.get(name, "–")
    if any(each.startswith(name) for each in _disagreements(book)):
        return f"**DISAGREES: {', '.join(sorted(set(book.surplus[name])))}**"
    return f"the same to {LP_TOLERANCE:.0e}" if name == "lp" else "the same"


def _cell(medians: Mapping[str, float], book: Taken, name: str, text: Callable[[float], str]) -> str:
    if name in medians:
        return text(medians[name])
    contender, _space, what = name.partition(" ")
    return book.absent.get(contender, "–") if what == "solve" else "–"


def _head(first: str, books: Sequence[Taken]) -> list[str]:
    rule = " | ".join("---" for _column in first.split("|"))
    return [_row(first, [_title(book) for book in books]), _row(rule, ["---:"] * len(books))]


def _row(first: str, cells: Sequence[str]) -> str:
    return f"| {first} | {' | '.join(cells)} |"
