"""The seal on receipts: an enveloped XAdES signature made with the simulator's own key."""

import base64
import hashlib
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


class Seal:
    """Signs documents that are already written in canonical form, so that their bytes can be hashed as they are."""

    def __init__(self, private: rsa.RSAPrivateKey, certificate: bytes) -> None:
        self._private = private
        self.certificate = certificate
        parsed = x509.load_der_x509_certificate(certificate)
        self._issuer = parsed.issuer.rfc4514_string()
        self._serial = parsed.serial_number
        self._encoded = base64.b64encode(certificate).decode()
        self._certificate_digest = _digest(certificate)

    def sign(self, root_open: str, inside: str, root_close: str, namespace: str, at: datetime) -> bytes:
        """The document with the signature as last child; the three texts together are its canonical form.

        RSA PKCS#1 v1.5 and a given signing time make the same bytes for the same input, so a receipt
        can be written again whenever somebody asks for it.
        """
        document = f"{root_open}{inside}{root_close}".encode()
        properties = self._properties(at)
        references = _reference("", document, enveloped=True) + _reference("SignedProperties", _exclusive(properties))
        signed = (
            f'<ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{C14N}"></ds:CanonicalizationMethod>'
            '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>'
            f"{references}</ds:SignedInfo>"
        )
        # Inclusive C14N puts every namespace in scope on the element it starts from.
        scope = f'<ds:SignedInfo xmlns="{namespace}" xmlns:ds="{DS}">'
        canonical = signed.replace("<ds:SignedInfo>", scope, 1).encode()
        value = self._private.sign(canonical, padding.PKCS1v15(), hashes.SHA256())
        signature = (
            f'<ds:Signature xmlns:ds="{DS}" Id="Signature">{signed}'
            f'<ds:SignatureValue Id="SignatureValue">{base64.b64encode(value).decode()}</ds:SignatureValue>'
            f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{self._encoded}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
            f'<ds:Object><xades:QualifyingProperties xmlns:xades="{XADES}" Target="#Signature">{properties}'
            "</xades:QualifyingProperties></ds:Object></ds:Signature>"
        )
        return f'<?xml version="1.0" encoding="utf-8"?>\n{root_open}{inside}{signature}{root_close}'.encode()

    def _properties(self, at: datetime) -> str:
        return (
            '<xades:SignedProperties Id="SignedProperties"><xades:SignedSignatureProperties>'
            f"<xades:SigningTime>{at:%Y-%m-%dT%H:%M:%SZ}</xades:SigningTime><xades:SigningCertificate><xades:Cert>"
            f'<xades:CertDigest><ds:DigestMethod Algorithm="{SHA256}"></ds:DigestMethod>'
            f"<ds:DigestValue>{self._certificate_digest}</ds:DigestValue></xades:CertDigest>"
            f"<xades:IssuerSerial><ds:X509IssuerName>{self._issuer}</ds:X509IssuerName>"
            f"<ds:X509SerialNumber>{self._serial}</ds:X509SerialNumber></xades:IssuerSerial>"
            "</xades:Cert></xades:SigningCertificate></xades:SignedSignatureProperties></xades:SignedProperties>"
        )


def seal_from(private_pem: str, certificate: bytes) -> Seal:
    # The check of a key we made ourselves would take longer than everything else at a start.
    key = serialization.load_pem_private_key(private_pem.encode(), None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("the seal is an RSA key")
    return Seal(key, certificate)


def _reference(identifier: str, content: bytes, *, enveloped: bool = False) -> str:
    transforms = f'<ds:Transform Algorithm="{DS}enveloped-signature"></ds:Transform>' if enveloped else ""
    transforms += f'<ds:Transform Algorithm="{C14N if enveloped else EXCLUSIVE}"></ds:Transform>'
    where = 'URI=""' if enveloped else f'Type="http://uri.etsi.org/01903#SignedProperties" URI="#{identifier}"'
    return (
        f"<ds:Reference {where}><ds:Transforms>{transforms}</ds:Transforms>"
        f'<ds:DigestMethod Algorithm="{SHA256}"></ds:DigestMethod>'
        f"<ds:DigestValue>{_digest(content)}</ds:DigestValue></ds:Reference>"
    )


def _exclusive(properties: str) -> bytes:
    scope = f'<scope xmlns:ds="{DS}" xmlns:xades="{XADES}">{properties}</scope>'
    return etree.tostring(etree.fromstring(scope)[0], method="c14n", exclusive=True)


def _digest(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()
