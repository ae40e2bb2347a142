import base64
import re

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from cryptography.hazmat.primitives.serialization.pkcs12 import PBES

from apps.ksef_client.credentials import Credential, CredentialProblem, from_pem, from_pkcs12
from apps.ksef_client.rounds import rounds_of_der, rounds_of_pem
from tests.ksef_client.certificates import certificate_for, key_of, key_pem, p12, pem
from tests.ksef_client.conftest import NOON

KINDS = pytest.mark.parametrize("kind", ["rsa", "ec"])
PASSWORD = "zażółć".encode()


@KINDS
def test_pem_encrypted_pem_and_pkcs12_all_give_the_same_credential(kind: str) -> None:
    key = key_of(kind)
    certificate = certificate_for(key, NOON)

    loaded = [
        from_pem(pem(certificate), key_pem(key)),
        from_pem(pem(certificate), key_pem(key, PASSWORD), PASSWORD),
        from_pkcs12(p12(key, certificate, PASSWORD), PASSWORD),
        from_pkcs12(p12(key, certificate, None), None),
    ]

    assert {each.digest_base64 for each in loaded} == {loaded[0].digest_base64}
    assert all(each.certificate == certificate for each in loaded)
    assert loaded[0].serial_number == "01F20A5D352AE590"


def problem(*arguments: bytes | None) -> str:
    with pytest.raises(CredentialProblem) as raised:
        from_pem(*arguments)  # type: ignore[arg-type]
    assert raised.value.pl
    assert raised.value.en
    return raised.value.code


def test_what_is_wrong_with_a_certificate_or_key_is_said_precisely() -> None:
    key = key_of("ec")
    certificate = pem(certificate_for(key, NOON))
    other = key_pem(key_of("rsa"))

    assert problem(b"nonsense", key_pem(key)) == "not-a-certificate"
    assert problem(certificate, b"nonsense") == "not-a-key"
    assert problem(certificate, key_pem(key, PASSWORD)) == "password-needed"
    assert problem(certificate, key_pem(key, PASSWORD), b"other") == "wrong-password"
    assert problem(certificate, key_pem(key), b"needless") == "password-unneeded"
    assert problem(certificate, other) == "key-mismatch"


def test_keys_ksef_does_not_take_are_refused_at_once() -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    small = key_of("p192")
    edwards = ed25519.Ed25519PrivateKey.generate()
    edwards_pem = edwards.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    assert problem(pem(certificate_for(weak, NOON)), key_pem(weak)) == "key-kind"
    assert problem(pem(certificate_for(small, NOON)), key_pem(small)) == "key-kind"
    assert problem(pem(certificate_for(key_of("ec"), NOON)), edwards_pem) == "key-kind"


def test_a_wrong_password_for_pkcs12_is_said_so() -> None:
    key = key_of("ec")

    with pytest.raises(CredentialProblem) as raised:
        from_pkcs12(p12(key, certificate_for(key, NOON), PASSWORD), b"other")

    assert raised.value.code == "wrong-password"


def test_a_credential_never_shows_its_key() -> None:
    key = key_of("ec")
    credential: Credential = from_pem(pem(certificate_for(key, NOON)), key_pem(key))

    assert "key=" not in repr(credential)


SCHEMES = pytest.mark.parametrize("scheme", [PBES.PBESv2SHA256AndAES256CBC, PBES.PBESv1SHA1And3KeyTripleDESCBC])
ROUNDS = 70_001


def der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    length = bytes([len(body)]) if len(body) < 0x80 else bytes([0x81, len(body)])
    return bytes([tag]) + length + body


def integer(number: int) -> bytes:
    return der(2, number.to_bytes(number.bit_length() // 8 + 1))


def p12_file(scheme: PBES) -> bytes:
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(ROUNDS).key_cert_algorithm(scheme)
    how = builder.hmac_hash(hashes.SHA256()).build(PASSWORD)
    key = key_of("ec")
    return pkcs12.serialize_key_and_certificates(b"acme", key, certificate_for(key, NOON), None, how)


def asking_for(rounds: int, content: bytes, *, at: int) -> bytes:
    """The same file with another count of rounds in one of its places."""
    places = [found.start() for found in re.finditer(re.escape(integer(ROUNDS)), content)]
    return content[: places[at]] + integer(rounds) + content[places[at] + len(integer(rounds)) :]


def open_ended(content: bytes) -> bytes:
    """The outermost element without its length, as BER allows and some programs write."""
    return content[:1] + b"\x80" + content[2 + content[1] - 0x80 :] + b"\0\0"


def key_with(*numbers: int) -> bytes:
    """An encrypted key, as PEM, whose password hash has these numbers: PBKDF2 one, scrypt three."""
    salt, pbes2 = der(4, bytes(8)), bytes.fromhex("06092a864886f70d01050d")
    pbkdf2, scrypt = bytes.fromhex("06092a864886f70d01050c"), bytes.fromhex("06092b06010401da47040b")
    derivation = der(0x30, scrypt if len(numbers) == 3 else pbkdf2, der(0x30, salt, *map(integer, numbers)))
    cipher = der(0x30, bytes.fromhex("060960864801650304012a"), der(4, bytes(16)))
    content = der(0x30, der(0x30, pbes2, der(0x30, derivation, cipher)), der(4, bytes(48)))
    body = base64.encodebytes(content)
    return b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + body + b"-----END ENCRYPTED PRIVATE KEY-----\n"


@SCHEMES
def test_the_rounds_of_a_file_are_counted_without_its_password(scheme: PBES) -> None:
    content = p12_file(scheme)

    # Certificate, key and, always of as many, the check of the whole.
    assert rounds_of_der(content) == 2 * ROUNDS + 2_048
    assert rounds_of_der(open_ended(content)) == rounds_of_der(content + b"trailing") == 2 * ROUNDS + 2_048
    assert from_pkcs12(content, PASSWORD)


@SCHEMES
@pytest.mark.parametrize("at", [0, 1])
def test_a_pkcs12_file_that_asks_for_too_many_rounds_anywhere_is_refused(scheme: PBES, at: int) -> None:
    hostile = asking_for(8_000_000, p12_file(scheme), at=at)

    for content in (hostile, open_ended(hostile), hostile + b"trailing"):
        with pytest.raises(CredentialProblem) as raised:
            from_pkcs12(content, PASSWORD)
        assert raised.value.code == "too-many-rounds"
        assert "iteration count" in raised.value.en
        assert "iteration count" in raised.value.pl


def test_a_pkcs12_file_whose_check_asks_for_too_many_rounds_is_refused() -> None:
    data = der(0x30, bytes.fromhex("06092a864886f70d010701"), der(0xA0, der(4, der(0x30))))
    digest = der(0x30, der(0x30, bytes.fromhex("06052b0e03021a"), der(5)), der(4, bytes(20)))
    content = der(0x30, integer(3), data, der(0x30, digest, der(4, bytes(8)), integer(2**40)))

    with pytest.raises(CredentialProblem) as raised:
        from_pkcs12(content, PASSWORD)

    assert raised.value.code == "too-many-rounds"


def test_an_encrypted_pem_that_asks_for_too_many_rounds_is_refused() -> None:
    certificate = pem(certificate_for(key_of("ec"), NOON))

    assert rounds_of_pem(key_pem(key_of("ec"), PASSWORD)) == 2_048
    assert rounds_of_pem(key_with(600_000)) == 600_000
    assert problem(certificate, key_with(2**40), PASSWORD) == "too-many-rounds"
    assert problem(certificate, certificate + b"  " + key_with(2**40).replace(b"\n", b"\r\n"), PASSWORD) == (
        "too-many-rounds"
    )
    assert problem(certificate, key_with(2**14, 8, 2**30), PASSWORD) == "too-many-rounds"
    assert problem(certificate, key_with(2_048), PASSWORD) == "wrong-password"


@pytest.mark.parametrize(
    "content", [b"", b"\x30", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"\x30\x80" * 5_000, b"\x3f\x01\x00"]
)
def test_a_file_that_is_not_asn1_is_refused_with_a_plain_sentence(content: bytes) -> None:
    with pytest.raises(CredentialProblem) as raised:
        from_pkcs12(content, PASSWORD)

    assert raised.value.code == "unreadable-file"
