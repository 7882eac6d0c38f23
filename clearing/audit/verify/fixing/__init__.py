"""VERBS: the record of a fixing in, a report on its laws out. Standard library only; shares nothing with the index."""

from clearing.audit.verify.fixing.auditor import FIXING_LAWS, Given, is_record, verify_fixing, verify_fixings

__all__ = ["FIXING_LAWS", "Given", "is_record", "verify_fixing", "verify_fixings"]
