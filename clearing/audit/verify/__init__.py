"""VERBS: a bundle or a fixing record in, a report on its laws out. Standard library only; shares nothing beside it."""

from clearing.audit.verify.auditor import verify
from clearing.audit.verify.ed25519 import read_public_key
from clearing.audit.verify.fixing import Given, is_record, verify_fixing, verify_fixings
from clearing.audit.verify.law0_seal import Bundle
from clearing.audit.verify.report import LAWS, Report, Violation
from clearing.audit.verify.words import report_lines, report_record

__all__ = [
    "LAWS",
    "Bundle",
    "Given",
    "Report",
    "Violation",
    "is_record",
    "read_public_key",
    "report_lines",
    "report_record",
    "verify",
    "verify_fixing",
    "verify_fixings",
]
