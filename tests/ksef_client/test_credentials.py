import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from apps.ksef_client.credentials import Credential, CredentialProblem, from_pem, from_pkcs12
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
