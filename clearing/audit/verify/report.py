"""What verify says: violations come in one by one, a frozen report goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LAWS = {
    0: "seal: every digest matches, no file is missing, extra or malformed",
    1: "conservation: what is delivered is received, entries sum to zero",
    2: "fates: refusals follow from the inputs, no quantity, stock or maximum is broken",
    3: "limits: every fill is paid at least its limit, no account falls below its floor",
    4: "circulation: every node balances, every capacity is kept",
    5: "optimum: potentials, uniqueness, shares and premia are those of the rulebook",
    6: "settlement: rings, legs, entries, instructions and counts follow from the circulation",
    7: "beyond rulebook 1: rings, bounds, gaps and pay of what was searched are those of the rulebook",
}
LISTED_PER_LAW_MAX = 25
SHOWN_LENGTH_MAX = 120
UNAUTHENTICATED = "consistent, inputs not authenticated"


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken law: where in the bundle, and what is wrong."""

    law: int
    file: str | None
    line: int | None
    field: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict: the first violations of each law, all of them counted."""

    violations: tuple[Violation, ...]
    counts: Mapping[int, int]
    """Violations per law, listed or not."""
    unchecked: Mapping[int, str]
    """Laws that could not be checked, and why."""
    authenticated: tuple[str, ...]
    """By which trusted means the inputs are authenticated: key, digest, book root."""
    notes: tuple[str, ...]
    digest: str | None
    laws: tuple[int, ...] = tuple(range(7))
    """The laws of the session's rulebook."""
    meanings: Mapping[int, str] = field(default_factory=lambda: LAWS)

    @property
    def holds(self) -> bool:
        """Whether no law is broken."""
        return not self.counts and not self.unchecked

    @property
    def verdict(self) -> str:
        """The one line that sums up the report."""
        if not self.holds:
            broken = ", ".join(str(law) for law in sorted(self.counts)) or "none"
            return f"NOT VERIFIED: laws broken: {broken}"
        if not self.authenticated:
            return UNAUTHENTICATED
        return "verified, inputs authenticated by " + ", ".join(self.authenticated)


@dataclass(slots=True)
class Findings:
    """Collects what the laws find while they run."""

    listed: list[Violation] = field(default_factory=list)
    counts: dict[int, int] = field(default_factory=dict)
    unchecked: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    laws: tuple[int, ...] = tuple(range(7))
    meanings: Mapping[int, str] = field(default_factory=lambda: LAWS)

    def add(
        self, law: int, message: str, file: str | None = None, line: int | None = None, field: str | None = None
    ) -> None:
        """Count one violation and list it unless its law has been listed often enough."""
        self.counts[law] = self.counts.get(law, 0) + 1
        if self.counts[law] <= LISTED_PER_LAW_MAX:
            self.listed.append(Violation(law, file, line, field, message))

    def skip(self, why: str, *laws: int) -> None:
        """State that laws cannot be checked."""
        for law in laws:
            self.unchecked.setdefault(law, why)

    def total(self) -> int:
        """How many violations there are so far."""
        return sum(self.counts.values())

    def report(self, authenticated: tuple[str, ...], digest: str | None) -> Report:
        """The findings in order of law."""
        return Report(
            violations=tuple(sorted(self.listed, key=lambda found: found.law)),
            counts=dict(sorted(self.counts.items())),
            unchecked={law: why for law, why in sorted(self.unchecked.items()) if law not in self.counts},
            authenticated=authenticated,
            notes=tuple(self.notes),
            digest=digest,
            laws=self.laws,
            meanings=self.meanings,
        )


def shown(text: object) -> str:
    """A text from the bundle made safe to print: short, printable ASCII."""
    plain = ascii(str(text)[: SHOWN_LENGTH_MAX + 1])[1:-1]
    return plain if len(plain) <= SHOWN_LENGTH_MAX else plain[:SHOWN_LENGTH_MAX] + "..."
