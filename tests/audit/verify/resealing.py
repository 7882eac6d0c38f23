"""A bundle in memory and a change to its records in, the bundle with every digest recomputed out.

What a forger with the whole bundle in hand can do: change any record, then make files, roots, digest and signature
agree again. ``settled_again`` also recomputes what legs entail, so that a change to a leg stands alone.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from typing import Any

from clearing.audit.verify import Report, verify
from tests.books import random_book
from tests.sessions import clear_in_memory

Files = Mapping[str, bytes]
Record = dict[str, Any]
Records = dict[str, list[Record]]
"""By path, the lines of a file; certificate.json and manifest.json are one line each."""
Change = Callable[[Records], None]
Sign = Callable[[bytes], tuple[str, str]]
UNSEALED = ("digest", "signature", "made_by")


@cache
def cleared(seed: int, netting_form: str = "gross") -> dict[str, bytes]:
    """A random book's bundle."""
    return clear_in_memory(random_book(seed, netting_form=netting_form))[1]


class MemoryBundle:
    """A bundle that is a mapping."""

    def __init__(self, files: Files) -> None:
        self.files = files

    def names(self) -> list[str]:
        return sorted(self.files)

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise FileNotFoundError(2, "No such file or directory")
        return self.files[path]


def verified(files: Files, **trusted: Any) -> Report:
    """What verify says of a bundle in memory."""
    return verify(MemoryBundle(files), **trusted)


def records_of(files: Files) -> Records:
    """Every line of every file as a record."""
    return {path: [json.loads(line) for line in content.splitlines()] for path, content in files.items()}


def resealed(files: Files, change: Change, *, sign: Sign | None = None) -> dict[str, bytes]:
    """The bundle after a change to its records, every digest made to agree."""
    records = records_of(files)
    change(records)
    content = {path: b"".join(canonical(each) + b"\n" for each in lines) for path, lines in records.items()}
    return sealed_again(content, sign=sign)


def rewritten(files: Files, path: str, change: Callable[[bytes], bytes]) -> dict[str, bytes]:
    """The bundle after a change to the bytes of one file, every digest made to agree."""
    return sealed_again({**files, path: change(files[path])})


def sealed_again(files: Files, *, sign: Sign | None = None) -> dict[str, bytes]:
    """Digests of files, roots, digest of the manifest and, with a signer, its signature."""
    content = dict(files)
    manifest = json.loads(content.pop("manifest.json"))
    manifest["files"] = {path: sha256(content[path]).hexdigest() for path in content if path != "report.html"}
    inputs = {path: content[path].split(b"\n")[:-1] for path in sorted(content) if path.startswith("inputs/")}
    offers = inputs.get("inputs/offers.jsonl", []) + inputs.get("inputs/obligations.jsonl", [])
    manifest["offers_root"] = tree_root(offers)
    manifest["book_root"] = tree_root([line for path in inputs for line in inputs[path]])
    manifest.pop("signature", None)
    covered = canonical({name: manifest[name] for name in manifest if name not in UNSEALED})
    manifest["digest"] = sha256(covered).hexdigest()
    if sign is not None:
        key, value = sign(sha256(covered).digest())
        manifest["signature"] = {"key": key, "value": value}
    content["manifest.json"] = canonical(manifest) + b"\n"
    return content


def tree_root(lines: list[bytes]) -> str:
    """RFC 6962, section 2.1, as it is defined: by the largest power of two below the size."""
    return _tree(lines).hex()


def canonical(value: Any) -> bytes:
    """RFC 8785 for records of texts and integers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def settled_again(records: Records) -> None:
    """Entries, positions, instructions (gross, their groups kept) and counts that follow from the legs."""
    values = {each["asset_id"]: int(each["value_micro"]) for each in records["inputs/fixing.jsonl"]} | {"INDEX": 1}
    premia = {each["asset_id"]: int(each["premium_ppm"]) for each in records["outcome/premia.jsonl"]}
    entries: Counter[tuple[str, str]] = Counter()
    positions: dict[tuple[str, str], list[int]] = {}
    moved: dict[tuple[str, str, str], list[int]] = {}
    for leg in records["outcome/legs.jsonl"]:
        giver, receiver, asset, quantity = leg["giver"], leg["receiver"], leg["asset_id"], int(leg["quantity"])
        value = quantity * values[asset]
        premium = half_even(value * premia.get(asset, 0))
        leg["value_micro"], leg["premium_micro"] = str(value), str(premium)
        if asset == "INDEX":
            entries[receiver, "index"] += value
            entries[giver, "index"] -= value
        entries[giver, "premium"] += premium
        entries[receiver, "premium"] -= premium
        entries[giver, "residual"] += value
        entries[receiver, "residual"] -= value
        positions.setdefault((giver, asset), [0, 0])[0] += quantity
        positions.setdefault((receiver, asset), [0, 0])[1] += quantity
        total = moved.setdefault((giver, receiver, asset), [0, 0, 0])
        for place, amount in enumerate((quantity, value, premium)):
            total[place] += amount
    records["outcome/entries.jsonl"] = [
        {"participant_id": name, "kind": kind, "amount_micro": str(amount)}
        for (name, kind), amount in sorted(entries.items())
        if amount
    ]
    records["outcome/positions.jsonl"] = [
        {"participant_id": name, "asset_id": asset, "delivered": str(given), "received": str(taken)}
        for (name, asset), (given, taken) in sorted(positions.items())
    ]
    for each in records["outcome/instructions.jsonl"]:
        quantity, value, premium = moved[each["deliverer"], each["receiver"], each["asset_id"]]
        each |= {"quantity": str(quantity), "value_micro": str(value), "premium_micro": str(premium)}


def half_even(micro_ppm: int) -> int:
    """µ · ppm in µ."""
    whole, rest = divmod(micro_ppm, 10**6)
    return whole + (2 * rest > 10**6 or (2 * rest == 10**6 and whole % 2 == 1))


def _tree(lines: list[bytes]) -> bytes:
    if len(lines) < 2:
        return sha256(b"\0" + lines[0]).digest() if lines else sha256().digest()
    middle = 1 << (len(lines) - 1).bit_length() - 1
    return sha256(b"\1" + _tree(lines[:middle]) + _tree(lines[middle:])).digest()
