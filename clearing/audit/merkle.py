"""Lines in, RFC 6962 tree hashes out: leaf SHA-256(0x00 ‖ line), node SHA-256(0x01 ‖ left ‖ right).

RFC 6962 splits n leaves at the largest power of two below n. Level by level this is the same as
pairing neighbours and carrying an odd last one up unchanged; so a tree is built over one run of
bytes, 32 for each leaf. Three leaves a b c: (ab) c, then ((ab)c).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256

from clearing.audit.canonical import Lines

HASH_BYTES = 32
EMPTY_ROOT = sha256().digest()


def tree_root(leaves: bytes) -> bytes:
    """The root over leaf hashes laid end to end; the hash of nothing for no leaves."""
    if not leaves:
        return EMPTY_ROOT
    level = leaves
    while len(level) > HASH_BYTES:
        level = parents(level)
    return level


def parents(level: bytes) -> bytes:
    """The level above one of hashes laid end to end."""
    pair = 2 * HASH_BYTES
    paired = len(level) - len(level) % pair
    nodes = [sha256(b"\x01" + level[at : at + pair]).digest() for at in range(0, paired, pair)]
    nodes.append(level[paired:])
    return b"".join(nodes)


def hashed_chunks(batches: Iterable[Lines], leaves: bytearray) -> Iterator[bytes]:
    """The lines as chunks of bytes; their leaf hashes are appended to ``leaves`` on the way.

    The leaf prefix is put before every line of a batch at once and taken out again: canonical JSON
    holds neither a NUL nor a line end inside a line.
    """
    for lines in batches:
        if not lines:
            continue
        prefixed = ("\0" + "\n\0".join(lines)).encode()
        leaves += b"".join([sha256(line).digest() for line in prefixed.split(b"\n")])
        yield prefixed.replace(b"\0", b"") + b"\n"
