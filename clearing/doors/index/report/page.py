"""A history of fixings comes in; the page on it goes out: one HTML file that needs nothing else, and no script.

The charts are drawn here, stretched by the browser to the width that there is.
"""

from __future__ import annotations

from decimal import Decimal

from markupsafe import Markup

from clearing.doors.index.history import FixingDay, History
from clearing.doors.index.report import quality, shares, values
from clearing.doors.index.words import STATUSES
from clearing.doors.report.figures import NARROW_SPACE
from clearing.doors.report.overview import Figure
from clearing.doors.report.page import environment, page_text, policy
from clearing.doors.words import count

_PACKAGE = "clearing.doors.index.report"


def render(history: History) -> str:
    """The page as text; the same records, the same page."""
    style = page_text("report.css") + page_text("index.css", _PACKAGE)
    last = history.last
    return environment(_PACKAGE).get_template("index.html").render(
        style=Markup(style),
        policy=policy(style),
        index=last.methodology.index,
        name=last.methodology.name or "",
        lede=_lede(history),
        last=last,
        meaning=STATUSES[last.status],
        figures=_figures(last),
        currencies=values.currency_chart(history),
        goods=values.small_multiples(history, "good"),
        money=values.small_multiples(history, "currency"),
        share_table=shares.share_table(history),
        gate=shares.gate_chart(history),
        gate_table=shares.gate_table(history),
        residuals=quality.residual_chart(history),
        residual_table=quality.residual_table(history),
        blocks=quality.status_blocks(history),
        counts=quality.status_counts(history),
        alarm_table=quality.alarm_table(history),
        reject_table=quality.reject_table(history),
        fallback_table=quality.fallback_table(history),
        first_day=history.days[0].day,
    )


def _lede(history: History) -> str:
    last, versions = history.last, {day.methodology.version for day in history.days}
    parts = last.methodology.constituents
    kinds = [history.kinds[part.asset] for part in parts]
    restated = f", {count(history.revisions, 'record')} restated since" if history.revisions else ""
    return (
        f"{count(kinds.count('good'), 'good')} in fixed quantities and {count(kinds.count('currency'), 'amount')} of "
        f"money make one index unit. {count(len(history.days), 'fixing')} from {history.days[0].day} to {last.day}, "
        f"under {count(len(versions), 'version')} of the methodology{restated}."
    )


def _figures(last: FixingDay) -> list[Figure]:
    rejected, residual = sum(last.rejects.values()), last.residual * 10_000
    return [
        Figure("Stale share", _percent(last.stale_share), "of the index rests on no market of the day"),
        Figure("Quotes", f"{last.quotes:,}", f"of which {rejected:,} rejected with their reasons"),
        Figure("Assets valued", f"{len(last.values):,}", f"of {len(last.methodology.assets):,}"),
        Figure("Residual", f"{residual:.1f}", "bps, root mean square of all pairs"),
        Figure("Fallbacks", f"{len(last.fallbacks):,}", "where the best quotes did not suffice"),
    ]


def _percent(part: Decimal | None) -> str:
    return "none" if part is None else f"{part * 100:.1f}{NARROW_SPACE}%"
