"""What rulebook.toml may say, as strict pydantic models; imported only when there is a file to check."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StrictInt

from clearing.doors.rulebook_values import allowance_ppm, is_salt, time_text, tolerance_micro
from clearing.doors.text_columns import ID
from clearing.model.rulebook import CHAIN_LENGTHS, RING_LENGTHS, VERSIONS, WORK_LIMITS, are_objectives


def _check(allowed: Callable[[Any], bool]) -> AfterValidator:
    def kept(value: Any) -> Any:
        if not allowed(value):
            raise ValueError("not allowed")
        return value

    return AfterValidator(kept)


class SessionForm(BaseModel):
    """The table [session]."""

    model_config = ConfigDict(strict=True, extra="forbid")

    id: Annotated[str, _check(lambda text: ID.fullmatch(text) is not None)] | None = None
    cut_off: Annotated[str | datetime, _check(lambda value: time_text(value) is not None)] | None = None
    salt: Annotated[str, _check(is_salt)] | None = None


class RulebookForm(BaseModel):
    """The whole file under rulebook 2; ``None`` where it says nothing."""

    model_config = ConfigDict(strict=True, extra="forbid")

    version: Annotated[StrictInt, _check(VERSIONS.__contains__)] | None = None
    objectives: Annotated[list[str], _check(lambda names: are_objectives(names, version=2))] | None = None
    even_segments: Annotated[StrictInt, _check(lambda number: number == 16)] | None = None
    netting_form: Literal["gross", "net"] | None = None
    obligations: Literal["set-off", "credit"] | None = None
    residual_tolerance: Annotated[str, _check(lambda text: tolerance_micro(text) is not None)] | None = None
    allowance_bps: Annotated[str, _check(lambda text: allowance_ppm(text) is not None)] | None = None
    self_crossing: Literal["refuse", "allow"] | None = None
    max_ring: Annotated[StrictInt, _check(RING_LENGTHS.__contains__)] | None = None
    max_chain: Annotated[StrictInt, _check(CHAIN_LENGTHS.__contains__)] | None = None
    screening: Literal["neighbours", "ring"] | None = None
    work_limit: Annotated[StrictInt, _check(WORK_LIMITS.__contains__)] | None = None
    session: SessionForm | None = None


class FirstRulebookForm(RulebookForm):
    """The whole file under rulebook 1, which has fewer keys and words."""

    objectives: Annotated[list[str], _check(lambda names: are_objectives(names, version=1))] | None = None
    obligations: Literal["set-off"] | None = None
    self_crossing: Literal["allow"] | None = None
    max_ring: None = None
    max_chain: None = None
    screening: None = None
    work_limit: None = None


FORMS: dict[int, type[RulebookForm]] = {1: FirstRulebookForm, 2: RulebookForm}
"""The form of each version."""
