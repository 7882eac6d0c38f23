"""Two commands that stand for the engine's and kep_solver's: they find what the test says, whatever the pool."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.pools.measure import Sides

SECONDS = {"read": 0.25, "solve": 0.5, "certify": 0.25, "settle": 0.125, "write": 0.125}
CLEARED = {
    "digest": "00",
    "offers": 4,
    "legs": 3,
    "rings": 1,
    "participants_served": 3,
    "longest_ring": 3,
    "optimal": True,
    "gap": "0",
    "seconds": SECONDS,
}
SOLVED = {"transplants": 3, "longest": 3, "import": 0.25, "read": 0.25, "solve": 30.0}

CLEARING = """
import json, pathlib, sys
command, summary = sys.argv[2], json.loads(sys.argv[1])
if command == summary.get("fails"):
    sys.exit("this is what went wrong")
if command == "import":
    assert sys.argv[3] in ("kidney", "wants") and pathlib.Path(sys.argv[4]).is_file()
if command in ("import", "clear"):
    pathlib.Path(sys.argv[sys.argv.index("--out") + 1]).mkdir()
if command == "clear":
    print(json.dumps(summary))
    sys.exit(0 if summary["optimal"] else 5)
assert command in ("import", "verify", "replay")
"""


def sides(
    folder: Path, *, cleared: Mapping[str, object] = CLEARED, solved: Mapping[str, object] | int = SOLVED
) -> Sides:
    """Both sides, with what they find; a number is the status that kep_solver's driver ends with."""
    clearing, driver = folder / "clearing.py", folder / "driver.py"
    clearing.write_text(CLEARING, encoding="utf-8")
    ending = (
        f"import sys; sys.exit({solved})" if isinstance(solved, int) else f"print({json.dumps(json.dumps(solved))})"
    )
    driver.write_text(ending + "\n", encoding="utf-8")
    command = (sys.executable, str(clearing), json.dumps(cleared))
    return Sides(Path(sys.executable), "", kep_max=8, kep_once_above=6, clearing=command, kep_driver=driver)
