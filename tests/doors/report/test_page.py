"""The page as markup: one file that asks for nothing, described for screen readers, everything there without script."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from itertools import pairwise

import pytest

from clearing.doors.report.page import render, report_chunks
from tests.doors.report.markup import Element, parsed
from tests.doors.report.pages import (
    BYTES_MAX,
    HOSTILE,
    cleared,
    demo_session,
    page,
    spoken,
    swaps,
)

EVERY = pytest.mark.parametrize("name", ["demo", "large", "hostile", "empty"])


def tree(name: str) -> Element:
    return parsed(page(name))


@EVERY
def test_a_page_has_language_title_viewport_and_landmarks(name: str) -> None:
    root = tree(name)
    assert page(name).startswith("<!doctype html>")
    assert root.first("html").attributes["lang"] == "en"
    assert "width=device-width" in page(name)
    assert root.first("title").text
    assert [len(list(root.all(tag))) for tag in ("header", "nav", "main", "footer", "h1")] == [1, 1, 1, 1, 1]
    skip = root.first("a")
    assert skip.attributes["href"] == "#main"
    assert root.first("main").attributes["id"] == "main"


@EVERY
def test_ids_are_unique_and_every_reference_meets_one(name: str) -> None:
    elements = list(tree(name).all())
    ids = [each.attributes["id"] for each in elements if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    named = [n for each in elements for n in each.attributes.get("aria-labelledby", "").split()]
    named += [each.attributes["href"][1:] for each in elements if "href" in each.attributes]
    assert set(named) <= set(ids)
    assert named


@EVERY
def test_headings_descend_one_level_at_a_time(name: str) -> None:
    levels = [int(each.tag[1]) for each in tree(name).all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@EVERY
def test_every_section_is_named_by_its_heading(name: str) -> None:
    for section in tree(name).all("section"):
        assert section.first("h2").attributes["id"] == section.attributes["aria-labelledby"]


@EVERY
def test_every_table_has_a_caption_scopes_and_a_box_to_scroll_in(name: str) -> None:
    root = tree(name)
    boxes = [each for each in root.all("div") if each.attributes.get("class") == "box"]
    tables = list(root.all("table"))
    assert len(tables) == len(boxes) >= 10
    for box in boxes:
        assert (box.attributes["tabindex"], box.attributes["role"]) == ("0", "region")
        assert box.attributes["aria-label"]
    for table in tables:
        assert table.children[0].tag == "caption"
        assert table.children[0].text
        heads = list(table.all("th"))
        assert {each.attributes["scope"] for each in heads} <= {"col", "row"}
        width = len(list(table.first("thead").all("th")))
        for row in table.first("tbody").all("tr"):
            cells = row.children
            assert sum(int(cell.attributes.get("colspan", "1")) for cell in cells) == width
            assert len(cells) == 1 or cells[0].attributes.get("scope") == "row"


@EVERY
def test_every_drawing_is_an_image_with_a_title(name: str) -> None:
    drawings = list(tree(name).all("svg"))
    assert drawings
    for svg in drawings:
        assert svg.attributes["role"] == "img"
        assert svg.children[0].tag == "title"
        assert svg.children[0].text
    charts = [svg for svg in drawings if svg.attributes.get("class") != "plot"]
    for svg in charts:
        assert svg.children[1].tag == "desc"
        assert svg.children[1].text


@EVERY
def test_a_page_asks_for_nothing_from_anywhere(name: str) -> None:
    root, text = tree(name), page(name)
    assert list(root.all("link", "img", "iframe", "object", "embed", "base", "audio", "video", "use")) == []
    for element in root.all():
        assert not [key for key in element.attributes if key.startswith("on") or key in ("src", "style", "action")]
        assert element.attributes.get("href", "#").startswith("#")
    style = root.first("style").text
    assert re.findall(r"url\((.*?)\)", style) == ["#hatch"] * style.count("url(")
    assert "@import" not in style
    assert "http:" not in text
    assert "https:" not in text


@EVERY
def test_the_policy_allows_the_pages_own_style_and_script_and_nothing_else(name: str) -> None:
    text = page(name)
    policy = parsed(text).first("head").children[1].attributes
    assert policy["http-equiv"] == "Content-Security-Policy"
    rules = dict(rule.split(" ", 1) for rule in policy["content"].split("; "))
    assert rules["default-src"] == "'none'"
    for tag in ("style", "script"):
        inline = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert len(inline) == 1
        digest = b64encode(sha256(inline[0].encode()).digest()).decode()
        assert rules[f"{tag}-src"] == f"'sha256-{digest}'"
    assert "unsafe" not in policy["content"]


def test_texts_of_the_book_stay_text() -> None:
    root = tree("hostile")
    assert [each.text[:12] for each in root.all("script")] == ['"use strict"']
    memos = [row.children[-1].text for row in rows_of(root, "offers")]
    assert memos == [HOSTILE] * 6
    assert HOSTILE in rows_of(root, "desks")[0].children[0].text
    assert "49" not in memos[0]


def test_a_page_says_the_same_each_time() -> None:
    assert render(demo_session()) == page("demo")
    assert b"".join(report_chunks(demo_session())) == page("demo").encode()


@pytest.mark.parametrize("name", ["demo", "large"])
def test_a_page_has_at_most_three_megabytes(name: str) -> None:
    assert 100_000 < len(page(name).encode()) <= BYTES_MAX


@pytest.mark.parametrize("letter", ["'", "\U0001f33e"])
def test_long_texts_do_not_make_a_long_page(letter: str) -> None:
    assert len(render(cleared(spoken(swaps(1_300), letter * 5_000))).encode()) <= BYTES_MAX


def test_everything_is_there_without_script() -> None:
    root = tree("demo")
    counts = {table: len(rows_of(root, table)) for table in ("offers", "desks", "premia", "instructions", "rings")}
    assert counts == {"offers": 60, "desks": 12, "premia": 15, "instructions": 41, "rings": 35}
    assert list(root.all("button")) == []
    hidden = [each for each in root.all() if "hidden" in each.attributes]
    assert {each.tag for each in hidden} == {"form"}


def test_what_is_left_out_is_said_with_its_place() -> None:
    root = tree("large")
    said = [each.text for each in root.all("p") if each.attributes.get("class") == "left-out"]
    assert len(said) == 5
    assert any("200 of 2,000 desks" in each and "outcome/entries.jsonl" in each for each in said)
    assert any("of 20,000 offers" in each and "outcome/fills.jsonl" in each for each in said)
    assert not [each for each in tree("demo").all("p") if each.attributes.get("class") == "left-out"]
    fates = {row.first("span").text for row in rows_of(root, "offers")}
    assert fates == {"filled", "partly filled", "unfilled", "refused"}


def test_the_commands_name_the_digest() -> None:
    digest = demo_session().manifest.digest
    lines = [each.text for each in tree("demo").all("code")]
    assert f"clearing verify . --digest {digest}" in lines
    assert "clearing replay ." in lines


def test_an_empty_book_has_a_page_that_says_so() -> None:
    said = tree("empty").text
    assert "No ring could be found" in said
    assert "No offers form a ring in this session." in said


def rows_of(root: Element, table: str) -> list[Element]:
    held = next(each for each in root.all("div") if each.attributes.get("id") == table)
    return list(held.first("tbody").all("tr"))
