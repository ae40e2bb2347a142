"""Verifies the Ministry's XAdES signature on a UPO and trusts only what the signature covers.

The form of the real signature is not documented, so both an enveloped and an enveloping one are understood. What the
signature proves is that the bytes are as signed; who signed is proved only where the caller gives trusted roots.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature as WrongIssuer
from cryptography.x509.oid import ObjectIdentifier
from lxml import etree
from signxml.exceptions import SignXMLException
from signxml.xades.xades import XAdESSignatureConfiguration, XAdESVerifier

from apps.ksef_client.reading import parse_moment
from apps.ksef_client.receipt import ROOT, Upo, UpoProblem, read_upo
from apps.ksef_client.safe_xml import UnsafeXml, parse

DS = "{http://www.w3.org/2000/09/xmldsig#}"
XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
_CHAIN_LENGTH = 5
_MINISTRY = "VATPL-5260250274"


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed, according to the certificate inside the signature."""

    certificate: x509.Certificate
    signed_at: datetime | None
    is_trusted: bool  # the certificate leads to one of the roots given

    @property
    def name(self) -> str:
        return self.certificate.subject.rfc4514_string()

    @property
    def claims_ministry(self) -> bool:
        """Whether the certificate names the Ministry of Finance; worth something only together with `is_trusted`."""
        return _MINISTRY in _subject_values(self.certificate, ObjectIdentifier("2.5.4.97"))


@dataclass(frozen=True, slots=True)
class SignedUpo:
    """A UPO read from exactly the part of the file its signature covers."""

    upo: Upo
    signer: Signer


def verify_upo(content: bytes, *, at: datetime, roots: Collection[x509.Certificate] = ()) -> SignedUpo:
    """Check the signature as of a moment and read what it covers; UpoProblem when anything is amiss."""
    try:
        root = parse(content)
        certificates = embedded_certificates(root)
        results = XAdESVerifier().verify(
            content,
            x509_cert=certificates[0],
            expect_config=XAdESSignatureConfiguration(location="./", expect_references=True, verification_time=at),
        )
    except (UnsafeXml, SignXMLException, etree.LxmlError, ValueError) as problem:
        raise UpoProblem(f"The signature of the UPO is not valid: {problem}") from None
    covered = [receipt for result in results if (receipt := _receipt_in(result.signed_xml)) is not None]
    if len(covered) != 1:
        raise UpoProblem("The signature does not cover the UPO.")
    upo = read_upo(covered[0])
    if upo != read_upo(_receipt_of_file(root)):
        raise UpoProblem("The file shows another UPO than the one its signature covers.")
    return SignedUpo(upo, Signer(certificates[0], _signed_at(results), _leads_to(certificates, roots, at)))


def signature_of(root: etree._Element) -> etree._Element:
    """The one signature of a file: the root itself, or a child of the root."""
    signatures = [root] if root.tag == f"{DS}Signature" else root.findall(f"{DS}Signature")
    if len(signatures) != 1:
        raise UpoProblem("The UPO does not carry exactly one signature.")
    return signatures[0]


def embedded_certificates(root: etree._Element) -> list[x509.Certificate]:
    """The certificates inside the one signature of a file, the signer's first."""
    values = signature_of(root).findall(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate")
    certificates = [_certificate(value.text or "") for value in values]
    if not certificates:
        raise UpoProblem("The signature names no certificate.")
    return certificates


def _certificate(text: str) -> x509.Certificate:
    pem = f"-----BEGIN CERTIFICATE-----\n{text.strip()}\n-----END CERTIFICATE-----\n"
    return x509.load_pem_x509_certificate(pem.encode())


def _receipt_in(signed: etree._Element | None) -> etree._Element | None:
    """The UPO in a signed piece: the piece itself, or the only child of a signed ds:Object."""
    if signed is None or signed.tag == ROOT:
        return signed
    if signed.tag == f"{DS}Object" and len(signed) == 1 and signed[0].tag == ROOT:
        return signed[0]
    return None


def _receipt_of_file(root: etree._Element) -> etree._Element:
    found = [root] if root.tag == ROOT else root.findall(f"{DS}Object/{ROOT}")
    if len(found) != 1:
        raise UpoProblem("The file does not hold exactly one UPO.")
    return found[0]


def _signed_at(results: Sequence[object]) -> datetime | None:
    for result in results:
        properties = getattr(result, "signed_properties", None)
        if properties is not None and (text := properties.findtext(f"{XADES}SigningTime")):
            return parse_moment(str(text))
    return None


def _leads_to(chain: list[x509.Certificate], roots: Collection[x509.Certificate], at: datetime) -> bool:
    """Follow issuers from the signer through what the signature brings along to a root that is trusted."""
    current, candidates = chain[0], [*chain[1:], *roots]
    for _ in range(_CHAIN_LENGTH):
        if not current.not_valid_before_utc <= at < current.not_valid_after_utc:
            return False
        if current in roots:
            return True
        issuer = next((each for each in candidates if _issued(each, current) and each != current), None)
        if issuer is None:
            return False
        current = issuer
    return False


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, WrongIssuer):
        return False
    return _may_issue(issuer)


def _may_issue(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _subject_values(certificate: x509.Certificate, attribute: ObjectIdentifier) -> list[str]:
    return [str(value.value) for value in certificate.subject.get_attributes_for_oid(attribute)]
