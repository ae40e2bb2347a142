import base64
from datetime import date

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree

from apps.ksef_client.context import Context
from apps.ksef_client.credentials import CredentialProblem, from_pem
from apps.ksef_client.environments import PROD, TEST
from apps.ksef_client.qr import code_one, code_two, svg, verify_code_two
from tests.ksef_client.certificates import NIP, certificate_for, credential, key_of, key_pem, pem, seal_of
from tests.ksef_client.conftest import NOON

HASH = "UtQp9Gpc51y+u3xApZjIjgkpZ01js+J8KflSPW8WzIE="
UNSIGNED = (
    "qr-test.ksef.mf.gov.pl/certificate/Nip/1111111111/1111111111/01F20A5D352AE590/"
    "UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE"
)
KINDS = pytest.mark.parametrize("kind", ["rsa", "ec"])


def test_code_one_is_the_worked_example() -> None:
    text = code_one(TEST, seller_nip="1111111111", issued_on=date(2026, 2, 1), invoice_hash=HASH)

    assert text == (
        "https://qr-test.ksef.mf.gov.pl/invoice/1111111111/01-02-2026/UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE"
    )


def test_code_one_of_a_real_invoice_points_to_prod() -> None:
    text = code_one(PROD, seller_nip=NIP, issued_on=date(2026, 12, 31), invoice_hash=HASH)

    assert text.startswith("https://qr.ksef.mf.gov.pl/invoice/5265877635/31-12-2026/")


@pytest.mark.parametrize(
    "bad", ["", "abc", "UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE", base64.b64encode(b"x").decode()]
)
def test_only_a_whole_hash_makes_a_code(bad: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        code_one(TEST, seller_nip=NIP, issued_on=date(2026, 2, 1), invoice_hash=bad)


@KINDS
def test_code_two_signs_the_text_of_the_worked_example(kind: str) -> None:
    holder = credential(kind, NOON)

    text = code_two(TEST, context=Context("1111111111"), seller_nip="1111111111", invoice_hash=HASH, credential=holder)

    unsigned, _, signature = text.rpartition("/")
    assert unsigned == f"https://{UNSIGNED}"
    assert len(signature) == {"rsa": 342, "ec": 86}[kind]
    assert verify_code_two(text, holder.certificate)


@KINDS
def test_a_changed_or_foreign_code_two_does_not_verify(kind: str) -> None:
    holder = credential(kind, NOON)
    text = code_two(TEST, context=Context(NIP), seller_nip=NIP, invoice_hash=HASH, credential=holder)
    other = certificate_for(key_of("p384"), NOON)

    assert not verify_code_two(text.replace(NIP, "1111111111", 1), holder.certificate)
    assert not verify_code_two(text[:-4] + "AAAA", holder.certificate)
    assert not verify_code_two(text, other)
    assert not verify_code_two("nonsense", holder.certificate)


def test_a_signature_in_der_form_verifies_too() -> None:
    key = key_of("ec")
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    der = key.sign(UNSIGNED.encode(), ec.ECDSA(hashes.SHA256()))
    text = f"https://{UNSIGNED}/{base64.urlsafe_b64encode(der).rstrip(b'=').decode()}"

    assert verify_code_two(text, certificate_for(key, NOON))


def test_a_certificate_for_signing_in_makes_no_code_two() -> None:
    key = key_of("ec")
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(seal_of())
        .issuer_name(seal_of())
        .public_key(key.public_key())
        .serial_number(5)
        .not_valid_before(NOON)
        .not_valid_after(NOON.replace(year=2028))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )

    with pytest.raises(CredentialProblem, match="Offline"):
        code_two(
            TEST,
            context=Context(NIP),
            seller_nip=NIP,
            invoice_hash=HASH,
            credential=from_pem(pem(certificate), key_pem(key)),
        )


def test_a_code_is_drawn_as_svg_with_a_quiet_zone() -> None:
    picture = svg("https://qr-test.ksef.mf.gov.pl/invoice/x")

    root = etree.fromstring(picture.encode())
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("width") == root.get("height")
