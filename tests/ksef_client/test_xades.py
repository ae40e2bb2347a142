"""The sign-in document is judged by two libraries that share no code, and by the official schema."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
import xmlsec
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from signxml.exceptions import InvalidDigest
from signxml.xades import XAdESSignatureConfiguration, XAdESVerifier

from apps.ksef_client.context import Context, ContextType, IpPolicy
from apps.ksef_client.credentials import Credential, CredentialProblem
from apps.ksef_client.xades import AuthTokenRequest, SubjectIdentifier, sign_request
from tests.ksef_client.certificates import NIP, credential, seal_of
from tests.ksef_client.conftest import NOON
from tests.ksef_client.schemas import AUTH_SCHEMA

CHALLENGE = "20250514-CR-226FB7B000-3ACF9BE4C0-10"
POLICY = IpPolicy(("203.0.113.7",), ("10.0.0.1-10.0.0.254",), ("172.16.0.0/16",))
KINDS = pytest.mark.parametrize("kind", ["rsa", "ec", "p384"])
NS = {
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "xades": "http://uri.etsi.org/01903/v1.3.2#",
    "a": "http://ksef.mf.gov.pl/auth/token/2.1",
}


def signed(kind: str, *, policy: IpPolicy | None = None, at: datetime = NOON) -> tuple[bytes, Credential]:
    holder = credential(kind, NOON)
    return sign_request(AuthTokenRequest(CHALLENGE, Context(NIP), policy=policy), holder, at=at), holder


def check_with_signxml(document: bytes, holder: Credential) -> None:
    config = XAdESSignatureConfiguration(expect_references=2, verification_time=NOON)
    results = XAdESVerifier().verify(document, x509_cert=holder.certificate, expect_config=config)
    assert {etree.QName(result.signed_xml).localname for result in results} == {"AuthTokenRequest", "SignedProperties"}


def check_with_xmlsec(document: bytes, holder: Credential) -> None:
    tree = etree.fromstring(document)
    xmlsec.tree.add_ids(tree, ["Id"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(holder.certificate.public_bytes(Encoding.PEM), xmlsec.KeyFormat.CERT_PEM, None)
    context.verify(xmlsec.tree.find_node(tree, xmlsec.Node.SIGNATURE))


@KINDS
@pytest.mark.parametrize("policy", [None, POLICY], ids=["open", "with addresses"])
def test_both_libraries_accept_the_signature(kind: str, policy: IpPolicy | None) -> None:
    document, holder = signed(kind, policy=policy)

    check_with_signxml(document, holder)
    check_with_xmlsec(document, holder)


@KINDS
@pytest.mark.parametrize(
    ("part", "other"),
    [
        (NIP.encode(), b"1111111111"),
        (b"2026-11-23T10:59:00Z", b"2026-11-23T10:58:00Z"),
        (CHALLENGE[-2:].encode(), b"11"),
    ],
)
def test_both_libraries_notice_a_change(kind: str, part: bytes, other: bytes) -> None:
    document, holder = signed(kind)
    forged = document.replace(part, other, 1)
    assert forged != document

    with pytest.raises(InvalidDigest):
        check_with_signxml(forged, holder)
    with pytest.raises(xmlsec.Error):
        check_with_xmlsec(forged, holder)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co"]), min_size=1, max_size=60))
@settings(max_examples=25)
def test_any_name_in_the_certificate_is_written_in_canonical_form(organization: str) -> None:
    holder = credential("ec", NOON, subject=seal_of(organization=organization))

    document = sign_request(AuthTokenRequest(CHALLENGE, Context("A&B<C>\rD")), holder, at=NOON)

    check_with_signxml(document, holder)
    check_with_xmlsec(document, holder)


@pytest.mark.parametrize("policy", [None, POLICY])
@pytest.mark.parametrize("identifier", list(SubjectIdentifier))
@pytest.mark.parametrize("context", [Context(NIP), Context(f"{NIP}-12345", ContextType.INTERNAL_ID)])
def test_without_its_signature_the_document_fits_the_official_schema(
    policy: IpPolicy | None, identifier: SubjectIdentifier, context: Context
) -> None:
    request = AuthTokenRequest(CHALLENGE, context, identifier, policy)
    tree = etree.fromstring(sign_request(request, credential("ec", NOON), at=NOON))
    tree.remove(tree.find("ds:Signature", NS))

    AUTH_SCHEMA.assertValid(tree)


def test_the_signature_is_the_last_child_and_names_the_certificate_it_was_made_with() -> None:
    document, holder = signed("rsa")
    tree = etree.fromstring(document)

    assert tree[-1].tag == f"{{{NS['ds']}}}Signature"
    assert tree.findtext(".//xades:CertDigest/ds:DigestValue", namespaces=NS) == holder.digest_base64
    assert tree.findtext(".//ds:X509SerialNumber", namespaces=NS) == str(0x01F20A5D352AE590)
    assert base64.b64decode(tree.findtext(".//ds:X509Certificate", "", NS)) == holder.certificate.public_bytes(
        Encoding.DER
    )


def test_the_signing_time_lies_a_minute_back_so_that_no_clock_finds_it_in_the_future() -> None:
    document, _ = signed("ec", at=datetime(2026, 11, 23, 11, 0, 30, tzinfo=UTC))

    assert etree.fromstring(document).findtext(".//xades:SigningTime", namespaces=NS) == "2026-11-23T10:59:30Z"


@KINDS
def test_only_sha256_is_used(kind: str) -> None:
    document, _ = signed(kind)

    assert b"sha1" not in document
    assert b"rsa-sha256" in document or b"ecdsa-sha256" in document


def test_an_ec_signature_is_r_and_s_side_by_side() -> None:
    document, _ = signed("ec")

    value = etree.fromstring(document).findtext(".//ds:SignatureValue", "", NS)

    assert len(base64.b64decode(value)) == 64


@pytest.mark.parametrize("at", [NOON - timedelta(hours=2), NOON + timedelta(days=731)])
def test_nothing_is_signed_with_a_certificate_outside_its_life(at: datetime) -> None:
    with pytest.raises(CredentialProblem):
        signed("ec", at=at)
