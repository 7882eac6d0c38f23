"""The lists of an event in, what the event says of each and the parts that the database keeps of it out.

Of a million lines the hashes take as long as all else; so the longest list is bound by a second process, while this
one deflates. Where there is no second process, this one does it all.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from subprocess import PIPE, Popen

from clearing.house.journal_event import bind
from clearing.model.house import Bound
from clearing.store.payload import parts

LONG = 1 << 24
"""Bytes of a list for which it is worth to start a process."""
WORKER = (sys.executable, "-m", "clearing.store.bind_worker")


def bound_and_kept(lists: Mapping[str, bytes]) -> tuple[dict[str, Bound], dict[str, Sequence[bytes]]]:
    """By name what binds each list, and its parts."""
    names = sorted(lists)
    longest = max(names, key=lambda name: len(lists[name]), default="")
    if not names or len(lists[longest]) < LONG:
        return {name: bind(lists[name]) for name in names}, _kept(lists)
    with ThreadPoolExecutor(max_workers=1) as beside:
        waited_for = beside.submit(bind_apart, lists[longest])
        bounds = {name: bind(lists[name]) for name in names if name != longest}
        kept = _kept(lists)
        return {**bounds, longest: waited_for.result()}, kept


def bind_apart(content: bytes) -> Bound:
    """The same as ``bind``, by a process of its own."""
    try:
        with Popen(WORKER, stdin=PIPE, stdout=PIPE) as running:
            assert running.stdin is not None
            assert running.stdout is not None
            running.stdin.write(content)
            running.stdin.close()
            return Bound(**json.loads(running.stdout.read()))
    except (OSError, ValueError, TypeError):
        return bind(content)


def _kept(lists: Mapping[str, bytes]) -> dict[str, Sequence[bytes]]:
    return {name: list(parts(content)) for name, content in sorted(lists.items())}
