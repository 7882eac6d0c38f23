"""The ``#!`` lines of a want list come in, what they change in its reading goes out; the others are noted.

The words are TradeMaximizer's (README of chrisokasaki/TradeMaximizer, MIT); case does not count in them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from clearing.doors.imports.notes import Notes

IGNORED = "options that change nothing here"
UNKNOWN = "unknown options, ignored"
STEP_ALLOWED = "a step from 0 to 99999, as in BIG-STEP=9"

_SHAPES = re.compile(r"(LINEAR|TRIANGLE|SQUARE|SCALED|EXPLICIT)-PRIORITIES")
_ELSEWHERE = re.compile(
    r"(HIDE|SHOW)-[A-Z-]+|SORT-BY-ITEM|VERBOSE|SHRINK-VERBOSE|(ITERATIONS|SEED|SHRINK|METRIC|NONTRADE-COST)=\S*"
)
_STEP = re.compile(r"(SMALL|BIG)-STEP=(.*)")


@dataclass(slots=True)
class WantOptions:
    """How the lines of a list are to be read."""

    case_sensitive: bool = False
    require_colons: bool = False
    require_usernames: bool = False
    allow_dummies: bool = False
    priorities: bool = False
    explicit: bool = False
    small_step: int = 1
    big_step: int = 9

    def folded(self, name: str) -> str:
        """What two spellings of one name have in common."""
        return name if self.case_sensitive else name.upper()

    def take(self, word: str, notes: Notes) -> str | None:
        """Obey one option; what is allowed, where its number cannot be."""
        option = word.upper()
        if option in ("CASE-SENSITIVE", "REQUIRE-COLONS", "REQUIRE-USERNAMES", "ALLOW-DUMMIES"):
            setattr(self, option.lower().replace("-", "_"), True)
        elif _SHAPES.fullmatch(option):
            self.priorities, self.explicit = True, option.startswith("EXPLICIT")
        elif step := _STEP.fullmatch(option):
            return self._take_step(step[1], step[2])
        else:
            notes.add(IGNORED if _ELSEWHERE.fullmatch(option) else UNKNOWN, word)
        return None

    def _take_step(self, which: str, number: str) -> str | None:
        if not re.fullmatch(r"[0-9]{1,5}", number):
            return STEP_ALLOWED
        setattr(self, f"{which.lower()}_step", int(number))
        return None
