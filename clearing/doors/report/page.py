"""A session comes in; the report goes out as the bytes of one HTML page that needs nothing else.

The page asks for nothing from anywhere: its policy allows only the style sheet and the script that stand in it,
by their hashes. All texts of the book are escaped by the templates.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib import resources

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from clearing.doors.report import desks, offers, overview, pay, premia, proof, rings, settlement
from clearing.doors.report.fates import judge
from clearing.doors.words import choice_words
from clearing.service import Session, paid_in

_PACKAGE = "clearing.doors.report"
_PAGES = "pages"


def report_chunks(session: Session) -> Iterator[bytes]:
    """The page, in pieces; at most about 3 MB whatever the size of the book."""
    yield render(session).encode("utf-8", "replace")


def render(session: Session) -> str:
    """The page as text; the same session, the same page."""
    book, outcome = session.book, session.outcome
    fates = judge(book, outcome, paid_in(session))
    accounts = desks.take_accounts(book, outcome)
    style, script = page_text("report.css"), page_text("report.js")
    return environment().get_template("report.html").render(
        style=Markup(style),
        script=Markup(script),
        policy=policy(style, script),
        session=session.manifest.session,
        rulebook=book.rulebook.version,
        certificate=outcome.certificate,
        choice=choice_words(outcome.certificate),
        overview=overview.overview(book, outcome, fates, accounts),
        rings=rings.ring_figures(book, outcome),
        scarce=premia.extremes(book, outcome, sign=1),
        abundant=premia.extremes(book, outcome, sign=-1),
        wide_bps=premia.WIDE_PPM // 100,
        premium_table=premia.premium_table(book, outcome, fates),
        desk_table=desks.desk_table(book, fates, accounts),
        position_table=desks.position_table(book, outcome),
        fate_slices=offers.fate_slices(fates),
        reason_table=offers.reason_table(fates),
        pay=pay.pay_notes(book, outcome),
        offer_table=offers.offer_table(book, outcome, fates),
        ring_table=rings.ring_table(outcome),
        instruction_table=settlement.instruction_table(book, outcome),
        digest=proof.digest(session),
        commands=proof.commands(session),
        stage_table=proof.stage_table(session),
        component_table=proof.component_table(session),
        law_table=proof.law_table(),
        seal_table=proof.seal_table(session),
        file_table=proof.file_table(session),
    )


def policy(style: str, script: str | None = None) -> str:
    """What a page may load: the style sheet and the script that stand in it, and nothing from anywhere."""
    scripts = "'none'" if script is None else _source(script)
    return f"default-src 'none'; style-src {_source(style)}; script-src {scripts}; base-uri 'none'; form-action 'none'"


def _source(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@cache
def page_text(name: str, package: str = _PACKAGE) -> str:
    """A style sheet or script of the pages of a package."""
    return resources.files(package).joinpath(_PAGES, name).read_text(encoding="utf-8")


@cache
def environment(*packages: str) -> Environment:
    """The templates of this package, and of others that build on them; every text is escaped."""
    return Environment(
        loader=ChoiceLoader([PackageLoader(package, _PAGES) for package in (_PACKAGE, *packages)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
