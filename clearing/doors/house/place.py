"""Options and the environment in, the database of a house and the folder of its bundles out."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex
from shutil import rmtree

from clearing.audit.bundle_form import MANIFEST
from clearing.audit.canonical import Sink
from clearing.doors.bundle_folder import BundleFolder, BundleWriter
from clearing.doors.folder_writer import to_disk
from clearing.doors.signing import signer
from clearing.keeping.ports import House
from clearing.model.errors import OperatingFault, UsageFault

DATABASE_VARIABLE = "CLEARING_DATABASE"
BUNDLES = "sessions"


def chosen_database(database: str | None) -> str:
    """The URL given, else that of the environment, else a file in the platform's folder for what lasts."""
    return database or os.environ.get(DATABASE_VARIABLE) or f"sqlite:///{home() / 'house.db'}"


def home() -> Path:
    """Where a house is kept on this platform if nobody says otherwise."""
    from platformdirs import user_data_path

    return user_data_path("clearing", appauthor=False)


def chosen_house(database: str | None, keyfile: Path | None = None) -> House:
    """The house that is meant, with a signer if a key is given."""
    from clearing.wiring import open_house

    return open_house(chosen_database(database), sign=None if keyfile is None else signer(keyfile))


def chosen_bundles(bundles: Path | None, database: str | None) -> Path:
    """The folder given, else ``sessions`` beside the SQLite file, else in the platform's folder."""
    if bundles is not None:
        return bundles
    url = chosen_database(database)
    beside = Path(url.split("///", 1)[1]).parent if url.startswith("sqlite") and "///" in url else home()
    return beside / BUNDLES


class BundleShelf:
    """A folder of bundles by name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, name: str) -> BundleFolder:
        """The bundle of a name. Raises InputFault where there is none."""
        return BundleFolder(self._folder / name)

    def check(self, name: str, secret: str | None) -> None:
        """Raise UsageFault if a bundle of another session than that of ``secret`` (hex) has the name.

        No bundle is of a session whose secret is not told yet (None).
        """
        target = self._folder / name
        try:
            there = _manifest(target)
        except OSError as error:
            raise _not_put(target, error) from error
        if there is not None and (secret is None or _secret(there) != secret):
            raise UsageFault(f"{target} is a bundle of another house; choose another folder: --bundles DIR")

    def put(self, name: str, write: Callable[[Sink], None], *, secret: str) -> None:
        """A bundle written whole under a name.

        One of this session that is there already is the same, and stays, or was left by a run that died before it
        was cited, and gives way; until the new one is whole it is not touched. Raises UsageFault where one of
        another session is there.
        """
        self.check(name, secret)
        target = self._folder / name
        beside = self._folder / f"{name}.new-{token_hex(4)}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _not_put(target, error) from error
        with BundleWriter(beside) as bundle:
            write(bundle.write)
        try:
            self.check(name, secret)  # another house may have put its own there meanwhile
        except OperatingFault:
            rmtree(beside, ignore_errors=True)
            raise
        try:
            if _manifest(target) == _manifest(beside):
                rmtree(beside)
                return
            if (target / MANIFEST).is_file():
                rmtree(target)
            beside.rename(target)
            to_disk(self._folder)
        except OSError as error:
            raise _not_put(target, error) from error


def _manifest(bundle: Path) -> bytes | None:
    try:
        return (bundle / MANIFEST).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _secret(manifest: bytes) -> object:
    try:
        record = json.loads(manifest)
    except (ValueError, RecursionError):
        return None
    return record.get("secret") if isinstance(record, dict) else None


def _not_put(target: Path, error: OSError) -> OperatingFault:
    return OperatingFault(f"cannot write {target}: {error.strerror or error}")
