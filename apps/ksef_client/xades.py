"""The signed sign-in document: AuthTokenRequest 2.1 with an enveloped XAdES-BES signature (API digest, 2.3).

Every piece is written in its canonical form, so what is hashed and signed is byte for byte what is sent. Both
references name their transform (signatures that leave it out are read with another canonicalisation and refused).
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric import rsa

from apps.ksef_client.context import Context, IpPolicy
from apps.ksef_client.credentials import Credential

AUTH = "http://ksef.mf.gov.pl/auth/token/2.1"
DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
EXCLUSIVE_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"

# A clock slightly ahead of KSeF's would otherwise sign in the future.
SIGNED_AGO = timedelta(minutes=1)


_END = "</AuthTokenRequest>"


class SubjectIdentifier(StrEnum):
    """Whether the certificate names its owner, or is known to KSeF by its fingerprint."""

    SUBJECT = "certificateSubject"
    FINGERPRINT = "certificateFingerprint"


@dataclass(frozen=True, slots=True)
class AuthTokenRequest:
    """What is signed in order to sign in."""

    challenge: str
    context: Context
    identifier: SubjectIdentifier = SubjectIdentifier.SUBJECT
    policy: IpPolicy | None = None

    def body(self) -> str:
        """The content of the root element, in canonical form."""
        return (
            f"<Challenge>{_text(self.challenge)}</Challenge>"
            f"<ContextIdentifier><{self.context.type}>{_text(self.context.value)}</{self.context.type}>"
            f"</ContextIdentifier><SubjectIdentifierType>{self.identifier}</SubjectIdentifierType>"
            f"{_policy(self.policy)}"
        )

    def root(self) -> str:
        """The whole document without a signature, in canonical form."""
        return f'<AuthTokenRequest xmlns="{AUTH}">{self.body()}{_END}'


def sign_request(request: AuthTokenRequest, credential: Credential, *, at: datetime) -> bytes:
    """The signed document, ready to be sent as it is."""
    credential.check_valid(at)
    document = request.root()
    properties = _signed_properties(credential, at - SIGNED_AGO)
    signed_info = _signed_info(credential, _digest(document), _digest(properties))
    value = base64.b64encode(credential.sign(signed_info.encode())).decode()
    signature = (
        f'<ds:Signature xmlns:ds="{DS}" Id="Signature">{signed_info}<ds:SignatureValue>{value}</ds:SignatureValue>'
        f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{credential.der_base64}</ds:X509Certificate></ds:X509Data>"
        f'</ds:KeyInfo><ds:Object><xades:QualifyingProperties xmlns:xades="{XADES}" Target="#Signature">{properties}'
        "</xades:QualifyingProperties></ds:Object></ds:Signature>"
    )
    end = len(document) - len(_END)
    return f'<?xml version="1.0" encoding="utf-8"?>{document[:end]}{signature}{_END}'.encode()


def _signed_properties(credential: Credential, signed_at: datetime) -> str:
    """In exclusive canonical form: each ds element declares its prefix, because no parent here uses it."""
    certificate = credential.certificate
    ds = f' xmlns:ds="{DS}"'
    return (
        f'<xades:SignedProperties xmlns:xades="{XADES}" Id="SignedProperties"><xades:SignedSignatureProperties>'
        f"<xades:SigningTime>{signed_at:%Y-%m-%dT%H:%M:%SZ}</xades:SigningTime>"
        "<xades:SigningCertificate><xades:Cert><xades:CertDigest>"
        f'<ds:DigestMethod{ds} Algorithm="{SHA256}"></ds:DigestMethod>'
        f"<ds:DigestValue{ds}>{credential.digest_base64}</ds:DigestValue></xades:CertDigest><xades:IssuerSerial>"
        f"<ds:X509IssuerName{ds}>{_text(certificate.issuer.rfc4514_string())}</ds:X509IssuerName>"
        f"<ds:X509SerialNumber{ds}>{certificate.serial_number}</ds:X509SerialNumber></xades:IssuerSerial></xades:Cert>"
        "</xades:SigningCertificate></xades:SignedSignatureProperties></xades:SignedProperties>"
    )


def _signed_info(credential: Credential, document_digest: str, properties_digest: str) -> str:
    """In inclusive canonical form: the root's namespace is in scope and therefore declared."""
    method = RSA_SHA256 if isinstance(credential.key, rsa.RSAPrivateKey) else ECDSA_SHA256
    return (
        f'<ds:SignedInfo xmlns="{AUTH}" xmlns:ds="{DS}">'
        f'<ds:CanonicalizationMethod Algorithm="{C14N}"></ds:CanonicalizationMethod>'
        f'<ds:SignatureMethod Algorithm="{method}"></ds:SignatureMethod>'
        f'<ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="{ENVELOPED}"></ds:Transform>'
        f'<ds:Transform Algorithm="{EXCLUSIVE_C14N}"></ds:Transform></ds:Transforms>{_digested(document_digest)}'
        f'</ds:Reference><ds:Reference Type="http://uri.etsi.org/01903#SignedProperties" URI="#SignedProperties">'
        f'<ds:Transforms><ds:Transform Algorithm="{EXCLUSIVE_C14N}"></ds:Transform></ds:Transforms>'
        f"{_digested(properties_digest)}</ds:Reference></ds:SignedInfo>"
    )


def _digested(value: str) -> str:
    return f'<ds:DigestMethod Algorithm="{SHA256}"></ds:DigestMethod><ds:DigestValue>{value}</ds:DigestValue>'


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _policy(policy: IpPolicy | None) -> str:
    if policy is None:
        return ""
    lists = (("Ip4Address", policy.addresses), ("Ip4Range", policy.ranges), ("Ip4Mask", policy.masks))
    items = "".join(f"<{name}>{_text(value)}</{name}>" for name, values in lists for value in values)
    return f"<AuthorizationPolicy><AllowedIps>{items}</AllowedIps></AuthorizationPolicy>"


def _text(value: str) -> str:
    """Text in canonical form."""
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#xD;")
