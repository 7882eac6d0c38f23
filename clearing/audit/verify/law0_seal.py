"""Law 0: the seal. A bundle in; its manifest, the files it vouches for, and every mismatch out.

Each file has the SHA-256 that the manifest states, and no file is missing or extra. The roots are
Merkle trees (RFC 6962) over the lines of the inputs. The digest is the SHA-256 of the canonical
manifest without digest, signature and made_by; the signature (Ed25519) is over its 32 bytes. What is
trusted from elsewhere (key, digest, book root, the bundle before) agrees with what the manifest says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Protocol

from clearing.audit.verify.ed25519 import signature_holds
from clearing.audit.verify.forms import (
    FIXING_RECORD_PATH,
    FREE_PATHS,
    IDENTIFIER,
    INPUT_PATHS,
    MANIFEST_PATH,
    SEALED_PATHS,
)
from clearing.audit.verify.lines import canonical, strict_json
from clearing.audit.verify.report import Findings, shown

FORMAT = "clearing-bundle/1"
COUNTS = (
    "participants", "assets", "stocks", "offers", "obligations", "refused", "filled_offers",
    "partly_filled_offers", "rings", "segments", "legs", "instructions", "groups",
    "participants_served", "longest_ring",
)  # fmt: skip
SUMS = ("value_cleared_micro", "obligations_cleared_micro", "surplus_micro_ppm")
HEX_32 = "[0-9a-f]{64}"
_TEXTS = {
    "format": re.escape(FORMAT),
    "session": IDENTIFIER,
    "salt": "(?:[0-9a-f]{2}){1,64}",
    "offers_root": HEX_32,
    "book_root": HEX_32,
    "digest": HEX_32,
    "previous": HEX_32,
    "secret": "(?:[0-9a-f]{2})+",
    "accepted_fixing": r"[^\x00-\x1f\x7f]{1,400}",
}
_OTHERS = ("rulebook_version", "counts", "sums", "files", "made_by", "signature")
_OPTIONAL = ("previous", "secret", "accepted_fixing", "signature")


class Bundle(Protocol):
    """A sealed record of a session: a folder, an archive or a mapping."""

    def names(self) -> list[str]:
        """The paths of all files, with ``/`` between their parts."""

    def read(self, path: str) -> bytes:
        """The bytes of one file; OSError if it cannot be read."""


class Seal:
    """The manifest of a bundle and what has been read under it."""

    def __init__(self, bundle: Bundle, manifest: dict[str, Any], found: Findings) -> None:
        self.bundle = bundle
        self.manifest = manifest
        self.found = found
        self.leaves: dict[str, list[bytes]] = {}
        """Leaf hashes of the input files taken so far."""

    def take(self, path: str) -> bytes | None:
        """The bytes of one sealed file, its digest checked; None if it is not there."""
        try:
            content = self.bundle.read(path)
        except OSError as broken:
            self.found.add(0, f"is missing or cannot be read: {shown(broken.strerror or broken)}", path)
            return None
        stated = self.manifest["files"].get(path)
        if stated != sha256(content).hexdigest():
            self.found.add(0, "does not have the digest that the manifest states", path)
        if path in (*INPUT_PATHS, FIXING_RECORD_PATH):
            self.leaves[path] = [sha256(b"\0" + line).digest() for line in content.split(b"\n")[:-1]]
        return content


def read_manifest(bundle: Bundle, found: Findings) -> dict[str, Any] | None:
    """The manifest, or None if it cannot be used at all. Raises OSError where nothing of a bundle is there."""
    try:
        text = bundle.read(MANIFEST_PATH).decode()
    except OSError as broken:
        if not SEALED_PATHS & set(bundle.names()):
            raise
        found.add(0, f"is missing or cannot be read: {shown(broken.strerror or broken)}", MANIFEST_PATH)
        return None
    except UnicodeDecodeError:
        found.add(0, "is not UTF-8", MANIFEST_PATH, 1)
        return None
    value, wrong = strict_json(text)
    if wrong is None and not isinstance(value, dict):
        wrong = "must be a JSON object"
    if wrong:
        found.add(0, wrong, MANIFEST_PATH, 1)
        return None
    if text != canonical(value) + "\n":
        found.add(0, "is not spelled canonically (RFC 8785) with a line feed at its end", MANIFEST_PATH, 1)
    before = found.total()
    _check_fields(value, found)
    return value if found.total() == before else None


def check_files(seal: Seal) -> None:
    """The manifest lists exactly the files of a bundle, and the bundle holds exactly these."""
    listed = set(seal.manifest["files"])
    sealed = SEALED_PATHS | (listed & {FIXING_RECORD_PATH})
    for path in sorted(listed ^ sealed):
        what = "a bundle must list it" if path in SEALED_PATHS else "no bundle has such a file"
        seal.found.add(0, f"files: {shown(path)}: {what}", MANIFEST_PATH, 1, "files")
    for path in sorted(set(seal.bundle.names()) - sealed - FREE_PATHS):
        seal.found.add(0, "a file too many", shown(path))


def check_roots(seal: Seal) -> None:
    """Both Merkle roots, and the salt where its secret is disclosed. After all inputs have been taken."""
    manifest, leaves = seal.manifest, seal.leaves
    if any(path not in leaves for path in INPUT_PATHS):
        return
    offers = leaves["inputs/offers.jsonl"] + leaves["inputs/obligations.jsonl"]
    book = [leaf for path in sorted(leaves) for leaf in leaves[path]]
    for field, hashes in (("offers_root", offers), ("book_root", book)):
        root = _merkle_root(hashes).hex()
        if manifest[field] != root:
            seal.found.add(0, f"the lines of the inputs make {root}", MANIFEST_PATH, 1, field)
    if "secret" in manifest:
        secret = bytes.fromhex(manifest["secret"])
        salt = sha256(secret + bytes.fromhex(manifest["offers_root"])).hexdigest()
        if manifest["salt"] != salt:
            seal.found.add(0, f"secret and offers root make {salt}", MANIFEST_PATH, 1, "salt")
    seal.leaves.clear()


def check_trust(seal: Seal, *, key: bytes | None, digest: str | None, book_root: str | None) -> tuple[str, ...]:
    """By which of the trusted means given the inputs are authenticated."""
    manifest, found = seal.manifest, seal.found
    computed = manifest_digest(manifest)
    if manifest["digest"] != computed:
        found.add(0, f"the manifest has the digest {computed}", MANIFEST_PATH, 1, "digest")
    trusted = []
    if _signed_by(manifest, computed, key, found):
        trusted.append("key")
    for name, given, actual in (("digest", digest, computed), ("book root", book_root, manifest["book_root"])):
        if given is not None and given.lower() == actual:
            trusted.append(name)
        elif given is not None:
            field = name.replace(" ", "_")
            found.add(0, f"is {actual}, and {shown(given)} is trusted", MANIFEST_PATH, 1, field)
    return tuple(trusted)


def manifest_digest(manifest: dict[str, Any]) -> str:
    """SHA-256 of the canonical manifest without digest, signature and made_by."""
    sealed = {name: manifest[name] for name in manifest if name not in ("digest", "signature", "made_by")}
    return sha256(canonical(sealed).encode()).hexdigest()


def _signed_by(manifest: dict[str, Any], digest: str, key: bytes | None, found: Findings) -> bool:
    """Whether the trusted key signed; a signature must hold by its own key even if none is trusted."""
    signature = manifest.get("signature")
    if signature is None:
        if key is not None:
            found.add(0, "is missing, and a key is trusted", MANIFEST_PATH, 1, "signature")
        return False
    stated = bytes.fromhex(signature["key"])
    if not signature_holds(stated, bytes.fromhex(digest), bytes.fromhex(signature["value"])):
        found.add(0, "does not hold over the digest", MANIFEST_PATH, 1, "signature")
        return False
    if key is None:
        found.notes.append(f"signed by the key {signature['key']}, which nobody vouched for")
    elif key != stated:
        found.add(0, f"is by the key {signature['key']}, and {key.hex()} is trusted", MANIFEST_PATH, 1, "signature")
    return key == stated


def _merkle_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, section 2.1: pairs level by level; an odd one moves up as it is."""
    level = list(leaves)
    while len(level) > 1:
        above = [sha256(b"\1" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        level = above + level[len(level) & ~1 :]
    return level[0] if level else sha256().digest()


def _check_fields(manifest: dict[str, Any], found: Findings) -> None:
    for name in manifest:
        if name not in _TEXTS and name not in _OTHERS:
            found.add(0, "is not a field of a manifest", MANIFEST_PATH, 1, shown(name))
    for name in (*_TEXTS, *_OTHERS):
        if name not in manifest:
            if name not in _OPTIONAL:
                found.add(0, "is missing", MANIFEST_PATH, 1, name)
            continue
        wrong = _wrong_field(name, manifest[name])
        if wrong:
            found.add(0, wrong, MANIFEST_PATH, 1, name)


def _wrong_field(name: str, value: Any) -> str | None:
    if name in _TEXTS:
        return None if _matches(value, _TEXTS[name]) else f"{shown(value)} is not of its form"
    if name == "rulebook_version":
        return None if type(value) is int and value in (1, 2) else "this program knows rulebooks 1 and 2 alone"
    if not isinstance(value, dict):
        return "must be an object"
    if name == "counts":
        good = set(value) == set(COUNTS) and all(type(n) is int and n >= 0 for n in value.values())
    elif name == "sums":
        good = set(value) == set(SUMS) and all(_matches(n, "0|-?[1-9][0-9]{0,39}") for n in value.values())
    elif name == "files":
        good = all(_matches(digest, HEX_32) for digest in value.values())
    elif name == "signature":
        good = set(value) == {"key", "value"} and _matches(value["key"], HEX_32)
        good = good and _matches(value["value"], "[0-9a-f]{128}")
    else:
        good = True
    return None if good else "does not have the fields that it must have, each of its form"


def _matches(value: Any, pattern: str) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None
