"""A list of lines on standard input, what an event says of it on standard output: the process that ``lists`` starts."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from clearing.house.journal_event import bind

if __name__ == "__main__":
    json.dump(asdict(bind(sys.stdin.buffer.read())), sys.stdout)
