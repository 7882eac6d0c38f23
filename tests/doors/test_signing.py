"""Keys as OpenSSL writes them sign and are read; every other file is named with what is allowed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, x25519

from clearing.doors.signing import public_key, signer
from clearing.model.errors import InputFault, UsageFault

PEM = serialization.Encoding.PEM
PKCS8 = serialization.PrivateFormat.PKCS8
SPKI = serialization.PublicFormat.SubjectPublicKeyInfo
PLAIN = serialization.NoEncryption()

# RFC 8032, section 7.1, test 2: secret key, public key, one-byte message 72, signature.
SECRET = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
PUBLIC = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
SIGNATURE = (
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)
KEY = ed25519.Ed25519PrivateKey.from_private_bytes(SECRET)

# As `openssl genpkey -algorithm ed25519` and `openssl pkey -pubout` write them (RFC 8410, section 10).
OPENSSL_PRIVATE = b"""-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
-----END PRIVATE KEY-----
"""
OPENSSL_PUBLIC = b"""-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
"""
OPENSSL_PUBLIC_HEX = "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1"


def file_of(folder: Path, content: bytes) -> Path:
    path = folder / "key.pem"
    path.write_bytes(content)
    return path


def test_a_signature_is_that_of_rfc_8032(tmp_path: Path) -> None:
    sign = signer(file_of(tmp_path, KEY.private_bytes(PEM, PKCS8, PLAIN)))
    assert sign(b"\x72") == (PUBLIC, SIGNATURE)


def test_a_key_file_of_openssl_signs(tmp_path: Path) -> None:
    key, value = signer(file_of(tmp_path, OPENSSL_PRIVATE))(bytes(32))
    assert key == OPENSSL_PUBLIC_HEX
    ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(value), bytes(32))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (KEY.private_bytes(PEM, PKCS8, serialization.BestAvailableEncryption(b"x")), "is encrypted"),
        (ec.generate_private_key(ec.SECP256R1()).private_bytes(PEM, PKCS8, PLAIN), "of another kind"),
        (x25519.X25519PrivateKey.generate().private_bytes(PEM, PKCS8, PLAIN), "of another kind"),
        (KEY.public_key().public_bytes(PEM, SPKI), "holds no private key"),
        (b"", "holds no private key"),
        (b"\xff\x00", "holds no private key"),
        (b"x" * 100_000, "too long for a key file"),
    ],
)
def test_what_is_no_signing_key_is_an_input_fault(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(InputFault, match=rf"key\.pem.* {message}"):
        signer(file_of(tmp_path, content))


def test_a_key_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputFault, match=r"none\.pem: No such file"):
        signer(tmp_path / "none.pem")
    with pytest.raises(InputFault, match="Is a directory"):
        public_key(str(tmp_path))


def test_signing_without_the_package_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "cryptography"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    path = file_of(tmp_path, OPENSSL_PRIVATE)
    with pytest.raises(UsageFault, match=r"pip install 'barter-clearing\[sign\]'"):
        signer(path)
    assert public_key(str(file_of(tmp_path, OPENSSL_PUBLIC))).hex() == OPENSSL_PUBLIC_HEX


def test_a_public_key_is_read_from_digits_or_a_file(tmp_path: Path) -> None:
    assert public_key(PUBLIC) == public_key(PUBLIC.upper()) == bytes.fromhex(PUBLIC)
    for content in (
        PUBLIC.encode(),
        f"{PUBLIC}\n".encode(),
        KEY.public_key().public_bytes(PEM, SPKI),
        KEY.public_key().public_bytes(PEM, SPKI).replace(b"\n", b"\r\n"),
    ):
        assert public_key(str(file_of(tmp_path, content))).hex() == PUBLIC


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (OPENSSL_PRIVATE, "is a private key"),
        (ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(PEM, SPKI), "no Ed25519 public"),
        (x25519.X25519PrivateKey.generate().public_key().public_bytes(PEM, SPKI), "no Ed25519 public"),
        (OPENSSL_PUBLIC.replace(b"MCow", b"MCo="), "no Ed25519 public"),
        (OPENSSL_PUBLIC.replace(b"MCow", b"MC*w"), "no Ed25519 public"),
        (PUBLIC[:-1].encode(), "no Ed25519 public"),
        (b"", "no Ed25519 public"),
    ],
)
def test_what_is_no_public_key_is_an_input_fault(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(InputFault, match=message):
        public_key(str(file_of(tmp_path, content)))
