"""HTML comes in, a tree of its elements goes out: strict about what is opened and closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "input", "br", "link", "img", "hr", "line", "circle", "rect", "path", "polygon"}


@dataclass
class Element:
    """One element with its attributes, children and own text."""

    tag: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def all(self, *tags: str) -> Iterator[Element]:
        """Itself and its descendants with one of these tags, any without; in the order of the page."""
        if not tags or self.tag in tags:
            yield self
        for child in self.children:
            yield from child.all(*tags)

    def first(self, tag: str) -> Element:
        return next(self.all(tag))

    @property
    def text(self) -> str:
        """Everything that it says, own text before that of its children."""
        return " ".join([*self.words, *(child.text for child in self.children)])


class Nesting:
    """The elements that are open, outermost first; asserts that they are closed as they were opened."""

    def __init__(self) -> None:
        self.root = Element("", {})
        self.open = [self.root]

    def begin(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        element = self.add(tag, attributes)
        if tag not in VOID:
            self.open.append(element)

    def add(self, tag: str, attributes: list[tuple[str, str | None]]) -> Element:
        names = [name for name, _value in attributes]
        assert len(names) == len(set(names)), (tag, names)
        element = Element(tag, {name: value or "" for name, value in attributes})
        self.open[-1].children.append(element)
        return element

    def end(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def say(self, text: str) -> None:
        if text.strip():
            self.open[-1].words.append(text.strip())


def parsed(page: str) -> Element:
    """The tree of a whole page."""
    nesting, parser = Nesting(), HTMLParser(convert_charrefs=True)
    # The parser calls back by these names.
    for name, called in (
        ("handle_starttag", nesting.begin),
        ("handle_startendtag", nesting.add),
        ("handle_endtag", nesting.end),
        ("handle_data", nesting.say),
    ):
        setattr(parser, name, called)
    parser.feed(page)
    parser.close()
    assert nesting.open == [nesting.root]
    return nesting.root
