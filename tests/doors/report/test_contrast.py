"""Colours: every text and every mark of the page stands out from what is behind it, in light and in dark."""

from __future__ import annotations

import re
from importlib import resources

import pytest

STYLE = (resources.files("clearing.doors.report") / "pages" / "report.css").read_text(encoding="utf-8")

TEXT_MIN, GRAPHIC_MIN = 4.5, 3.0
TEXTS = [(ink, ground) for ink in ("ink", "muted", "scarce", "abundant") for ground in ("paper", "bar")]
GRAPHICS = [(mark, ground) for mark in ("solid", "pale", "scarce", "abundant", "muted") for ground in ("paper", "bar")]


def scheme(name: str) -> dict[str, str]:
    """The colours of the light or the dark scheme by their names."""
    blocks = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    assert len(blocks) == 2
    light, dark = (dict(re.findall(r"--(\w+): (#[0-9a-f]{6})(?:[0-9a-f]{2})?;", block)) for block in blocks)
    return light if name == "light" else {**light, **dark}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXTS)
def test_texts_stand_out(name: str, ink: str, ground: str) -> None:
    colours = scheme(name)
    assert contrast(colours[ink], colours[ground]) >= TEXT_MIN


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize(("mark", "ground"), GRAPHICS)
def test_marks_stand_out(name: str, mark: str, ground: str) -> None:
    colours = scheme(name)
    assert contrast(colours[mark], colours[ground]) >= GRAPHIC_MIN


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_ground_of_each_scheme_is_its_own(name: str) -> None:
    assert (luminance(scheme(name)["paper"]) > 0.5) is (name == "light")


def test_every_colour_is_a_named_one() -> None:
    body = re.sub(r":root \{.*?\}", "", STYLE, flags=re.DOTALL)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?!\))", re.sub(r"url\(#\w+\)|#ring-figures", "", body)) == []
    assert set(re.findall(r"var\(--(\w+)\)", STYLE)) <= {*scheme("dark"), "serif", "sans", "mono"}


def test_paper_is_always_light() -> None:
    assert "@media screen and (prefers-color-scheme: dark)" in STYLE
