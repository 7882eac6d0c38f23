"""verify runs where nothing but an interpreter is installed, and its exit status says what it found."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.audit.verify.fixing_records import content_of, quiet_days
from tests.audit.verify.resealing import Files
from tests.books import random_book
from tests.sessions import clear_in_memory

ROOT = Path(__file__).parents[3]
FULL = Path("/dev/full")
Run = subprocess.CompletedProcess[str]


def write(files: Files, folder: Path) -> Path:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def run(python: str | Path, *arguments: str | Path, output: int = subprocess.PIPE) -> Run:
    command = [str(python), "-S", "-m", "clearing.audit.verify", *map(str, arguments)]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, stdout=output, stderr=subprocess.PIPE, text=True, env=environment, check=False, cwd="/"
    )


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=False, symlinks=True)
    return folder / "bin" / "python"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(clear_in_memory(random_book(1))[1], tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {f"{number}.json": content_of(fixing) for number, fixing in enumerate(quiet_days())}
    return write(files, tmp_path_factory.mktemp("records"))


def test_a_good_bundle_verifies_in_a_bare_environment(bare: Path, bundle: Path) -> None:
    ran = run(bare, bundle)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines()[-1] == "consistent, inputs not authenticated"
    assert [line.split()[:3] for line in ran.stdout.splitlines()[:7]] == [["law", str(n), "ok"] for n in range(7)]


def test_every_supported_python_that_is_installed_says_the_same(bare: Path, bundle: Path) -> None:
    said = {run(python, bundle).stdout for python in (bare, *installed_pythons())}
    assert len(said) == 1


def installed_pythons() -> list[str]:
    """Supported interpreters on the path that start; a version manager may offer names that do not."""
    found = [shutil.which(f"python3.{minor}") for minor in (11, 12, 13)]
    return [
        python
        for python in found
        if python and not subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode
    ]


def test_json_is_one_object(bare: Path, bundle: Path) -> None:
    ran = run(bare, bundle, "--json")
    report = json.loads(ran.stdout)
    assert (report["holds"], report["violations"], report["authenticated"]) == (True, [], [])
    assert report["digest"] == json.loads((bundle / "manifest.json").read_text())["digest"]


def test_trusted_roots_authenticate(bare: Path, bundle: Path) -> None:
    manifest = json.loads((bundle / "manifest.json").read_text())
    ran = run(bare, bundle, "--digest", manifest["digest"], "--book-root", manifest["book_root"])
    assert ran.stdout.splitlines()[-1] == "verified, inputs authenticated by digest, book root"


def test_a_broken_law_is_status_4_and_named(bare: Path, bundle: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(bundle, tmp_path / "broken")
    (broken / "outcome/entries.jsonl").write_bytes(b"")
    ran = run(bare, broken)
    assert ran.returncode == 4
    assert "law 0 broken: outcome/entries.jsonl" in ran.stdout
    assert "law 6 broken: outcome/entries.jsonl, line 1" in ran.stdout
    assert json.loads(run(bare, broken, "--json").stdout)["violations_by_law"] == {"0": 1, "6": 1}


def test_no_bundle_is_status_3(bare: Path, tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "absent"):
        ran = run(bare, place)
        assert (ran.returncode, ran.stdout) == (3, "")
        assert "is no bundle" in ran.stderr


@pytest.mark.parametrize("arguments", [[], ["--digest", "12"], ["--key", "absent"], ["--book-root", "x" * 64]])
def test_usage_is_status_2(bare: Path, bundle: Path, arguments: list[str]) -> None:
    ran = run(bare, *([bundle, *arguments] if arguments else []))
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "usage" in ran.stderr


def test_links_are_not_followed(bare: Path, bundle: Path, tmp_path: Path) -> None:
    linked = shutil.copytree(bundle, tmp_path / "linked")
    (linked / "outcome/legs.jsonl").unlink()
    (linked / "outcome/legs.jsonl").symlink_to(bundle / "outcome/legs.jsonl")
    (linked / "extra").symlink_to(bundle)
    ran = run(bare, linked)
    assert ran.returncode == 4
    assert "outcome/legs.jsonl: is missing or cannot be read: is a symbolic link" in ran.stdout
    assert "extra: a file too many" in ran.stdout
    folder = tmp_path / "linked folder"
    shutil.copytree(bundle, folder)
    shutil.rmtree(folder / "inputs")
    (folder / "inputs").symlink_to(bundle / "inputs")
    assert run(bare, folder).returncode == 4


def test_a_record_verifies_in_a_bare_environment(bare: Path, records: Path) -> None:
    ran = run(bare, records / "2.json", "--previous", records / "0.json")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert [line.split()[:3] for line in ran.stdout.splitlines()[:7]] == [["law", str(n), "ok"] for n in range(7)]
    said = {run(python, records / "2.json").stdout for python in (bare, *installed_pythons())}
    assert len(said) == 1
    digest = json.loads((records / "0.json").read_bytes())["digest"]
    assert run(bare, records / "0.json", "--digest", digest).stdout.endswith("authenticated by digest\n")
    assert run(bare, records / "2.json", "--previous", records / "1.json").returncode == 4


def test_a_folder_of_records_is_held_against_itself(bare: Path, records: Path, tmp_path: Path) -> None:
    ran = run(bare, records)
    assert (ran.returncode, ran.stdout.splitlines()) == (
        0, [f"{number}.json: consistent, inputs not authenticated" for number in range(3)]
    )  # fmt: skip
    assert {name: each["holds"] for name, each in json.loads(run(bare, records, "--json").stdout).items()} == {
        "0.json": True, "1.json": True, "2.json": True,
    }  # fmt: skip
    broken = shutil.copytree(records, tmp_path / "broken")
    (broken / "1.json").write_bytes(b"{}")
    ran = run(bare, broken)
    assert ran.returncode == 4
    assert "  law 0 broken: 1.json, day: is missing" in ran.stdout.splitlines()


@pytest.mark.parametrize("arguments", [["--key", "0" * 64], ["--book-root", "0" * 64]])
def test_trust_of_a_bundle_is_no_trust_of_a_record(bare: Path, records: Path, arguments: list[str]) -> None:
    assert run(bare, records / "0.json", *arguments).returncode == 2
    assert run(bare, records, "--digest", "0" * 64).returncode == 2


def test_a_file_that_cannot_be_read_is_no_record(bare: Path, records: Path, tmp_path: Path) -> None:
    assert run(bare, tmp_path / "absent.json").returncode == 3
    assert run(bare, records / "0.json", "--previous", tmp_path / "absent.json").returncode == 3
    (tmp_path / "note.json").write_text("[]")
    assert run(bare, tmp_path).returncode == 3
    assert run(bare, tmp_path / "note.json").returncode == 4


def test_nothing_else_is_imported(bare: Path) -> None:
    script = (
        "import sys; before = set(sys.modules); import clearing.audit.verify.__main__; "
        "print('\\n'.join(sorted(set(sys.modules) - before)))"
    )
    command = [str(bare), "-S", "-c", script]
    ran = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)}, check=True, cwd="/")
    for name in ran.stdout.split():
        own = name in ("clearing", "clearing.audit") or name.startswith("clearing.audit.verify")
        assert own or name.split(".")[0] in sys.stdlib_module_names, name


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
def test_a_full_standard_output_is_told_in_words(bare: Path, bundle: Path) -> None:
    with FULL.open("wb") as full:
        ran = run(bare, bundle, output=full.fileno())
    said = "standard output: No space left on device; what was to be printed is not all there\n"
    assert (ran.returncode, ran.stderr) == (1, said)


def test_a_reader_who_has_left_is_told_nothing(bare: Path, bundle: Path) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    ran = run(bare, bundle, output=writes)
    os.close(writes)
    assert (ran.returncode, ran.stderr) == (1, "")
