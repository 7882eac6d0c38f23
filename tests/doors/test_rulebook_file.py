"""rulebook.toml: defaults, what it may state, and what it may not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from clearing.doors.fault_list import FaultList
from clearing.doors.rulebook_file import read_rulebook
from clearing.model.book import SessionTerms
from clearing.model.faults import FaultReason
from clearing.model.rulebook import DEFAULTS, Rulebook


def read(tmp_path: Path, text: str | bytes) -> tuple[Rulebook, SessionTerms, FaultList]:
    path = tmp_path / "rulebook.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    faults = FaultList("rulebook.toml")
    return (*read_rulebook(path, faults), faults)


def test_an_absent_or_empty_file_states_the_defaults(tmp_path: Path) -> None:
    faults = FaultList("rulebook.toml")
    assert read_rulebook(tmp_path / "rulebook.toml", faults) == (Rulebook(), SessionTerms())
    assert read(tmp_path, "")[:2] == (Rulebook(), SessionTerms())


def test_every_key_is_read(tmp_path: Path) -> None:
    text = """
        version = 1
        objectives = ["surplus", "value", "even", "lottery"]
        even_segments = 16
        netting_form = "net"
        obligations = "set-off"
        residual_tolerance = "2.50"
        allowance_bps = "12.5"
        self_crossing = "allow"
        [session]
        id = "S-2026.01"
        cut_off = "2026-01-31T17:00:00+01:00"
        salt = "00fF"
    """
    rulebook, terms, faults = read(tmp_path, text)
    assert not faults.counts
    assert rulebook == Rulebook(
        netting_form="net",
        residual_tolerance_micro=2_500_000,
        allowance_ppm=1_250,
        cut_off="2026-01-31T16:00:00Z",
    )
    assert terms == SessionTerms(id="S-2026.01", salt=b"\x00\xff")


def test_zero_is_stated_and_no_default(tmp_path: Path) -> None:
    rulebook = read(tmp_path, 'residual_tolerance = "0"\nallowance_bps = "0.00"\n')[0]
    assert (rulebook.residual_tolerance_micro, rulebook.allowance_ppm) == (0, 0)


def test_a_cut_off_may_be_a_toml_time_with_offset(tmp_path: Path) -> None:
    rulebook = read(tmp_path, "[session]\ncut_off = 2026-01-31 17:00:00.250+01:00\n")[0]
    assert rulebook.cut_off == "2026-01-31T16:00:00.25Z"


@pytest.mark.parametrize(
    ("text", "column", "allowed"),
    [
        ("version = 3", "version", "1 or 2"),
        ("version = 0", "version", "1 or 2"),
        ("version = true", "version", "1"),
        ("version = 1.0", "version", "1"),
        ('version = "1"', "version", "1"),
        ('objectives = ["value", "surplus"]', "objectives", "exactly these"),
        ("even_segments = 8", "even_segments", "16"),
        ('netting_form = "half"', "netting_form", '"gross" or "net"'),
        ('obligations = "ignore"', "obligations", '"set-off"'),
        ("residual_tolerance = 1.5", "residual_tolerance", "quoted decimal"),
        ('residual_tolerance = "1e3"', "residual_tolerance", "quoted decimal"),
        ('residual_tolerance = "0.0000001"', "residual_tolerance", "at most 6 digits"),
        ('residual_tolerance = "-1"', "residual_tolerance", "quoted decimal"),
        ("allowance_bps = 200", "allowance_bps", "quoted decimal"),
        ('allowance_bps = "-1"', "allowance_bps", '"0" to "1000000"'),
        ('allowance_bps = "1000001"', "allowance_bps", '"0" to "1000000"'),
        ('self_crossing = "refuse"', "self_crossing", '"allow" in rulebook 1'),
        ('obligations = "credit"', "obligations", '"set-off" in rulebook 1'),
        ('version = 2\nobjectives = ["lottery"]', "objectives", "two or more of surplus, value, items"),
        ('version = 2\nobjectives = ["surplus", "value"]', "objectives", '"lottery" last'),
        ('version = 2\nobjectives = ["value", "value", "lottery"]', "objectives", "none of them twice"),
        ('version = 2\nobjectives = ["worth", "lottery"]', "objectives", "participants, priority, deliveries"),
        ("version = 2\nobjectives = []", "objectives", "two or more"),
        ('version = 2\nself_crossing = "ask"', "self_crossing", '"refuse" or "allow"'),
        ('version = 2\nobligations = "paid"', "obligations", '"set-off" or "credit"'),
        ('version = 2\nscreening = "all"', "screening", '"neighbours" or "ring"'),
        ("version = 2\nmax_ring = 1", "max_ring", "from 2 to 1,000"),
        ("version = 2\nmax_ring = 1001", "max_ring", "from 2 to 1,000"),
        ('version = 2\nmax_ring = "3"', "max_ring", "an integer"),
        ("version = 2\nmax_ring = true", "max_ring", "an integer"),
        ("version = 2\nmax_ring = 3.0", "max_ring", "an integer"),
        ("version = 2\nmax_chain = 0", "max_chain", "from 1 to 1,000"),
        ("version = 2\nmax_chain = 1001", "max_chain", "from 1 to 1,000"),
        ("version = 2\nwork_limit = 0", "work_limit", "from 1 to 100,000"),
        ("version = 2\nwork_limit = 100001", "work_limit", "from 1 to 100,000"),
        ("session = 5", "session", "[session]"),
        ('[session]\nid = "a b"', "session.id", "an id"),
        ('[session]\ncut_off = "2026-01-31"', "session.cut_off", "RFC 3339"),
        ("[session]\ncut_off = 2026-01-31T16:00:00", "session.cut_off", "RFC 3339"),
        ("[session]\ncut_off = 2026-01-31", "session.cut_off", "RFC 3339"),
        ('[session]\nsalt = "0"', "session.salt", "two a byte"),
        ('[session]\nsalt = ""', "session.salt", "two a byte"),
        ('[session]\nsalt = "0x12"', "session.salt", "two a byte"),
        (f'[session]\nsalt = "{"00" * 65}"', "session.salt", "1 to 64 bytes"),
    ],
)
def test_an_unsupported_value_is_a_fault_that_says_what_is_allowed(
    tmp_path: Path, text: str, column: str, allowed: str
) -> None:
    rulebook, terms, faults = read(tmp_path, text)
    assert (rulebook, terms) == (Rulebook(), SessionTerms())
    assert {(f.reason, f.file, f.column) for f in faults.listed()} == {(FaultReason.MALFORMED, "rulebook.toml", column)}
    assert all(allowed in f.allowed for f in faults.listed())


def test_rulebook_2_has_defaults_of_its_own(tmp_path: Path) -> None:
    rulebook, _, faults = read(tmp_path, "version = 2")
    assert not faults.counts
    assert rulebook == DEFAULTS[2]
    assert (rulebook.self_crossing, rulebook.screening, rulebook.work_limit) == ("refuse", "neighbours", 2_000)
    assert (rulebook.max_ring, rulebook.max_chain, rulebook.chain_limit) == (None, None, None)
    assert DEFAULTS[1] == Rulebook()


def test_every_key_of_rulebook_2_is_read(tmp_path: Path) -> None:
    text = """
        version = 2
        objectives = ["items", "priority", "participants", "deliveries", "even", "lottery"]
        self_crossing = "allow"
        max_ring = 1000
        max_chain = 1
        screening = "ring"
        work_limit = 100000
        allowance_bps = "0"
    """
    rulebook, _, faults = read(tmp_path, text)
    assert not faults.counts
    assert rulebook == Rulebook(
        version=2,
        objectives=("items", "priority", "participants", "deliveries", "even", "lottery"),
        allowance_ppm=0,
        max_ring=1_000,
        max_chain=1,
        screening="ring",
        work_limit=100_000,
    )
    assert rulebook.chain_limit == 1


def test_a_chain_is_as_long_as_a_ring_may_be_unless_it_is_said(tmp_path: Path) -> None:
    assert read(tmp_path, "version = 2\nmax_ring = 3")[0].chain_limit == 3


def test_screening_of_rings_needs_a_longest_ring(tmp_path: Path) -> None:
    [fault] = read(tmp_path, 'version = 2\nscreening = "ring"\nmax_chain = 3')[2].listed()
    assert (fault.reason, fault.column) == (FaultReason.MISSING, "max_ring")
    assert 'with screening = "ring" a max_ring' in fault.allowed


@pytest.mark.parametrize("version", ["", "version = 1\n"])
@pytest.mark.parametrize("key", ["max_ring = 3", "max_chain = 3", 'screening = "ring"', "work_limit = 5"])
def test_a_key_of_rulebook_2_in_rulebook_1_is_a_fault_that_says_so(tmp_path: Path, version: str, key: str) -> None:
    [fault] = read(tmp_path, version + key)[2].listed()
    name = key.partition(" ")[0]
    assert (fault.reason, fault.column, fault.found) == (FaultReason.UNKNOWN, name, "a key of rulebook 2")
    assert "netting_form" in fault.allowed
    assert fault.allowed.startswith(f"with version = 2, which knows {name}; with version = 1 the keys ")


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("[session]\ncut_off = 5", ["session.cut_off"]),
        ("objectives = [1, 2, 3]", ["objectives"]),
        ("[session]\ncut_off = 5\nid = 7\nx = 1\ny = 2", ["session.cut_off", "session.id", "session.x", "session.y"]),
    ],
)
def test_each_bad_value_is_one_fault(tmp_path: Path, text: str, columns: list[str]) -> None:
    faults = read(tmp_path, text)[2]
    assert sorted(fault.column or "" for fault in faults.listed()) == columns
    assert sum(faults.counts.values()) == len(columns)


@pytest.mark.parametrize(
    ("text", "column", "allowed"),
    [("speed = 1", "speed", "netting_form"), ("[session]\ncutoff = 1", "session.cutoff", "cut_off")],
)
def test_an_unknown_key_is_a_fault(tmp_path: Path, text: str, column: str, allowed: str) -> None:
    [fault] = read(tmp_path, text)[2].listed()
    assert (fault.reason, fault.column) == (FaultReason.UNKNOWN, column)
    assert allowed in fault.allowed


@pytest.mark.parametrize(
    "text", ["version 1", "version = 1\nversion = 1", "x = " + "[" * 20_000, "version = " + "9" * 5_000, "a = '\x00'"]
)
def test_what_is_no_toml_is_a_fault(tmp_path: Path, text: str) -> None:
    [fault] = read(tmp_path, text)[2].listed()
    assert fault.reason is FaultReason.MALFORMED
    assert fault.found
    assert fault.allowed


def test_invalid_utf_8_and_size_are_faults(tmp_path: Path) -> None:
    [fault] = read(tmp_path, b"version = 1\n# \xff")[2].listed()
    assert (fault.reason, fault.row) == (FaultReason.ENCODING, 2)
    [fault] = read(tmp_path, "#" * 70_000)[2].listed()
    assert (fault.reason, fault.allowed) == (FaultReason.SIZE, "at most 65,536 bytes")


def test_reading_a_book_without_a_rulebook_imports_no_pydantic() -> None:
    code = "import sys, clearing.doors.book_folder; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
