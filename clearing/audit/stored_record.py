"""The certificate and the rings of a bundle in, what they say of searched components out, as far as it can be read.

Replay puts it to the engine's own laws; what cannot be read is left out here and named by the comparison of bytes.
"""

from __future__ import annotations

import json

from clearing import __version__
from clearing.audit.bundle_form import MANIFEST
from clearing.audit.outcome_lines import CERTIFICATE, CERTIFICATE_FORMAT_2, RINGS
from clearing.audit.proof_objects import component_of
from clearing.audit.stored_lines import MALFORMED, Read, Record, each_record
from clearing.model import proof
from clearing.model.book import AMOUNT_LIMIT, Book
from clearing.model.errors import InputFault


def read_stored_record(read: Read, book: Book) -> proof.Record | None:
    """None where the certificate or the rings are not of the form that a session of rulebook 2 has."""
    offer_of = {name: row for row, name in enumerate(book.offers.id)}
    rings: list[proof.RecordedRing] = []

    def add(record: Record) -> None:
        nodes, segments = record["nodes"], record["segments"]
        members = segments[0]["members"]
        if len(segments) > 1 or len(members) != len(nodes) or nodes[0].startswith("claim:"):
            return  # a ring of the circulation or of obligations
        flow = int(record["flow_micro"])
        if flow != int(segments[0]["flow_micro"]) or not 0 < flow < AMOUNT_LIMIT:
            raise ValueError
        rings.append(proof.RecordedRing([str(node) for node in nodes], [offer_of[name] for name in members], flow))

    try:
        certificate = json.loads(read(CERTIFICATE).decode())
        if certificate["format"] != CERTIFICATE_FORMAT_2:
            return None
        components = [component_of(each) for each in certificate["components"]]
        each_record(read, RINGS, add)
        engine = json.loads(read(MANIFEST).decode())["made_by"]["engine"]
        return proof.Record(components, rings, certificate["work_limit_reached"] is True, engine != __version__)
    except (InputFault, *MALFORMED):
        return None
