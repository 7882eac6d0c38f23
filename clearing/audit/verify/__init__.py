"""VERBS: a bundle in, a report on laws 0 to 6 out. Standard library only; shares nothing with the engine."""

from clearing.audit.verify.auditor import verify
from clearing.audit.verify.ed25519 import read_public_key
from clearing.audit.verify.law0_seal import Bundle
from clearing.audit.verify.report import LAWS, Report, Violation
from clearing.audit.verify.words import report_lines, report_record

__all__ = [
    "LAWS",
    "Bundle",
    "Report",
    "Violation",
    "read_public_key",
    "report_lines",
    "report_record",
    "verify",
]
