import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from apps.ksef_client.crypto import SessionKey, decrypt, encrypt, encrypted_size, new_session_key, seal

KEY = SessionKey(bytes(range(32)), bytes(range(16)))


@given(st.binary(max_size=200))
def test_what_is_encrypted_can_be_decrypted_and_has_the_size_ksef_expects(plain: bytes) -> None:
    content = encrypt(plain, KEY)

    assert decrypt(content, KEY) == plain
    assert len(content) == encrypted_size(len(plain))


def test_the_sizes_are_those_of_the_examples_in_the_contract() -> None:
    assert [encrypted_size(size) for size in (6480, 16037, 22425060)] == [6496, 16048, 22425072]


def test_the_ciphertext_starts_with_the_first_block_and_not_with_the_iv() -> None:
    plain = b"<Faktura>abcdef</Faktura>"
    raw = Cipher(algorithms.AES(KEY.key), modes.CBC(KEY.iv)).encryptor().update(plain[:16])

    assert encrypt(plain, KEY)[:16] == raw


def test_a_sealed_document_carries_hashes_and_sizes_of_both_forms() -> None:
    document = "<Faktura>zażółć</Faktura>".encode()

    sealed = seal(document, KEY)

    assert sealed.size == len(document)
    assert sealed.hash == base64.b64encode(hashlib.sha256(document).digest()).decode()
    assert sealed.encrypted_size == len(sealed.content)
    assert sealed.encrypted_hash == base64.b64encode(hashlib.sha256(sealed.content).digest()).decode()


def test_each_session_key_is_new_and_comes_from_the_given_randomness() -> None:
    assert new_session_key() != new_session_key()
    assert new_session_key(lambda count: b"x" * count) == SessionKey(b"x" * 32, b"x" * 16)


@pytest.mark.parametrize(("key", "iv"), [(31, 16), (32, 12), (16, 16), (32, 32)])
def test_a_key_or_iv_of_the_wrong_length_is_refused_before_it_is_used(key: int, iv: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        SessionKey(bytes(key), bytes(iv))


def test_a_session_key_does_not_show_itself() -> None:
    assert "\\x" not in repr(KEY)
    assert "SessionKey()" in repr(KEY)


def test_an_empty_document_is_not_sealed() -> None:
    with pytest.raises(ValueError, match="no document"):
        seal(b"", KEY)
