"""The arcs of a netting graph in, a GraphML text out that networkx reads: a directed multigraph with its flows.

Written line by line, so that a graph of a million arcs needs no more memory than the session itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from clearing.model.arcs import ArcFlow

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns"
         xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
         xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">"""
_KEYS = (
    ("node", "kind", "string"),
    ("node", "label", "string"),
    ("edge", "kind", "string"),
    ("edge", "ids", "string"),
    ("edge", "members", "long"),
    ("edge", "flow_micro", "long"),
    ("edge", "capacity_micro", "long"),
    ("edge", "cost_ppm", "long"),
)
_ARCS_AT_ONCE = 4_096


def graphml_chunks(nodes: Sequence[str], arcs: Iterable[ArcFlow]) -> Iterator[bytes]:
    """Nodes by their names with ``kind`` and ``label``; arcs the way value is delivered, with what they carry."""
    yield from _chunks(_lines(nodes, arcs))


def _lines(nodes: Sequence[str], arcs: Iterable[ArcFlow]) -> Iterator[str]:
    yield _HEAD
    for of, name, kind in _KEYS:
        yield f'  <key id="{of}_{name}" for="{of}" attr.name="{name}" attr.type="{kind}"/>'
    yield '  <graph id="netting" edgedefault="directed">'
    for node in nodes:
        kind, _, label = node.partition(":")
        members = _members("node", (("kind", kind), ("label", label or kind)))
        yield f"    <node id={quoteattr(node)}>{members}</node>"
    for number, arc in enumerate(arcs):
        members = _members(
            "edge",
            (
                ("kind", arc.kind),
                ("ids", "|".join(arc.ids)),
                ("members", str(len(arc.ids))),
                ("flow_micro", str(arc.flow_micro)),
                ("capacity_micro", str(arc.capacity_micro)),
                ("cost_ppm", str(arc.cost_ppm)),
            ),
        )
        yield f'    <edge id="e{number}" source={quoteattr(arc.tail)} target={quoteattr(arc.head)}>{members}</edge>'
    yield "  </graph>\n</graphml>"


def _members(of: str, values: Iterable[tuple[str, str]]) -> str:
    return "".join(f'<data key="{of}_{name}">{escape(value)}</data>' for name, value in values)


def _chunks(lines: Iterable[str]) -> Iterator[bytes]:
    waiting: list[str] = []
    for line in lines:
        waiting.append(line)
        if len(waiting) >= _ARCS_AT_ONCE:
            yield ("\n".join(waiting) + "\n").encode()
            waiting = []
    yield ("\n".join(waiting) + "\n").encode()
