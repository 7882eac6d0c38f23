"""Every line and field of an outcome is bound: whatever a forger alters and reseals, some law is broken."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.audit.verify.resealing import Records, cleared, records_of, resealed, verified

OUTCOME = ("fills", "rings", "legs", "entries", "positions", "instructions")


def altered(value: object) -> object:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, list):
        return value[:-1] if len(value) > 1 else [*value, *value]
    if isinstance(value, dict):
        return {name: altered(each) for name, each in value.items()}
    text = str(value)
    if text.lstrip("-").isdigit():
        return str(int(text) + 1)
    return text[:-1] + ("1" if text[-1] != "1" else "2")


@pytest.mark.parametrize("path", [f"outcome/{name}.jsonl" for name in (*OUTCOME, "premia", "refusals")])
@pytest.mark.parametrize(("seed", "netting_form"), [(6, "gross"), (9, "net")])
def test_every_field_of_every_line_of_the_outcome_is_bound(seed: int, netting_form: str, path: str) -> None:
    files = cleared(seed, netting_form)
    lines = records_of(files)[path]
    for number, line in list(enumerate(lines))[:: max(1, len(lines) // 8)]:
        for field in line:

            def change(records: Records, number: int = number, field: str = field) -> None:
                records[path][number][field] = altered(records[path][number][field])

            report = verified(resealed(files, change))
            assert report.counts, (path, number, field)
            named = {each.file for each in report.violations}
            # Fills that are no circulation, or not the optimum, are seen where they are summed or priced.
            assert named & {path, "outcome/fills.jsonl"} or {4, 5} & set(report.counts)


@pytest.mark.parametrize("group", ["counts", "sums"])
def test_every_count_and_sum_of_the_manifest_is_bound(group: str) -> None:
    for name in json.loads(cleared(1)["manifest.json"])[group]:

        def change(records: Records, name: str = name) -> None:
            manifest = records["manifest.json"][0]
            manifest[group][name] = altered(manifest[group][name])

        report = verified(resealed(cleared(1), change))
        assert set(report.counts) == {6}, name
        assert name in report.violations[0].message


LINE_CHANGES: dict[str, Callable[[list[dict[str, object]]], None]] = {
    "deleted": lambda lines: lines.pop(len(lines) // 2) and None,
    "repeated": lambda lines: lines.insert(1, lines[0]),
    "reordered": lambda lines: lines.reverse(),
}


@pytest.mark.parametrize("kind", LINE_CHANGES)
@pytest.mark.parametrize("path", [f"outcome/{name}.jsonl" for name in (*OUTCOME, "premia")])
def test_lines_deleted_repeated_or_reordered_are_named(path: str, kind: str) -> None:
    files = cleared(1)
    assert len(records_of(files)[path]) > 1
    report = verified(resealed(files, lambda records: LINE_CHANGES[kind](records[path])))
    assert report.counts
    if kind != "deleted" or path != "outcome/fills.jsonl":
        assert any(each.file == path for each in report.violations), report.violations


@pytest.mark.parametrize("kind", ["repeated", "reordered"])
@pytest.mark.parametrize("name", ["participants", "assets", "fixing", "stocks", "obligations", "offers"])
def test_inputs_out_of_order_are_named(name: str, kind: str) -> None:
    path = f"inputs/{name}.jsonl"
    report = verified(resealed(cleared(1), lambda records: LINE_CHANGES[kind](records[path])))
    assert (report.violations[0].law, report.violations[0].file) == (0, path)
    assert report.violations[0].line == 2
