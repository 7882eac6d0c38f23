"""The quotes of fixtures/index are what their generator writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FIXTURES = Path(__file__).parents[3] / "fixtures" / "index"


def test_the_generator_writes_the_committed_files_to_the_byte(tmp_path: Path) -> None:
    subprocess.run([sys.executable, FIXTURES / "make_quotes.py", tmp_path], check=True)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in FIXTURES.glob("quotes-*.csv")}
