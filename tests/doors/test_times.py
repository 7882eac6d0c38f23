"""Times become canonical UTC text."""

from __future__ import annotations

import pytest

from clearing.doors.times import is_date, utc_text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("2026-01-31T16:00:00Z", "2026-01-31T16:00:00Z"),
        ("2026-01-31t16:00:00z", "2026-01-31T16:00:00Z"),
        ("2026-01-31T17:00:00.500+01:00", "2026-01-31T16:00:00.5Z"),
        ("2026-01-31T17:00:00.000+01:00", "2026-01-31T16:00:00Z"),
        ("2025-12-31T22:30:00-01:45", "2026-01-01T00:15:00Z"),
        ("2026-01-31T16:00:00-00:00", "2026-01-31T16:00:00Z"),
        ("2024-02-29T23:59:59.123456789Z", "2024-02-29T23:59:59.123456789Z"),
        ("0099-01-01T00:00:00Z", "0099-01-01T00:00:00Z"),
    ],
)
def test_a_time_has_one_canonical_text(text: str, canonical: str) -> None:
    assert utc_text(text) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-31",
        "2026-01-31T16:00:00",
        "2026-01-31 16:00:00Z",
        "2026-01-31T16:00Z",
        "2026-02-29T16:00:00Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T23:59:60Z",
        "2026-01-31T16:00:00+24:00",
        "2026-01-31T16:00:00+01:60",
        "2026-01-31T16:00:00+0100",
        "2026-01-31T16:00:00.Z",
        "2026-01-31T16:00:00,5Z",
        "2026-01-31T16:00:00.1234567890Z",
        "0001-01-01T00:00:00+01:00",
        "0000-01-01T00:00:00Z",
        "٢٠٢٦-01-31T16:00:00Z",
        "2026-01-31T16:00:00Z\n",
        "20260131T160000Z",
    ],
)
def test_what_is_no_rfc_3339_time_is_none(text: str) -> None:
    assert utc_text(text) is None


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("2026-02-28", True), ("2026-02-29", False), ("20260228", False), ("2026-2-8", False), ("2026-W09-6", False)],
)
def test_a_date_is_a_day_of_the_calendar(text: str, is_one: bool) -> None:
    assert is_date(text) is is_one
