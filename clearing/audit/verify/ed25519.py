"""Ed25519 (RFC 8032, section 5.1.7): a public key, a message and a signature in, whether it holds out.

Checking a signature handles nothing secret, so plain integers will do.
"""

from __future__ import annotations

import base64
import binascii
import re
from hashlib import sha512

Point = tuple[int, int, int, int]
"""Extended coordinates (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z."""

PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
CURVE = -121665 * pow(121666, -1, PRIME) % PRIME
ROOT_OF_MINUS_ONE = pow(2, (PRIME - 1) // 4, PRIME)
SPKI_PREFIX = bytes.fromhex("302a300506032b6570032100")
"""Subject public key info with algorithm 1.3.101.112, up to the 32 bytes of the key."""


def signature_holds(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature is the key's own over the message.

    A scalar that is not below the group order, or a point that is not on the curve, never holds.
    """
    if len(public_key) != 32 or len(signature) != 64:
        return False
    scalar = int.from_bytes(signature[32:], "little")
    key = _point(public_key)
    if scalar >= ORDER or key is None or _point(signature[:32]) is None:
        return False
    challenge = int.from_bytes(sha512(signature[:32] + public_key + message).digest(), "little") % ORDER
    minus_key = (PRIME - key[0], key[1], key[2], PRIME - key[3])
    commitment = _sum(_multiple(scalar, BASE), _multiple(challenge, minus_key))
    return _encoded(commitment) == signature[:32]


def read_public_key(stated: bytes) -> bytes | None:
    """The 32 bytes of a key given raw, as 64 hex digits, or as PEM or DER subject public key info."""
    if len(stated) == 32:
        return stated
    if len(stated) == 44 and stated.startswith(SPKI_PREFIX):
        return stated[12:]
    text = stated.decode("ascii", errors="replace").strip()
    if re.fullmatch("[0-9a-fA-F]{64}", text):
        return bytes.fromhex(text)
    pem = re.fullmatch("-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]+)-----END PUBLIC KEY-----", text)
    if pem is None:
        return None
    try:
        decoded = base64.b64decode("".join(pem[1].split()), validate=True)
    except binascii.Error:
        return None
    return read_public_key(decoded) if len(decoded) == 44 else None


def _point(encoded: bytes) -> Point | None:
    """The curve point of 32 bytes (section 5.1.3), None unless they spell exactly one."""
    number = int.from_bytes(encoded, "little")
    y, odd = number & (2**255 - 1), number >> 255
    if y >= PRIME:
        return None
    square = (y * y - 1) * pow(CURVE * y * y + 1, -1, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if x * x % PRIME != square:
        x = x * ROOT_OF_MINUS_ONE % PRIME
    if x * x % PRIME != square or (x == 0 and odd):
        return None
    x = x if x & 1 == odd else PRIME - x
    return x, y, 1, x * y % PRIME


def _encoded(point: Point) -> bytes:
    inverse = pow(point[2], -1, PRIME)
    x, y = point[0] * inverse % PRIME, point[1] * inverse % PRIME
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _sum(one: Point, other: Point) -> Point:
    """Complete addition (section 5.1.4)."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % PRIME
    b = (one[1] + one[0]) * (other[1] + other[0]) % PRIME
    c = 2 * one[3] * other[3] * CURVE % PRIME
    d = 2 * one[2] * other[2] % PRIME
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME


def _multiple(scalar: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _sum(result, point)
        point, scalar = _sum(point, point), scalar >> 1
    return result


_BASE = _point((4 * pow(5, -1, PRIME) % PRIME).to_bytes(32, "little"))
assert _BASE is not None
BASE = _BASE
