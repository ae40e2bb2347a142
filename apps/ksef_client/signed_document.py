"""Signing in with a document signed elsewhere: by the Trusted Profile, a qualified card, or any other program."""

from lxml import etree

from apps.ksef_client.context import Context
from apps.ksef_client.credentials import CredentialProblem
from apps.ksef_client.safe_xml import UnsafeXml, parse
from apps.ksef_client.xades import AUTH, DS, AuthTokenRequest

_MAX_BYTES = 1_000_000


def unsigned_document(request: AuthTokenRequest) -> bytes:
    """The document to be signed elsewhere, with an enveloped XAdES signature, while its challenge lives."""
    return f'<?xml version="1.0" encoding="utf-8"?>{request.root()}'.encode()


def check_signed_document(content: bytes, request: AuthTokenRequest) -> bytes:
    """The same bytes, once they are a signed form of what we asked to be signed; CredentialProblem otherwise."""
    try:
        root = parse(content, max_bytes=_MAX_BYTES)
    except UnsafeXml:
        raise _problem("not-xml", "To nie jest podpisany plik XML.", "This is not a signed XML file.") from None
    document = _document(root)
    if not list(root.iter(f"{{{DS}}}Signature")):
        raise _problem("not-signed", "Plik nie ma podpisu.", "The file carries no signature.")
    if document is None or _facts(document) != (request.challenge, request.context):
        raise _problem(
            "other-document",
            "To nie jest plik przygotowany do tego logowania. Pobierz nowy i podpisz go.",
            "This is not the file prepared for this sign-in. Download a new one and sign it.",
        )
    return content


def _document(root: etree._Element) -> etree._Element | None:
    """The request itself, whether the signature is inside it or around it."""
    name = f"{{{AUTH}}}AuthTokenRequest"
    found = list(root.iter(name))
    return found[0] if len(found) == 1 else None


def _facts(document: etree._Element) -> tuple[str, Context | None]:
    challenge = document.findtext(f"{{{AUTH}}}Challenge") or ""
    identifier = document.find(f"{{{AUTH}}}ContextIdentifier/*")
    if identifier is None:
        return challenge, None
    kinds = {kind.value: kind for kind in type(Context("").type)}
    kind = kinds.get(etree.QName(identifier).localname)
    return challenge, Context((identifier.text or "").strip(), kind) if kind else None


def _problem(code: str, pl: str, en: str) -> CredentialProblem:
    return CredentialProblem(code, pl=pl, en=en)
