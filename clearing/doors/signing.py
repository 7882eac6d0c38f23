"""Key files in, an Ed25519 signer or a public key out.

Signing needs the ``cryptography`` package (extra ``sign``); reading a public key needs nothing.
Keys are PEM as OpenSSL writes them: ``openssl genpkey -algorithm ed25519 -out key.pem`` and
``openssl pkey -in key.pem -pubout -out key.pub``.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from pathlib import Path

from clearing.model.errors import InputFault, UsageFault

_KEY_FILE_BYTES_MAX = 65_536
_SPKI_ED25519 = bytes.fromhex("302a300506032b6570032100")
"""RFC 8410: what stands before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo."""
_PEM_PUBLIC = re.compile(rb"-----BEGIN PUBLIC KEY-----\s+([A-Za-z0-9+/=\s]+?)-----END PUBLIC KEY-----")
_HEX_KEY = re.compile(r"[0-9A-Fa-f]{64}")


def signer(keyfile: Path) -> Callable[[bytes], tuple[str, str]]:
    """What signs a digest with the private key of ``keyfile``; it returns public key and signature in hex."""
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    except ImportError as error:
        needed = "pip install 'barter-clearing[sign]'"
        raise UsageFault(f"signing needs the package cryptography: {needed}") from error
    content = _key_file(keyfile)
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except TypeError as error:
        raise InputFault(f"{keyfile} is encrypted; give an unencrypted PEM file (PKCS #8)") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InputFault(f"{keyfile} holds no private key in PEM (PKCS #8)") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise InputFault(f"{keyfile} holds a private key of another kind; an Ed25519 key is needed")
    public = key.public_key().public_bytes_raw().hex()
    return lambda digest: (public, key.sign(digest).hex())


def _key_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_KEY_FILE_BYTES_MAX + 1)
    except OSError as error:
        raise InputFault(f"cannot read key file {path}: {error.strerror or error}") from error
    if len(content) > _KEY_FILE_BYTES_MAX:
        raise InputFault(f"{path} is too long for a key file; at most {_KEY_FILE_BYTES_MAX} bytes")
    return content


def public_key(path_or_hex: str) -> bytes:
    """The 32 bytes of an Ed25519 public key: 64 hex digits, or a file that holds them or a PEM public key."""
    if _HEX_KEY.fullmatch(path_or_hex):
        return bytes.fromhex(path_or_hex)
    content = _key_file(Path(path_or_hex))
    written = content.decode("ascii", "replace").strip()
    if _HEX_KEY.fullmatch(written):
        return bytes.fromhex(written)
    if b"PRIVATE KEY-----" in content:
        raise InputFault(f"{path_or_hex} is a private key; give the public one (openssl pkey -pubout)")
    encoded = _PEM_PUBLIC.search(content)
    key = _spki_key(encoded.group(1)) if encoded else None
    if key is None:
        raise InputFault(f"{path_or_hex} holds no Ed25519 public key: 64 hex digits or PEM are allowed")
    return key


def _spki_key(encoded: bytes) -> bytes | None:
    try:
        body = base64.b64decode(b"".join(encoded.split()), validate=True)
    except binascii.Error:
        return None
    if len(body) != len(_SPKI_ED25519) + 32 or not body.startswith(_SPKI_ED25519):
        return None
    return body[len(_SPKI_ED25519) :]
