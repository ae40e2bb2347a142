"""A second, independent check of a signature, by xmlsec; nothing that files invoices depends on it."""

import xmlsec
from cryptography.hazmat.primitives.serialization import Encoding

from apps.ksef_client.receipt_signature import embedded_certificates, signature_of
from apps.ksef_client.safe_xml import parse


def agrees(content: bytes) -> bool:
    """Whether xmlsec, too, finds the signature of a file right for the certificate inside it."""
    root = parse(content)
    pem = embedded_certificates(root)[0].public_bytes(Encoding.PEM)
    xmlsec.tree.add_ids(root, ["Id"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatCertPem, None)
    try:
        context.verify(signature_of(root))
    except xmlsec.Error:
        return False
    return True
