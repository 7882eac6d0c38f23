"""The lifecycles: what the letter of the house says is what the tables hold."""

from __future__ import annotations

import re

import pytest

from clearing.house.decide import clear, finish, fix
from clearing.house.lifecycle import OFFER, SESSION, UNDER_WAY, SessionStep, steps_from
from clearing.model.house import Denial, DenialReason, OfferState, SessionRecord, SessionState
from tests.pages import ROOT

LETTER = (ROOT / "docs" / "house.md").read_text(encoding="utf-8")


def test_the_letter_draws_the_table_of_sessions() -> None:
    header = "| state | close | fix | clear | veto | finish |"
    rows = LETTER[LETTER.index(header) :].split("\n\n")[0].splitlines()[2:]
    steps = [SessionStep(name.strip()) for name in header.strip("| ").split("|")[1:]]
    drawn = {}
    for row in rows:
        state, *cells = [cell.strip() for cell in row.strip("|").split("|")]
        moves = zip(steps, cells, strict=True)
        drawn |= {(SessionState(state), step): SessionState(to) for step, to in moves if to}
    assert drawn == SESSION


def test_final_is_the_one_end_of_a_session_and_every_other_state_leads_there() -> None:
    assert [state for state in SessionState if not steps_from(state)] == [SessionState.FINAL]
    assert set(UNDER_WAY) == set(SessionState) - {SessionState.OPEN, SessionState.FINAL}


def test_only_standing_offers_move_and_every_end_is_reached() -> None:
    assert {before for before, _ in OFFER} == {OfferState.STANDING}
    assert set(OFFER.values()) == set(OfferState)


@pytest.mark.parametrize("state", list(SessionState))
def test_a_step_that_is_in_no_table_is_denied(state: SessionState) -> None:
    session = SessionRecord("S-000001", 1, state.value, "0" * 64)
    decided = {
        SessionStep.FIX: fix(session, 1),
        SessionStep.CLEAR: clear(session, {}, {}),
        SessionStep.FINISH: finish(session, at="2026-01-31T16:00:00Z", veto_until=None),
    }
    for step, found in decided.items():
        denied = isinstance(found, Denial)
        assert denied == ((state, step) not in SESSION)
        if isinstance(found, Denial):
            assert found.reason is DenialReason.WRONG_STATE


def test_every_kind_of_event_has_its_row_in_the_letter() -> None:
    from clearing.model.house import Kind

    told = set(re.findall(r"`([a-z]+\.[a-z]+)`", LETTER[: LETTER.index("## Projections")]))
    assert {kind.value for kind in Kind} <= told
