"""What an import leaves out or reads otherwise comes in, one thing at a time; a line for each kind goes out."""

from __future__ import annotations

from collections import Counter

from clearing.doors.fault_text import safe_text

EXAMPLES_MAX = 5


class Notes:
    """Counts by kind, with the first few examples of each; kinds in the order in which they came."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._examples: dict[str, list[str]] = {}

    def add(self, kind: str, example: str) -> None:
        """One more of this kind; the same example is shown once."""
        self._counts[kind] += 1
        shown = self._examples.setdefault(kind, [])
        if len(shown) <= EXAMPLES_MAX and example not in shown:
            shown.append(example)

    def lines(self) -> list[str]:
        """One line a kind, safe to print."""
        return [self._line(kind) for kind in self._counts]

    def _line(self, kind: str) -> str:
        examples = self._examples[kind]
        more = ", ..." if len(examples) > EXAMPLES_MAX else ""
        shown = ", ".join(map(safe_text, examples[:EXAMPLES_MAX]))
        return f"note: {kind} ({self._counts[kind]:,}): {shown}{more}"
