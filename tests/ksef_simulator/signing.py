"""Certificates and signed sign-in documents for these tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml import methods
from signxml.algorithms import CanonicalizationMethod, SignatureMethod
from signxml.xades.xades import XAdESSigner

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
NAMESPACE = "http://ksef.mf.gov.pl/auth/token/2.1"

SEAL = {
    NameOID.COUNTRY_NAME: "PL",
    NameOID.ORGANIZATION_NAME: "Acme",
    NameOID.ORGANIZATION_IDENTIFIER: "VATPL-5265877635",
    NameOID.COMMON_NAME: "Acme",
}
PERSON = {
    NameOID.COUNTRY_NAME: "PL",
    NameOID.GIVEN_NAME: "Ola",
    NameOID.SURNAME: "Nowak",
    NameOID.SERIAL_NUMBER: "TINPL-5265877635",
    NameOID.COMMON_NAME: "Ola Nowak",
}


class Signer:
    """A key with a self-signed certificate."""

    def __init__(self, subject: dict[Any, str] = SEAL, key: PrivateKey | None = None, *, days: int = 30) -> None:
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(oid, value) for oid, value in subject.items()])
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self.key.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - timedelta(days=60)).not_valid_after(now + timedelta(days=days))
        self.certificate = builder.sign(self.key, hashes.SHA256())

    def sign(self, root: etree._Element) -> bytes:
        method = SignatureMethod.RSA_SHA256 if isinstance(self.key, rsa.RSAPrivateKey) else SignatureMethod.ECDSA_SHA256
        signer = XAdESSigner(
            method=methods.enveloped,
            signature_algorithm=method,
            c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_0,
        )
        pem = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        certificate = self.certificate.public_bytes(serialization.Encoding.PEM)
        signed = signer.sign(root, key=pem, cert=[certificate.decode()])
        return etree.tostring(signed, xml_declaration=True, encoding="utf-8")


def request(
    challenge: str,
    context: str = "<Nip>5265877635</Nip>",
    identified_by: str = "certificateSubject",
    policy: str = "",
    namespace: str = NAMESPACE,
) -> etree._Element:
    return etree.fromstring(
        f'<AuthTokenRequest xmlns="{namespace}"><Challenge>{challenge}</Challenge>'
        f"<ContextIdentifier>{context}</ContextIdentifier>"
        f"<SubjectIdentifierType>{identified_by}</SubjectIdentifierType>{policy}</AuthTokenRequest>"
    )
