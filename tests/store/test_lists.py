"""The lists of an event are bound and kept alike, whoever does it."""

from __future__ import annotations

import sys

import pytest

from clearing.house.journal_event import bind
from clearing.store import lists
from clearing.store.payload import joined

LISTS = {"fills": b'{"id":"1"}\n' * 9_000, "entries": b"", "refusals": '{"memo":"Käthe"}\n'.encode()}


def refused(_content: bytes) -> None:
    raise AssertionError("it was bound apart")


@pytest.mark.parametrize("long", [1, lists.LONG])
def test_what_is_bound_apart_is_bound_alike(monkeypatch: pytest.MonkeyPatch, long: int) -> None:
    monkeypatch.setattr(lists, "LONG", long)
    bounds, kept = lists.bound_and_kept(LISTS)
    assert bounds == {name: bind(content) for name, content in LISTS.items()}
    assert {name: joined(parts) for name, parts in kept.items()} == LISTS
    assert [len(kept[name]) for name in ("entries", "fills", "refusals")] == [0, 3, 1]


def test_short_lists_are_not_bound_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "bind_apart", refused)
    lists.bound_and_kept(LISTS)
    assert lists.bound_and_kept({}) == ({}, {})
    monkeypatch.setattr(lists, "LONG", 1)
    with pytest.raises(AssertionError, match="bound apart"):
        lists.bound_and_kept(LISTS)


@pytest.mark.parametrize(
    "command",
    [("/nowhere/to/be/found",), (sys.executable, "-c", "pass"), (sys.executable, "-c", "print('[1, 2]')"),
     (sys.executable, "-c", "print('{\"lines\": 1}')")],
)  # fmt: skip
def test_what_cannot_be_bound_apart_is_bound_here(monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]) -> None:
    monkeypatch.setattr(lists, "WORKER", command)
    monkeypatch.setattr(lists, "LONG", 1)
    content = b"line\n" * 100_000
    assert lists.bind_apart(content) == bind(content)
    assert lists.bound_and_kept({"offers": content})[0] == {"offers": bind(content)}
