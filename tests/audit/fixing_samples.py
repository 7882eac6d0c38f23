"""A fixing with every member of its record set, and a bare one; their figures follow from nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from clearing.model import fixing as model
from clearing.model.methodology import (
    AlarmLimits,
    AssetClass,
    Caps,
    ConsensusRules,
    Constituent,
    Differential,
    FixingTimes,
    Methodology,
    PricedAsset,
    Reference,
    Rounding,
    Schedule,
    Source,
)


def methodology() -> Methodology:
    """Two goods and a currency with every optional key; shares of no account."""
    return Methodology(
        index="MINI",
        name='Three, "quoted" — and a line separator\u2028',
        version=2,
        effective="2026-01-01",
        previous="ab" * 32,
        link_factor=Decimal("1.2500"),
        times=FixingTimes("15:00", 120, 30, 1_440),
        consensus=ConsensusRules(3, 5, Decimal("0.20"), Decimal("0.05"), Decimal("0.02")),
        alarms=AlarmLimits(Decimal("0.02"), Decimal("0.2"), Decimal("0.4"), Decimal("0.02"), Decimal("0.005")),
        caps=Caps(Decimal("0.1"), Decimal("0.4"), Decimal("0.15")),
        rounding=Rounding(18, 9),
        schedule=Schedule((1, 7), "targets"),
        sources=(Source("S1", 1, name="First"), Source("S2", 1), Source("S3", 2, interest="a stake")),
        classes=(AssetClass("market", 360, 10),),
        assets=(
            PricedAsset("OIL", "good", "BLL", "market", increment=Decimal("0.010"), name="crude oil"),
            PricedAsset(
                "TRUCK", "good", "KMT", "market",
                differential=Differential("OIL", "by contract", amount=Decimal("-0.50"), amount_unit="USD"),
            ),
            PricedAsset("USD", "currency", "USD", "market", differential=Differential("OIL", "-", factor=Decimal(2))),
        ),
        constituents=(
            Constituent("OIL", Decimal("0.0010"), target_share=Decimal("0.9")),
            Constituent("USD", Decimal("1E+2"), target_share=Decimal("0.1")),
        ),
        reference=Reference("2025-12-31", (("OIL", Decimal("74.0")), ("USD", Decimal(1)))),
    )  # fmt: skip


def full_fixing() -> model.Fixing:
    """Every optional member is there at least once."""
    few = model.Tried(model.Rung.TRANSACTION, model.Why.TOO_FEW_SOURCES, found=1, limit=3, rank=1)
    quote = model.Quote("S1", "OIL", "USD", "74.20", model.QuoteKind.FIRM, "2026-01-05T14:30:00.5Z")
    judged = replace(quote, kind=model.QuoteKind.JUDGEMENT, value="NaN", approvals=("S2", "S3"))
    return model.Fixing(
        methodology=methodology(),
        day="2026-01-05",
        window_opens="2026-01-05T13:00:00Z",
        fixing_time="2026-01-05T15:00:00Z",
        publication_time="2026-01-05T15:30:00Z",
        challenge_ends="2026-01-06T15:30:00Z",
        revision=2,
        restatement=model.Restatement("cd" * 32, 'a source withdrew its quote: "mistyped"'),
        previous=model.Previous("ef" * 32, "2026-01-02", (model.LastValue("OIL", Decimal("0.74"), "2025-12-30"),)),
        quotes=(quote, judged),
        rejects=(model.RejectedQuote(2, model.RejectReason.NOT_A_NUMBER),),
        pairs=(
            model.Pair(
                "OIL", "USD", model.Rung.FIRM, 1, ("S1", "S2"), Decimal("4.30"), Decimal("-1E-50"), disputed=True
            ),
        ),
        fallbacks=(
            model.Fallback("OIL", model.Rung.FIRM, (few,), other="USD", rank=1),
            model.Fallback("TRUCK", model.Rung.RELATED, (replace(few, why=model.Why.NOT_CONNECTED),), related="OIL"),
            model.Fallback("USD", model.Rung.LAST_VALUE, (), day="2025-12-30"),
            model.Fallback("USD", model.Rung.JUDGEMENT, (few,), quotes=(1, 2)),
        ),
        values=(
            model.AssetValue(
                "OIL", Decimal("2.15"), Decimal("0.7400"), 7_400, "2026-01-05", stale=False, share=Decimal("0E-18")
            ),
            model.AssetValue("USD", Decimal("-2.15"), Decimal("0.01"), None, "2025-12-30", stale=True),
        ),
        unpriced=(model.Unpriced("TRUCK", (few,)),),
        residual=Decimal("0.0010"),
        stale_share=Decimal("0.10"),
        leave_one_out=(
            model.LeftOut("USD", "currency", Decimal("0.1"), Decimal("0.2"), Decimal("-0.1110")),
        ),
        alarms=(
            model.AlarmRaised(model.Alarm.SHOCK, asset="USD", found=Decimal("-0.11"), limit=Decimal("0.02")),
            model.AlarmRaised(model.Alarm.DISPUTED, asset="OIL", other="USD"),
        ),
        status=model.FixingStatus.SHOCK,
    )  # fmt: skip


def bare_fixing() -> model.Fixing:
    """No optional member at all: no quote came, and there was no fixing before."""
    first = replace(methodology(), version=1, previous=None, name=None, link_factor=Decimal(1))
    return replace(
        full_fixing(), methodology=first, revision=1, restatement=None, previous=None, quotes=(), rejects=(),
        pairs=(), fallbacks=(), values=(), residual=Decimal(0), stale_share=None, leave_one_out=(),
        alarms=(model.AlarmRaised(model.Alarm.NO_VALUE, asset="OIL"),), status=model.FixingStatus.NO_FIX,
    )  # fmt: skip
