"""Ed25519 as RFC 8032 has it: its own vectors hold, whatever is not exactly a signature does not."""

from __future__ import annotations

import base64

import pytest

from clearing.audit.verify.ed25519 import ORDER, PRIME, read_public_key, signature_holds

VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
        "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]
"""RFC 8032, section 7.1: tests 1, 2, 3 and SHA(abc); public key, message, signature."""
KEY, MESSAGE, SIGNATURE = (bytes.fromhex(each) for each in VECTORS[2])


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_vectors_of_the_rfc_hold(key: str, message: str, signature: str) -> None:
    assert signature_holds(bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature))


@pytest.mark.parametrize("bit", range(0, 512, 7))
def test_no_bit_of_a_signature_may_differ(bit: int) -> None:
    forged = bytearray(SIGNATURE)
    forged[bit // 8] ^= 1 << bit % 8
    assert not signature_holds(KEY, MESSAGE, bytes(forged))


def test_another_message_or_key_does_not_hold() -> None:
    assert not signature_holds(KEY, MESSAGE + b"\0", SIGNATURE)
    assert not signature_holds(bytes.fromhex(VECTORS[1][0]), MESSAGE, SIGNATURE)


def test_a_scalar_not_below_the_order_does_not_hold() -> None:
    scalar = int.from_bytes(SIGNATURE[32:], "little") + ORDER
    assert not signature_holds(KEY, MESSAGE, SIGNATURE[:32] + scalar.to_bytes(32, "little"))


@pytest.mark.parametrize(
    "point",
    [
        (2).to_bytes(32, "little"),
        (PRIME + 1).to_bytes(32, "little"),
        (1 | 1 << 255).to_bytes(32, "little"),
        b"\xff" * 32,
    ],
    ids=["off the curve", "not reduced", "negative zero", "all ones"],
)
def test_a_point_that_is_none_does_not_hold(point: bytes) -> None:
    assert not signature_holds(point, MESSAGE, SIGNATURE)
    assert not signature_holds(KEY, MESSAGE, point + SIGNATURE[32:])


@pytest.mark.parametrize("length", [0, 31, 33, 63, 65])
def test_a_wrong_length_does_not_hold(length: int) -> None:
    assert not signature_holds(KEY, MESSAGE, (SIGNATURE * 2)[:length])
    assert not signature_holds((KEY * 3)[:length], MESSAGE, SIGNATURE)


def test_a_key_reads_the_same_from_every_spelling() -> None:
    subject = bytes.fromhex("302a300506032b6570032100") + KEY
    text = base64.encodebytes(subject).decode()
    pem = f"-----BEGIN PUBLIC KEY-----\n{text}-----END PUBLIC KEY-----\n"
    for stated in (KEY, KEY.hex().encode(), KEY.hex().upper().encode() + b"\n", subject, pem.encode()):
        assert read_public_key(stated) == KEY


@pytest.mark.parametrize(
    "stated",
    [
        b"",
        b"zz" * 32,
        b"-----BEGIN PUBLIC KEY-----\n!!!!\n-----END PUBLIC KEY-----",
        b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        bytes.fromhex("302a300506032b6571032100") + KEY,
        b"\xff" * 40,
    ],
)
def test_what_is_no_key_reads_as_none(stated: bytes) -> None:
    assert read_public_key(stated) is None
