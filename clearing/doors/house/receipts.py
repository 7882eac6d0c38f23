"""What a command did and its receipt in, what is printed and written of it out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clearing.model.errors import OperatingFault, UsageFault


@dataclass(frozen=True, slots=True)
class Told:
    """How a command tells what it did: a file for the receipt, and whether it prints JSON."""

    receipt: Path | None = None
    as_json: bool = False

    def check(self) -> None:
        """Raise UsageFault before anything is done where the receipt could not be put."""
        if self.receipt is not None and (self.receipt.exists() or not self.receipt.parent.is_dir()):
            raise UsageFault(f"{self.receipt}: a receipt is written where nothing is yet, in a folder that exists")


def tell(told: Told, words: str, receipt: Mapping[str, Any]) -> int:
    """Print one line for people, or the receipt as JSON; write the receipt if a file is named."""
    if told.receipt is not None:
        try:
            told.receipt.write_text(json.dumps(receipt) + "\n", encoding="utf-8")
        except OSError as error:
            says = f"cannot write {told.receipt}: {error.strerror or error}"
            raise OperatingFault(f"{says}; what was asked is done: event {receipt['seq']}") from error
    signed = ", signed" if "signature" in receipt else ""
    print(json.dumps(receipt) if told.as_json else f"{words}: event {receipt['seq']}{signed}")
    return 0
