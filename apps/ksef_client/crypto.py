"""Encryption of what is sent: AES-256-CBC with PKCS#7 and no IV in front, keys wrapped by RSA-OAEP (digest, 5.1)."""

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

Randomness = Callable[[int], bytes]

KEY_BYTES = 32
IV_BYTES = 16
BLOCK_BYTES = 16

_OAEP = OAEP(mgf=MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)


@dataclass(frozen=True, slots=True)
class SessionKey:
    """The AES key and IV of one session or one export; make a new one for each."""

    key: bytes = field(repr=False)
    iv: bytes = field(repr=False)

    def __post_init__(self) -> None:
        # KSeF takes a wrong length and then never finishes the session, so it is caught here.
        if len(self.key) != KEY_BYTES or len(self.iv) != IV_BYTES:
            raise ValueError("A session key is 32 bytes with an IV of 16.")


def new_session_key(randomness: Randomness = secrets.token_bytes) -> SessionKey:
    """A fresh key and IV."""
    return SessionKey(randomness(KEY_BYTES), randomness(IV_BYTES))


@dataclass(frozen=True, slots=True)
class SealedInvoice:
    """One document encrypted for a session, with the hashes and sizes KSeF compares."""

    hash: str
    size: int
    encrypted_hash: str
    encrypted_size: int
    content: bytes = field(repr=False)


def seal(document: bytes, key: SessionKey) -> SealedInvoice:
    """Encrypt the exact bytes of one document for the session of this key."""
    if not document:
        raise ValueError("There is no document to seal.")
    content = encrypt(document, key)
    return SealedInvoice(sha256(document), len(document), sha256(content), len(content), content)


def encrypt(plain: bytes, key: SessionKey) -> bytes:
    """AES-256-CBC with PKCS#7; the ciphertext only."""
    padder = padding.PKCS7(BLOCK_BYTES * 8).padder()
    encryptor = Cipher(algorithms.AES(key.key), modes.CBC(key.iv)).encryptor()
    return encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()


def decrypt(content: bytes, key: SessionKey) -> bytes:
    """The inverse of encrypt; ValueError when the content was not encrypted with this key."""
    decryptor = Cipher(algorithms.AES(key.key), modes.CBC(key.iv)).decryptor()
    unpadder = padding.PKCS7(BLOCK_BYTES * 8).unpadder()
    return unpadder.update(decryptor.update(content) + decryptor.finalize()) + unpadder.finalize()


def encrypted_size(size: int) -> int:
    """How long the ciphertext of so many bytes is: PKCS#7 always adds 1 to 16 bytes."""
    return (size // BLOCK_BYTES + 1) * BLOCK_BYTES


def wrap(plain: bytes, public_key: rsa.RSAPublicKey) -> bytes:
    """RSA-OAEP with SHA-256 for both hashes and an empty label."""
    return public_key.encrypt(plain, _OAEP)


def sha256(content: bytes) -> str:
    """SHA-256 in the form KSeF writes it: Base64 with padding, 44 characters."""
    return encode(hashlib.sha256(content).digest())


def encode(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
