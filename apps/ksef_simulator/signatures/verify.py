"""Verifying the signature on a sign-in document, as strictly as KSeF does since March 2026."""

import base64
import binascii
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree

from apps.ksef_simulator.signatures.canonical import (
    DS,
    BadReference,
    Node,
    UnknownAlgorithm,
    canonical,
    referenced_bytes,
    target_of,
    text_of,
)

XADES = "http://uri.etsi.org/01903/v1.3.2#"
NEGATIVE = "Podpis zweryfikowany negatywnie."
NOT_XADES = "Format podpisu niezgodny z akceptowanymi profilami XAdES."
WEAK = "Podpis złożony z użyciem niewspieranego algorytmu kryptograficznego."
DETACHED = "Podpis nie obejmuje dokumentu."

_ENC = "http://www.w3.org/2001/04/xmlenc#"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_MGF = "http://www.w3.org/2007/05/xmldsig-more#"
_DIGESTS: dict[str, hashes.HashAlgorithm] = {
    f"{_ENC}sha256": hashes.SHA256(),
    f"{_MORE}sha384": hashes.SHA384(),
    f"{_ENC}sha512": hashes.SHA512(),
    f"{_MGF}sha3-256": hashes.SHA3_256(),
    f"{_MGF}sha3-384": hashes.SHA3_384(),
    f"{_MGF}sha3-512": hashes.SHA3_512(),
}
_RSA: dict[str, hashes.HashAlgorithm] = {
    f"{_MORE}rsa-sha256": hashes.SHA256(),
    f"{_MORE}rsa-sha384": hashes.SHA384(),
    f"{_MORE}rsa-sha512": hashes.SHA512(),
}
_RSA_PSS: dict[str, hashes.HashAlgorithm] = {
    f"{_MGF}sha256-rsa-MGF1": hashes.SHA256(),
    f"{_MGF}sha384-rsa-MGF1": hashes.SHA384(),
    f"{_MGF}sha512-rsa-MGF1": hashes.SHA512(),
}
_ECDSA: dict[str, hashes.HashAlgorithm] = {
    f"{_MORE}ecdsa-sha256": hashes.SHA256(),
    f"{_MORE}ecdsa-sha384": hashes.SHA384(),
    f"{_MORE}ecdsa-sha512": hashes.SHA512(),
}


class BadSignature(Exception):
    """The signature is refused; the text is the detail of error 9105."""


@dataclass(frozen=True, slots=True)
class Signed:
    certificate: x509.Certificate
    der: bytes


def verify(signature: Node, document: Node) -> Signed:
    """The certificate behind a signature that covers this document, or BadSignature."""
    try:
        covered = _check_references(signature)
        signing = _signing_certificate(signature)
        _check_profile(signature, signing, covered)
        _check_value(signature, signing.certificate)
    except UnknownAlgorithm as error:
        raise BadSignature(WEAK) from error
    except (BadReference, binascii.Error) as error:
        raise BadSignature(NEGATIVE) from error
    if not any(document is each or document in each.iterdescendants() for each in covered):
        raise BadSignature(DETACHED)
    return signing


def _child(node: Node, path: str) -> Node:
    found = node.find(path.replace("ds:", f"{{{DS}}}"))
    if found is None:
        raise BadSignature(NEGATIVE)
    return found


def _check_references(signature: Node) -> list[Node]:
    """Compare every digest; the elements that are covered."""
    covered = []
    references = signature.findall(f"{{{DS}}}SignedInfo/{{{DS}}}Reference")
    if not references:
        raise BadSignature(NEGATIVE)
    for reference in references:
        algorithm = _child(reference, "ds:DigestMethod").get("Algorithm", "")
        if algorithm not in _DIGESTS:
            raise UnknownAlgorithm(algorithm)
        digest = hashes.Hash(_DIGESTS[algorithm])
        digest.update(referenced_bytes(reference, signature))
        if digest.finalize() != _base64(_child(reference, "ds:DigestValue")):
            raise BadSignature(NEGATIVE)
        covered.append(target_of(reference, signature))
    return covered


def _signing_certificate(signature: Node) -> Signed:
    """The certificate named by SigningCertificate; KeyInfo may carry a whole chain."""
    carried = [
        _base64(node) for node in signature.iterfind(f"{{{DS}}}KeyInfo/{{{DS}}}X509Data/{{{DS}}}X509Certificate")
    ]
    if not carried:
        raise BadSignature(NEGATIVE)
    digests = list(_certificate_digests(signature))
    for der in carried:
        if any(_hash(algorithm, der) == value for algorithm, value in digests):
            return Signed(_parsed(der), der)
    if digests:
        raise BadSignature(NOT_XADES)
    return Signed(_parsed(carried[0]), carried[0])


def _parsed(der: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(der)
    except ValueError as error:
        raise BadSignature(NEGATIVE) from error


def _certificate_digests(signature: Node) -> list[tuple[str, bytes]]:
    return [
        (_child(digest, "ds:DigestMethod").get("Algorithm", ""), _base64(_child(digest, "ds:DigestValue")))
        for name in ("SigningCertificate", "SigningCertificateV2")
        for digest in signature.iterfind(f".//{{{XADES}}}{name}/{{{XADES}}}Cert/{{{XADES}}}CertDigest")
    ]


def _hash(algorithm: str, content: bytes) -> bytes:
    if algorithm not in _DIGESTS:
        raise UnknownAlgorithm(algorithm)
    digest = hashes.Hash(_DIGESTS[algorithm])
    digest.update(content)
    return digest.finalize()


def _check_profile(signature: Node, signing: Signed, covered: list[Node]) -> None:
    """Signed properties that name the certificate, or a signed KeyInfo (XAdES profiles, enforced since 2.1.0)."""
    properties = signature.find(f"{{{DS}}}Object/{{{XADES}}}QualifyingProperties/{{{XADES}}}SignedProperties")
    key_info = signature.find(f"{{{DS}}}KeyInfo")
    signed_properties = properties is not None and any(_reaches(each, properties) for each in covered)
    signed_key = key_info is not None and any(_reaches(each, key_info) for each in covered)
    named = properties is not None and bool(_certificate_digests(properties))
    if not (signed_properties and (named or signed_key)):
        raise BadSignature(NOT_XADES)
    serial = signature.findtext(f".//{{{XADES}}}SigningCertificate//{{{DS}}}X509SerialNumber")
    if serial is not None and serial.strip() != str(signing.certificate.serial_number):
        raise BadSignature(NOT_XADES)


def _reaches(covered: Node, node: Node) -> bool:
    """Whether a reference to `covered` takes in `node`; the whole document does not, its signature is cut out."""
    return covered is node or (covered.getparent() is not None and node in covered.iterdescendants())


def _check_value(signature: Node, certificate: x509.Certificate) -> None:
    info = _child(signature, "ds:SignedInfo")
    signed = canonical(info, _child(info, "ds:CanonicalizationMethod"))
    value = _base64(_child(signature, "ds:SignatureValue"))
    algorithm = _child(info, "ds:SignatureMethod").get("Algorithm", "")
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048 and algorithm in _RSA:
            key.verify(value, signed, padding.PKCS1v15(), _RSA[algorithm])
        elif isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048 and algorithm in _RSA_PSS:
            digest = _RSA_PSS[algorithm]
            key.verify(value, signed, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey) and key.curve.key_size >= 256 and algorithm in _ECDSA:
            key.verify(_der(value, key), signed, ec.ECDSA(_ECDSA[algorithm]))
        else:
            raise BadSignature(WEAK)
    except InvalidSignature as error:
        raise BadSignature(NEGATIVE) from error


def _der(value: bytes, key: ec.EllipticCurvePublicKey) -> bytes:
    """R and S side by side, as XML signatures carry them; a DER value is refused like any wrong one."""
    size = (key.curve.key_size + 7) // 8
    if len(value) != 2 * size:
        raise BadSignature(NEGATIVE)
    return encode_dss_signature(int.from_bytes(value[:size]), int.from_bytes(value[size:]))


def _base64(node: Node) -> bytes:
    return base64.b64decode("".join(text_of(node).split()), validate=True)


def signatures_in(root: etree._Element) -> list[Node]:
    return list(root.iter(f"{{{DS}}}Signature"))
