"""``clearing report``: a bundle comes in, its page for people is written into it, whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from clearing.audit.bundle_form import REPORT
from clearing.doors.report.page import report_chunks
from clearing.doors.sealed_folder import SealedFolder
from clearing.model.errors import OperatingFault
from clearing.service import open_session


def write_report(folder: Path) -> int:
    """Write report.html, replacing the one there, and print where it is; the exit status."""
    page = b"".join(report_chunks(open_session(SealedFolder(folder))))
    target = folder / REPORT
    # Beside the bundle, since whatever is left in it by a killed run would break its seal.
    beside = folder.resolve().parent / f".{REPORT}.partial-{secrets.token_hex(4)}"
    try:
        beside.write_bytes(page)
        os.replace(beside, target)
    except OSError as error:
        raise OperatingFault(f"cannot write {target}: {error.strerror or error}; it is left as it was") from error
    finally:
        beside.unlink(missing_ok=True)
    print(target)
    return 0
