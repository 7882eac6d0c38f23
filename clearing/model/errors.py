"""Operating faults: the exceptions that the shell raises; one table maps them to exit statuses."""

from __future__ import annotations

from clearing.model.faults import FaultReport


class OperatingFault(Exception):
    """Something outside the engine is not as a command needs it; the message says what is allowed."""


class UsageFault(OperatingFault):
    """A command was asked for something that it cannot do (status 2)."""


class InputFault(OperatingFault):
    """An input file cannot be read as what it should be (status 3)."""


class RecordFault(OperatingFault):
    """What a house keeps of its past is not as it was entered; the message names the record (status 4)."""


class BookFault(InputFault):
    """A book with faults (status 3)."""

    def __init__(self, report: FaultReport) -> None:
        total = sum(report.counts.values())
        super().__init__(f"{total} fault{'s' if total != 1 else ''} in the book")
        self.report = report


class LawBroken(Exception):
    """The engine's own result breaks a law: a bug. The session stops and nothing is written."""
