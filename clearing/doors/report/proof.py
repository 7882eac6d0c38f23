"""A session comes in; its objectives, laws, digests and the commands that check them go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clearing.audit.verify.report import LAWS
from clearing.doors.report import figures
from clearing.doors.report.table import Cell, Column, Table, left_out
from clearing.service import Session

STAGE_MEANINGS = {
    "surplus": "the gains from trade at the desks' own limits are as large as can be",
    "value": "of all such clearings this one delivers and discharges most value",
    "items": "of what moves whole, as many pieces as can be change hands",
    "priority": "alternatives that stand first are preferred",
    "participants": "as many desks as can be are served",
    "deliveries": "as few offers as can be deliver",
    "even": "what is scarce is spread in proportion",
    "lottery": "the rest is drawn by lot from the salt",
}
TIER_MEANINGS = {"rings": "rings of bounded length", "integer": "whole pieces"}
COMPONENTS_MAX = 40


@dataclass(frozen=True, slots=True)
class Command:
    """One command and what it does."""

    does: str
    line: str


def commands(session: Session) -> Sequence[Command]:
    """To be run in the folder that holds the page."""
    return [
        Command("Check every law on this digest, without a solver", f"clearing verify . --digest {digest(session)}"),
        Command("The same with a bare Python, nothing else installed", "python -m clearing.audit.verify ."),
        Command("Compute the session again and compare byte for byte", "clearing replay ."),
    ]


def digest(session: Session) -> str:
    """The digest of the session, in hex."""
    return session.manifest.digest


def stage_table(session: Session) -> Table:
    """The objectives in their order, each with the value that was proven least."""
    rows: list[Sequence[Cell]] = [
        [f"{number}", stage.objective, STAGE_MEANINGS.get(stage.objective, ""), figures.whole(stage.value)]
        for number, stage in enumerate(session.outcome.certificate.stages, 1)
    ]
    columns = [
        Column("Stage", "code"), Column("Objective"), Column("Meaning"),
        Column("Least value", "number", "in the stage's own unit"),
    ]  # fmt: skip
    return Table("stages", "Objectives of the circulation, in order, each proven by its potentials", columns, rows)


def component_table(session: Session) -> Table:
    """The components that were searched: each objective with the value that was found and the bound that was proven."""
    searched = [each for each in session.outcome.certificate.components if each.stages]
    rows: list[Sequence[Cell]] = [
        [
            figures.short(each.component),
            TIER_MEANINGS[each.tier],
            f"{each.offers:,}",
            stage.objective,
            *map(figures.whole, (stage.value, stage.bound, stage.value - stage.bound)),
        ]
        for each in searched[:COMPONENTS_MAX]
        for stage in each.stages
        if stage.objective != "lottery"  # it draws among equals, and proves nothing
    ]
    columns = [
        Column("Component", "code"), Column("Cleared in"), Column("Offers", "number"), Column("Objective"),
        Column("Value", "number", "as minimised"), Column("Proven bound", "number", "no less is possible"),
        Column("Gap", "number"),
    ]  # fmt: skip
    return Table(
        "components",
        "Searched components, each objective with its proven bound",
        columns,
        rows,
        left_out=left_out(
            min(len(searched), COMPONENTS_MAX), len(searched), what="components", which="the first components",
            where="certificate.json",
        ),
    )  # fmt: skip


def law_table() -> Table:
    """The laws that verify checks."""
    rows: list[Sequence[Cell]] = []
    for law, meaning in LAWS.items():
        name, _colon, says = meaning.partition(": ")
        rows.append([f"{law}", name, says])
    columns = [Column("Law", "code"), Column("Name"), Column("It says")]
    return Table("laws", "The laws that verify checks", columns, rows)


def seal_table(session: Session) -> Table:
    """What identifies the session, longest things last."""
    record = session.manifest.record
    rows: list[Sequence[Cell]] = [["digest", digest(session)]]
    named = ("book_root", "offers_root", "salt", "secret", "previous")
    rows += [[name.replace("_", " "), figures.short(str(record[name]))] for name in named if record.get(name)]
    signature = record.get("signature")
    if isinstance(signature, Mapping):
        rows.append(["signed with the key", figures.short(str(signature.get("key", "")))])
    made_by = record.get("made_by")
    if isinstance(made_by, Mapping):
        solvers = made_by.get("solvers")
        listed = ", ".join(map(str, solvers)) if isinstance(solvers, list | tuple) else ""
        made = f"clearing {made_by.get('engine')}, Python {made_by.get('python')}, solver {listed}"
        rows.append(["made by (not under the digest)", figures.short(made)])
    return Table("seal", "What was sealed", [Column("Name"), Column("Value", "hash")], rows)


def file_table(session: Session) -> Table:
    """SHA-256 of every file under the digest."""
    files = session.manifest.record.get("files")
    sealed = sorted(files.items()) if isinstance(files, Mapping) else []
    rows: list[Sequence[Cell]] = [[str(path), str(value)] for path, value in sealed]
    return Table("files", "Files under the digest", [Column("File"), Column("SHA-256", "hash")], rows)
