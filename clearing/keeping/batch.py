"""One batch: finish what a dead run left, then close, fix, clear and, when the veto window is over, finish one session.

It can be run again at any moment. Each step is one transaction that looks at the session's state first; the name of the
batch says which close has been done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clearing.house.decide import under_way_of
from clearing.house.journal_event import event_of
from clearing.keeping import sessions
from clearing.keeping.ports import House
from clearing.keeping.texts import short_name
from clearing.model.errors import UsageFault
from clearing.model.house import SessionRecord, SessionState

if TYPE_CHECKING:
    from clearing.service import Session


@dataclass(slots=True)
class Batch:
    """What a run did: steps as (session, step), what was cleared, and until when it waits for a veto."""

    held: bool = True
    """Whether it had the lease; without it nothing is done."""
    steps: list[tuple[str, str]] = field(default_factory=list)
    cleared: list[Session] = field(default_factory=list)
    valued: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Of each session that was fixed, the event that recorded its values, and when: they may be old."""
    waits_until: str | None = None
    session: SessionRecord | None = None
    """The session of the batch, or the one before that is waited for."""


def run_batch(
    house: House,
    *,
    batch: str,
    fix: Callable[[], object] | None,
    clear: Callable[[str], Session],
    check: Callable[[SessionRecord], None] | None = None,
) -> Batch:
    """Run one batch; ``fix`` records the fixing that was handed over, if any, ``clear`` clears a session by its id.

    ``check`` raises, before a session is closed, if its bundle could not be put.
    """
    short_name("batch", batch)
    done, ready = Batch(), fix is not None
    fix = fix or _nothing
    with house.store.lease() as held:
        if not held:
            done.held = False
            return done
        with house.store.reading() as facts:
            left = under_way_of(facts.sessions())
        if left is not None:
            _advance(house, left, done, fix=fix, clear=clear)
            if done.waits_until is not None:
                return done
        with house.store.reading() as facts:
            known = facts.session_of(batch)
        if known is not None:
            done.session = known
            return done
        with house.store.reading() as facts:
            if not ready and facts.fixing_seq() is None:
                raise UsageFault("no fixing was recorded yet; give one: clearing house fixing FILE, or --fixing FILE")
            coming = facts.open_session()
        if check is not None and coming is not None:
            check(coming)
        session = sessions.close(house, batch=batch)
        done.steps.append((session.session_id, "closed"))
        _advance(house, session, done, fix=fix, clear=clear)
    return done


def _recorded(house: House, seq: int) -> tuple[int, str]:
    with house.store.reading() as facts:
        entered = facts.entered(seq)
    return seq, "" if entered is None else event_of(entered).at


def _nothing() -> None:
    return None


def _advance(
    house: House, session: SessionRecord, done: Batch, *, fix: Callable[[], object], clear: Callable[[str], Session]
) -> None:
    """Take a session as far as it goes now."""
    name = session.session_id
    if session.state == SessionState.CLOSED:
        fix()
        session = sessions.fix(house, name)
        done.steps.append((name, "fixed"))
        done.valued[name] = _recorded(house, session.fixing_seq or 0)
    if session.state == SessionState.FIXED:
        done.cleared.append(clear(name))
        done.steps.append((name, "cleared"))
    with house.store.reading() as facts:
        session, terms = facts.session(name) or session, facts.house()
    ends = sessions.veto_ends(session, terms.veto_minutes if terms else 0)
    if ends is not None and ends > house.surroundings.clock():
        done.waits_until = ends
    else:
        session = sessions.finish(house, name)
        done.steps.append((name, "final"))
    done.session = session
