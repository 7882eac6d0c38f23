"""Tree hashes against the recursive definition and published roots of RFC 6962."""

from __future__ import annotations

from hashlib import sha256

from clearing.audit.merkle import hashed_chunks, tree_root

# Inputs and roots of the reference implementation's tests (github.com/google/certificate-transparency).
PUBLISHED_LEAVES = (
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)
PUBLISHED_ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def defined_root(lines: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    if not lines:
        return sha256(b"").digest()
    if len(lines) == 1:
        return sha256(b"\x00" + lines[0]).digest()
    k = 1
    while 2 * k < len(lines):
        k *= 2
    return sha256(b"\x01" + defined_root(lines[:k]) + defined_root(lines[k:])).digest()


def leaf_hashes(lines: list[bytes]) -> bytes:
    return b"".join(sha256(b"\x00" + line).digest() for line in lines)


def test_roots_are_the_published_ones() -> None:
    leaves = [bytes.fromhex(leaf) for leaf in PUBLISHED_LEAVES]
    for count, root in enumerate(PUBLISHED_ROOTS):
        assert tree_root(leaf_hashes(leaves[:count])).hex() == root


def test_root_is_the_recursive_definition_for_every_size() -> None:
    lines = [b"line %d" % i for i in range(130)]
    for count in range(131):
        assert tree_root(leaf_hashes(lines[:count])) == defined_root(lines[:count])


def test_chunks_keep_every_byte_and_leave_one_hash_for_each_line() -> None:
    batches = [['{"a":1}', '{"ü":"🚢"}'], [], ['{"b":2}']]
    leaves = bytearray(b"before")
    content = b"".join(hashed_chunks(batches, leaves))
    lines = [line.encode() for batch in batches for line in batch]
    assert content == b"".join(line + b"\n" for line in lines)
    assert bytes(leaves) == b"before" + leaf_hashes(lines)
