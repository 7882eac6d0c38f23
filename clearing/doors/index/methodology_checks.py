"""A methodology whose keys are each well formed in; what they must be to each other noted as faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal, localcontext

from clearing.doors.fault_list import FaultList
from clearing.model.book import INDEX_NAME
from clearing.model.faults import FaultReason
from clearing.model.methodology import Differential, Methodology

EXACT_DIGITS = 400
"""More than any sum of products of allowed decimals has, so that shares are compared without rounding."""


def check_methodology(methodology: Methodology, faults: FaultList) -> None:
    """Note every fault: repeated and unknown ids, limits out of order, differentials in a circle, caps broken."""
    _check_ids(methodology, faults)
    _check_versions(methodology, faults)
    _check_limits(methodology, faults)
    _check_differentials(methodology, faults)
    if not faults.counts:
        _check_shares(methodology, faults)


def _check_ids(methodology: Methodology, faults: FaultList) -> None:
    assets = [each.id for each in methodology.assets]
    parts = [each.asset for each in methodology.constituents]
    classes = [each.id for each in methodology.classes]
    for table, ids in (
        ("sources.id", [each.id for each in methodology.sources]),
        ("classes.id", classes),
        ("assets.id", assets),
        ("constituents.asset", parts),
    ):
        for name, times in Counter(ids).items():
            if times > 1:
                faults.note(FaultReason.DUPLICATE, column=table, found=name, allowed="each id once")
    if INDEX_NAME in assets:
        allowed = f"another id than {INDEX_NAME}, which is reserved for the index unit"
        faults.note(FaultReason.IMPOSSIBLE, column="assets.id", found=INDEX_NAME, allowed=allowed)
    wanted = [(each.asset_class, "assets.class", "classes", classes) for each in methodology.assets]
    wanted += [(name, "constituents.asset", "assets", assets) for name in parts]
    wanted += [(name, "reference.values", "constituents", parts) for name, _value in methodology.reference.values]
    for each in methodology.assets:
        if each.differential is not None:
            named = (each.differential.related, each.differential.amount_unit)
            wanted += [(name, "assets.differential", "assets", assets) for name in named if name is not None]
    for name, column, table, known in dict.fromkeys((a, b, c, tuple(d)) for a, b, c, d in wanted):
        if name not in known:
            faults.note(FaultReason.UNKNOWN, column=column, found=name, allowed=f"an id of [[{table}]]")
    for name in sorted(set(parts) - {name for name, _value in methodology.reference.values}):
        faults.note(
            FaultReason.MISSING, column=f"reference.values.{name}", found="no value", allowed="one for each constituent"
        )


def _check_versions(methodology: Methodology, faults: FaultList) -> None:
    first = methodology.version == 1
    if first and methodology.previous is not None:
        faults.note(
            FaultReason.IMPOSSIBLE, column="previous", found=methodology.previous, allowed="no previous in version 1"
        )
    if not first and methodology.previous is None:
        allowed = "the digest of the version before: every version after the first names it"
        faults.note(FaultReason.MISSING, column="previous", found="no such key", allowed=allowed)
    if first and methodology.link_factor != 1:
        faults.note(
            FaultReason.IMPOSSIBLE, column="link_factor", found=f"{methodology.link_factor:f}",
            allowed='"1" in version 1',
        )  # fmt: skip
    if methodology.reference.day > methodology.effective:
        allowed = f"a day not after effective, {methodology.effective}"
        faults.note(FaultReason.IMPOSSIBLE, column="reference.day", found=methodology.reference.day, allowed=allowed)


def _check_limits(methodology: Methodology, faults: FaultList) -> None:
    consensus, alarms = methodology.consensus, methodology.alarms
    if consensus.trimmed_from < consensus.minimum_sources:
        allowed = f"at least minimum_sources, {consensus.minimum_sources}"
        found = str(consensus.trimmed_from)
        faults.note(FaultReason.IMPOSSIBLE, column="consensus.trimmed_from", found=found, allowed=allowed)
    if alarms.degraded > alarms.no_fix:
        allowed = f"at most no_fix, {alarms.no_fix}"
        faults.note(FaultReason.IMPOSSIBLE, column="alarms.degraded", found=str(alarms.degraded), allowed=allowed)
    if len(methodology.sources) < consensus.minimum_sources:
        allowed = f"at least minimum_sources, {consensus.minimum_sources}, of [[sources]]"
        found = str(len(methodology.sources))
        faults.note(FaultReason.IMPOSSIBLE, column="sources", found=found, allowed=allowed)


def _check_differentials(methodology: Methodology, faults: FaultList) -> None:
    rests_on: dict[str, tuple[str, ...]] = {}
    for asset in methodology.assets:
        differential = asset.differential
        if differential is None:
            continue
        wrong = _flaw(differential)
        if wrong:
            found, allowed = wrong
            column = f"assets.{asset.id}.differential"
            faults.note(FaultReason.IMPOSSIBLE, column=column, found=found, allowed=allowed)
        named = (differential.related, differential.amount_unit)
        rests_on[asset.id] = tuple(name for name in named if name is not None)
    for name in sorted(rests_on):
        if name in _under(rests_on, rests_on[name]):
            allowed = "assets that do not rest on this one in their turn"
            column = f"assets.{name}.differential"
            faults.note(FaultReason.IMPOSSIBLE, column=column, found="a circle of differentials", allowed=allowed)


def _flaw(differential: Differential) -> tuple[str, str] | None:
    """What was found and what is allowed."""
    both = differential.factor is not None and differential.amount is not None
    neither = differential.factor is None and differential.amount is None
    if both or neither:
        return ("factor and amount" if both else "neither factor nor amount"), "exactly one of factor and amount"
    if (differential.amount is None) != (differential.amount_unit is None):
        return "one of amount and amount_unit", "amount and amount_unit together"
    return None


def _under(rests_on: Mapping[str, Iterable[str]], first: Iterable[str]) -> set[str]:
    """All that these rest on, themselves included."""
    seen: set[str] = set()
    waiting = list(first)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += rests_on.get(name, ())
    return seen


def _check_shares(methodology: Methodology, faults: FaultList) -> None:
    """Shares at the reference values against the caps, target shares against both caps and 1; without rounding."""
    values = dict(methodology.reference.values)
    kinds = {each.id: each.kind for each in methodology.assets}
    with localcontext(prec=EXACT_DIGITS):
        worth = {part.asset: part.quantity * values[part.asset] for part in methodology.constituents}
        _check_caps(methodology, worth, kinds, "constituents", faults)
        targets = {part.asset: part.target_share for part in methodology.constituents}
        stated = {name: share for name, share in targets.items() if share is not None}
        if not stated and methodology.schedule.method != "targets":
            return
        if len(stated) < len(targets):
            missing = ", ".join(name for name in targets if name not in stated)
            allowed = "a target_share for every constituent, or for none where method is not targets"
            column = "constituents.target_share"
            faults.note(FaultReason.MISSING, column=column, found=f"none for {missing}", allowed=allowed)
        elif sum(stated.values()) != 1:
            total = f"a sum of {sum(stated.values()):f}"
            column = "constituents.target_share"
            faults.note(FaultReason.IMPOSSIBLE, column=column, found=total, allowed="shares whose sum is 1")
        else:
            _check_caps(methodology, stated, kinds, "constituents.target_share", faults)


def _check_caps(
    methodology: Methodology,
    worth: Mapping[str, Decimal],
    kinds: Mapping[str, str],
    column: str,
    faults: FaultList,
) -> None:
    caps, total = methodology.caps, sum(worth.values())
    currencies = sum(each for name, each in worth.items() if kinds[name] == "currency")
    limits = [
        (name, each, caps.currency if kinds[name] == "currency" else caps.commodity) for name, each in worth.items()
    ]
    for name, each, cap in [*limits, ("all currencies together", currencies, caps.currencies)]:
        if each > cap * total:
            found = f"{name}: a share of {Decimal(100) * each / total:.6f} %"
            allowed = f"at most {Decimal(100) * cap:f} %, its cap"
            faults.note(FaultReason.IMPOSSIBLE, column=column, found=found, allowed=allowed)
