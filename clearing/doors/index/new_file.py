"""A path where nothing is and a text come in, a file goes out, whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from clearing.doors.folder_writer import check_target
from clearing.model.errors import OperatingFault, UsageFault


def write_new(target: Path, text: str) -> None:
    """Write a new file. Raises UsageFault where something is there, OperatingFault where it cannot be written."""
    check_target(target)
    partial = target.parent / f".{target.name[:40]}.partial-{secrets.token_hex(4)}"
    try:
        with partial.open("xb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        os.link(partial, target)
    except FileExistsError as error:
        raise UsageFault(f"{target} exists; it is left alone: name a path that does not exist") from error
    except OSError as error:
        raise OperatingFault(f"cannot write {target}: {error.strerror or error}; nothing was left behind") from error
    finally:
        partial.unlink(missing_ok=True)
