"""The QR codes of a visualised invoice: KOD I on every one, KOD II on those issued offline (API digest, 9.4)."""

import base64
import binascii
import io
from datetime import date

import segno
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from apps.ksef_client.context import Context
from apps.ksef_client.credentials import Credential, CredentialProblem, raw_ecdsa
from apps.ksef_client.environments import Environment

OFFLINE_CAPTION = "OFFLINE"  # under KOD I while there is no KSeF number
CERTIFICATE_CAPTION = "CERTYFIKAT"  # under KOD II

_PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)


def code_one(environment: Environment, *, seller_nip: str, issued_on: date, invoice_hash: str) -> str:
    """The text of KOD I; `invoice_hash` in the Base64 that KSeF uses elsewhere."""
    return f"{environment.qr_url}/invoice/{seller_nip}/{issued_on:%d-%m-%Y}/{_url_safe(invoice_hash)}"


def code_two(
    environment: Environment, *, context: Context, seller_nip: str, invoice_hash: str, credential: Credential
) -> str:
    """The text of KOD II, signed with a certificate of the kind Offline."""
    _check_kind(credential.certificate)
    unsigned = "/".join(
        (
            f"{environment.qr_url}/certificate",
            context.type.value,
            context.value,
            seller_nip,
            credential.serial_number,
            _url_safe(invoice_hash),
        )
    )
    return f"{unsigned}/{_encode(_sign(credential, _signed_text(unsigned)))}"


def verify_code_two(text: str, certificate: x509.Certificate) -> bool:
    """Whether the signature in a KOD II was made with the key of this certificate."""
    unsigned, _, signature = text.rpartition("/")
    try:
        value = base64.b64decode(signature + "=" * (-len(signature) % 4), altchars=b"-_", validate=True)
        _verify(certificate.public_key(), value, _signed_text(unsigned))
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


def svg(text: str, *, module: int = 4) -> str:
    """A code as an SVG element, error correction M, with the quiet zone the standard asks for."""
    output = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        output, kind="svg", scale=module, border=4, xmldecl=False, svgns=True, nl=False
    )
    return output.getvalue().decode("utf-8")


def _check_kind(certificate: x509.Certificate) -> None:
    """An Offline certificate has the usage nonRepudiation; one for sign-in would make a code that verifies nowhere."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not usage.content_commitment:
        raise CredentialProblem(
            "not-offline",
            pl="Ten certyfikat służy do logowania. Kod II podpisuje certyfikat typu Offline.",
            en="This certificate is for signing in. Code II is signed with a certificate of the kind Offline.",
        )


def _signed_text(unsigned: str) -> bytes:
    """What is signed: the link without its scheme, hashed once."""
    return unsigned.removeprefix("https://").encode()


def _sign(credential: Credential, content: bytes) -> bytes:
    if isinstance(credential.key, rsa.RSAPrivateKey):
        return credential.key.sign(content, _PSS, hashes.SHA256())
    return raw_ecdsa(credential.key, content)


def _verify(key: object, value: bytes, content: bytes) -> None:
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(value, content, _PSS, hashes.SHA256())
    elif isinstance(key, ec.EllipticCurvePublicKey):
        length = (key.curve.key_size + 7) // 8
        if len(value) == 2 * length:
            value = encode_dss_signature(int.from_bytes(value[:length], "big"), int.from_bytes(value[length:], "big"))
        key.verify(value, content, ec.ECDSA(hashes.SHA256()))
    else:
        raise ValueError("a key of a kind KSeF does not use")


def _url_safe(invoice_hash: str) -> str:
    digest = base64.b64decode(invoice_hash, validate=True)
    if len(digest) != 32:
        raise ValueError("An invoice hash is 32 bytes.")
    return _encode(digest)


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")
