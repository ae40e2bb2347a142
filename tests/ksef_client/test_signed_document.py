import pytest
import responses
from lxml import etree

from apps.ksef_client import auth
from apps.ksef_client.context import Context, ContextType
from apps.ksef_client.credentials import CredentialProblem
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.signed_document import check_signed_document, unsigned_document
from apps.ksef_client.xades import AuthTokenRequest, sign_request
from tests.ksef_client.answers import CHALLENGE, SIGN_IN, token
from tests.ksef_client.certificates import NIP, credential
from tests.ksef_client.conftest import BASE, NOON
from tests.ksef_client.schemas import AUTH_SCHEMA

REQUEST = AuthTokenRequest(CHALLENGE, Context(NIP))
OTHER_CHALLENGE = AuthTokenRequest(CHALLENGE[:-2] + "11", Context(NIP))
OTHER_COMPANY = AuthTokenRequest(CHALLENGE, Context("1111111111"))
OTHER_KIND = AuthTokenRequest(CHALLENGE, Context(NIP, ContextType.PEPPOL_ID))


def signed(request: AuthTokenRequest = REQUEST) -> bytes:
    return sign_request(request, credential("ec", NOON), at=NOON)


def test_the_document_to_be_signed_elsewhere_fits_the_schema() -> None:
    AUTH_SCHEMA.assertValid(etree.fromstring(unsigned_document(REQUEST)))


def test_a_document_signed_elsewhere_is_sent_byte_for_byte(anonymous: Ksef, http: responses.RequestsMock) -> None:
    started = {"referenceNumber": SIGN_IN, "authenticationToken": token("x")}
    http.post(f"{BASE}/auth/xades-signature", json=started, status=202)
    document = signed()

    auth.start_with_signed_document(anonymous, check_signed_document(document, REQUEST))

    assert http.calls[0].request.body == document


def test_a_signature_around_the_document_is_fine_too() -> None:
    inner = unsigned_document(REQUEST).split(b"?>", 1)[1]
    around = (
        b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:Object>'
        + inner
        + b"</ds:Object></ds:Signature>"
    )

    assert check_signed_document(around, REQUEST) == around


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7", "not-xml"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a/>', "not-xml"),
        (unsigned_document(REQUEST), "not-signed"),
        (signed(OTHER_CHALLENGE), "other-document"),
        (signed(OTHER_COMPANY), "other-document"),
        (signed(OTHER_KIND), "other-document"),
        (signed().replace(b"<Nip>5265877635</Nip>", b""), "other-document"),
        (signed().replace(b"token/2.1", b"token/9.9"), "other-document"),
    ],
)
def test_what_is_wrong_with_an_uploaded_file_is_said_before_it_is_sent(content: bytes, code: str) -> None:
    with pytest.raises(CredentialProblem) as raised:
        check_signed_document(content, REQUEST)

    assert raised.value.code == code
