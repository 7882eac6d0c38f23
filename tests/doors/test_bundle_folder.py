"""A bundle appears at its target whole or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from clearing.audit.replay import first_difference
from clearing.doors import bundle_folder
from clearing.doors.bundle_folder import BundleFolder, BundleWriter
from clearing.model.errors import InputFault, OperatingFault, UsageFault
from clearing.service import outcome_of
from tests.audit.samples import SALT, MemoryBundle, furnished_book, seal

REPOSITORY = Path(__file__).parents[2]


def written(target: Path) -> Path:
    with BundleWriter(target) as bundle:
        bundle.write("inputs/offers.jsonl", [b"one\n", b"two\n"])
        bundle.write("outcome/legs.jsonl", [])
        bundle.write("manifest.json", [b"{}\n"])
    return target


def test_a_session_written_to_a_folder_reads_back_byte_for_byte(tmp_path: Path) -> None:
    book = furnished_book(1)
    outcome = outcome_of(book, SALT)
    memory = MemoryBundle()
    seal(book, outcome, memory.write)
    with BundleWriter(tmp_path / "session") as bundle:
        seal(book, outcome, bundle.write)
    folder = BundleFolder(tmp_path / "session")
    assert {path: folder.read(path) for path in folder.names()} == memory.files
    assert first_difference(folder, lambda sink: seal(book, outcome, sink)) is None
    assert os.listdir(tmp_path) == ["session"]


def test_nothing_is_at_the_target_before_the_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "session"
    with BundleWriter(target) as bundle:
        bundle.write("manifest.json", [b"{}\n"])
        assert not target.exists()
    assert target.is_dir()


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, SystemExit])
def test_whatever_ends_the_block_removes_what_was_written(
    tmp_path: Path, error: type[BaseException]
) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"x" * 2_000_000
        raise error

    def begin() -> None:
        with BundleWriter(tmp_path / "session") as bundle:
            bundle.write("inputs/offers.jsonl", [b"one\n"])
            bundle.write("inputs/stocks.jsonl", chunks())

    with pytest.raises(error):
        begin()
    assert os.listdir(tmp_path) == []


def test_an_interrupt_while_completing_removes_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_descriptor: int) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(bundle_folder.os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        written(tmp_path / "session")
    assert os.listdir(tmp_path) == []


def test_every_file_and_folder_is_on_the_disk_before_the_rename(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    real, target = os.fsync, tmp_path / "session"

    def noting(descriptor: int) -> None:
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        synced.append(path.name if target.exists() or ".partial-" not in path.name else ".partial")
        assert target.exists() == (path == tmp_path)
        real(descriptor)

    monkeypatch.setattr(bundle_folder.os, "fsync", noting)
    written(target)
    files = ["offers.jsonl", "legs.jsonl", "manifest.json"]
    assert sorted(synced[:3]) == sorted(files)
    assert {"inputs", "outcome", ".partial"} <= set(synced[3:])
    assert synced[-1] == tmp_path.name


def test_an_existing_target_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "session"
    for what, make in (
        ("a folder", target.mkdir),
        ("a file", target.touch),
        ("a file", lambda: target.symlink_to("nowhere")),
    ):
        make()
        with pytest.raises(UsageFault, match=f"session exists and is {what}"):
            BundleWriter(target)
        assert os.listdir(tmp_path) == ["session"]
        target.rmdir() if target.is_dir() else target.unlink()


def test_a_target_that_appears_meanwhile_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "session"

    def overtaken() -> None:
        with BundleWriter(target) as bundle:
            bundle.write("manifest.json", [b"{}\n"])
            target.mkdir()

    with pytest.raises(UsageFault, match="exists"):
        overtaken()
    assert os.listdir(tmp_path) == ["session"]
    assert os.listdir(target) == []


def test_a_parent_that_is_missing_or_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for parent in ("missing", "file"):
        with pytest.raises(UsageFault, match=f"{parent} is no existing folder"):
            BundleWriter(tmp_path / parent / "session")
    with pytest.raises(UsageFault, match="exists and is a folder"):
        BundleWriter(Path("/"))


def test_a_target_inside_a_sealed_bundle_is_refused_at_any_depth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = written(tmp_path / "session")
    (tmp_path / "elsewhere").symlink_to(session / "outcome")
    before = sorted(session.rglob("*"))
    for inside in (session / "more", session / "outcome" / "more", tmp_path / "elsewhere" / "more"):
        with pytest.raises(UsageFault, match=r"session is a sealed bundle: .*more would break its seal"):
            BundleWriter(inside)
    monkeypatch.chdir(session / "outcome")
    with pytest.raises(UsageFault, match="would break its seal"):
        BundleWriter(Path("more"))
    assert sorted(session.rglob("*")) == before
    assert written(tmp_path / "beside").is_dir()


def test_a_read_only_parent_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Access is asked of the system; for the superuser it always says yes, so its answer is set here.
    monkeypatch.setattr(bundle_folder.os, "access", lambda _path, _mode: False)
    with pytest.raises(UsageFault, match="is not writable"):
        BundleWriter(tmp_path / "session")


def test_a_file_system_that_refuses_a_folder_is_named() -> None:
    target = Path("/proc/self/session")
    with pytest.raises(OperatingFault, match=r"/proc/self"), BundleWriter(target):
        raise AssertionError("the block must not begin")


def run(code: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), str(folder / "session")],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_full_disk_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    # A limit on the size of a file makes write() fail in the kernel as a full disk does.
    child = run(
        """
        import resource, sys
        from pathlib import Path
        from clearing.doors.bundle_folder import BundleWriter
        from clearing.model.errors import OperatingFault

        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))
        try:
            with BundleWriter(Path(sys.argv[1])) as bundle:
                bundle.write("inputs/offers.jsonl", [b"x" * 1_000_000] * 5)
        except OperatingFault as fault:
            print(fault)
        """,
        tmp_path,
    )
    out, error = child.communicate(timeout=60)
    assert "cannot write" in out, error
    assert "session/inputs/offers.jsonl: File too large" in out
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("files", [1, 3])
def test_a_killed_run_leaves_no_target_and_no_bundle(tmp_path: Path, files: int) -> None:
    child = run(
        f"""
        import sys, time
        from pathlib import Path
        from clearing.doors.bundle_folder import BundleWriter

        def chunks():
            yield b"x" * 2_000_000
            print("writing", flush=True)
            time.sleep(60)
            yield b"y"

        with BundleWriter(Path(sys.argv[1])) as bundle:
            for path in ["manifest.json", "inputs/offers.jsonl"][: {files} - 1]:
                bundle.write(path, [b"{{}}"])
            bundle.write("inputs/stocks.jsonl", chunks())
        """,
        tmp_path,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "writing\n"
    child.send_signal(signal.SIGKILL)
    child.communicate(timeout=60)
    assert child.returncode == -signal.SIGKILL
    (left,) = os.listdir(tmp_path)
    assert left.startswith(".session.partial-")
    with pytest.raises(InputFault, match="interrupted run left behind"):
        BundleFolder(tmp_path / left)
    written(tmp_path / "session")
    assert BundleFolder(tmp_path / "session").names()[0] == "inputs/offers.jsonl"


def test_a_very_long_name_can_be_written(tmp_path: Path) -> None:
    assert BundleFolder(written(tmp_path / ("ü" * 120))).names()


def test_a_bundle_has_the_rights_of_an_ordinary_folder(tmp_path: Path) -> None:
    (tmp_path / "ordinary").mkdir()
    assert written(tmp_path / "session").stat().st_mode == (tmp_path / "ordinary").stat().st_mode


def test_what_is_no_bundle_is_an_input_fault(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    for name, message in (
        ("missing", "is missing"),
        ("file", "is a file"),
        ("folder", r"no bundle: it has no manifest\.json"),
    ):
        with pytest.raises(InputFault, match=message):
            BundleFolder(tmp_path / name)


def test_names_are_all_files_and_links_in_ascending_path(tmp_path: Path) -> None:
    target = written(tmp_path / "session")
    (target / "more" / "deep").mkdir(parents=True)
    (target / "more" / "deep" / "file").touch()
    (target / "link").symlink_to(tmp_path)
    assert BundleFolder(target).names() == [
        "inputs/offers.jsonl",
        "link",
        "manifest.json",
        "more/deep/file",
        "outcome/legs.jsonl",
    ]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    target = written(tmp_path / "session")
    os.mkfifo(target / "pipe")
    folder = BundleFolder(target)
    assert folder.read("inputs/offers.jsonl") == b"one\ntwo\n"
    for path, message in (
        ("inputs/none.jsonl", "none.jsonl: No such file"),
        ("pipe", "pipe: it is no regular file"),
        ("inputs", "inputs: it is no regular file"),
    ):
        with pytest.raises(InputFault, match=message):
            folder.read(path)
