"""Offers of desks: submitted, amended, withdrawn; a receipt comes of each, with a key always the same one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clearing.house import decide
from clearing.house.project import offer_names
from clearing.keeping.denied import or_denied
from clearing.keeping.entering import answered, enter, signed_receipt, with_key
from clearing.keeping.ports import House, Ledger
from clearing.model.errors import UsageFault
from clearing.model.house import HOUSE_ACTOR, Draft, Kind


def submit(
    house: House, lines: bytes, *, actor: str = HOUSE_ACTOR, key: str | None = None, one_session: bool = False
) -> dict[str, Any]:
    """Put offers on the book, all or none; ``lines`` are those of inputs/offers. The receipt.

    Raises Denied. ``one_session``: they are good for the session that is open now.
    """
    ids, owners = _names(lines)
    with house.store.writing() as ledger:
        asked = _asked(Kind.SUBMITTED, lines, one_session=one_session)
        entered = answered(ledger, asked, actor=actor, key=key)
        if entered is None:
            draft = or_denied(
                decide.submit(
                    lines,
                    owners,
                    actor=actor,
                    good_for=_good_for(ledger, one_session=one_session),
                    taken=ledger.taken("offers", ids),
                    participants=ledger.participants(),
                )
            )
            entered = enter(house, ledger, _keyed(draft, asked, key), actor=actor)
    return signed_receipt(house, entered)


def amend(
    house: House, lines: bytes, *, actor: str = HOUSE_ACTOR, key: str | None = None, one_session: bool = False
) -> dict[str, Any]:
    """Give standing offers new terms, of what is to be delivered from now on; as ``submit`` else."""
    ids, owners = _names(lines)
    with house.store.writing() as ledger:
        asked = _asked(Kind.AMENDED, lines, one_session=one_session)
        entered = answered(ledger, asked, actor=actor, key=key)
        if entered is None:
            draft = or_denied(
                decide.amend(
                    lines,
                    dict(zip(ids, owners, strict=True)),
                    actor=actor,
                    good_for=_good_for(ledger, one_session=one_session),
                    known=ledger.offers(ids),
                    participants=ledger.participants(),
                    under_way=decide.under_way_of(ledger.sessions()),
                )
            )
            entered = enter(house, ledger, _keyed(draft, asked, key), actor=actor)
    return signed_receipt(house, entered)


def withdraw(
    house: House, offer_ids: Sequence[str], *, actor: str = HOUSE_ACTOR, key: str | None = None
) -> dict[str, Any]:
    """Take standing offers off the book, all or none. The receipt. Raises Denied."""
    ids = sorted(set(offer_ids))
    asked = Draft(Kind.WITHDRAWN, {"offer_ids": ids})
    with house.store.writing() as ledger:
        entered = answered(ledger, asked, actor=actor, key=key)
        if entered is None:
            under_way = decide.under_way_of(ledger.sessions())
            draft = or_denied(decide.withdraw(ids, actor=actor, known=ledger.offers(ids), under_way=under_way))
            entered = enter(house, ledger, _keyed(draft, asked, key), actor=actor)
    return signed_receipt(house, entered)


def _names(lines: bytes) -> tuple[list[str], list[str]]:
    if not lines:
        raise UsageFault("the file has no offers; a row at least is needed")
    return offer_names(lines.decode())


def _asked(kind: Kind, lines: bytes, *, one_session: bool) -> Draft:
    """What a command with a key asks: a retry after the session has closed is the same command."""
    return Draft(kind, {"one_session": one_session}, {"offers": lines})


def _keyed(draft: Draft, asked: Draft, key: str | None) -> Draft:
    if key is None:
        return draft
    body = with_key(asked, key).body
    return Draft(draft.kind, {**draft.body, "key": key, "keyed": body["keyed"]}, draft.lists)


def _good_for(ledger: Ledger, *, one_session: bool) -> str | None:
    session = ledger.open_session() if one_session else None
    return None if session is None else session.session_id
