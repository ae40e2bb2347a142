import base64
import json

import pytest
import responses

from apps.ksef_client import online
from apps.ksef_client.crypto import SessionKey, decrypt, new_session_key, seal
from apps.ksef_client.errors import Refused
from apps.ksef_client.keys import Keys
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.online import Closing
from tests.ksef_client.answers import HASH, INVOICE, LATER, SESSION, problem
from tests.ksef_client.conftest import BASE
from tests.ksef_client.public_keys import PublishedKeys

KEY = SessionKey(bytes(range(32)), bytes(range(16)))
OPEN_URL = f"{BASE}/sessions/online"
SEND_URL = f"{OPEN_URL}/{SESSION}/invoices"
OPENED = {"referenceNumber": SESSION, "validUntil": LATER}
DOCUMENT = "<Faktura>zażółć</Faktura>".encode()


def test_a_session_is_opened_with_the_wrapped_key_and_the_id_of_ksefs_key(
    ksef: Ksef, keys: Keys, http: responses.RequestsMock, published: PublishedKeys
) -> None:
    http.post(OPEN_URL, json=OPENED, status=201)

    session = online.open_session(ksef, keys, KEY)

    sent = json.loads(http.calls[-1].request.body or "")
    assert published.unwrap(sent["encryption"]["encryptedSymmetricKey"]) == KEY.key
    assert base64.b64decode(sent["encryption"]["initializationVector"]) == KEY.iv
    assert sent["encryption"]["publicKeyId"] == published.id
    assert sent["formCode"] == {"systemCode": "FA (3)", "schemaVersion": "1-0E", "value": "FA"}
    assert (session.reference, session.public_key_id) == (SESSION, published.id)


def test_numbers_can_be_checked_on_test_as_on_prod(
    ksef: Ksef, keys: Keys, http: responses.RequestsMock, published: PublishedKeys
) -> None:
    http.post(OPEN_URL, json=OPENED, status=201)

    online.open_session(ksef, keys, KEY, check_identifiers=True)

    assert http.calls[-1].request.headers["X-KSeF-Feature"] == "subject-identifier-validation"


def test_a_withdrawn_key_is_replaced_while_opening(
    ksef: Ksef, keys: Keys, http: responses.RequestsMock, published: PublishedKeys
) -> None:
    http.post(OPEN_URL, json=problem(21470), status=400)
    http.post(OPEN_URL, json=OPENED, status=201)

    assert online.open_session(ksef, keys, new_session_key()).reference == SESSION
    assert [call.request.method for call in http.calls] == ["GET", "POST", "GET", "POST"]


def test_what_is_sent_decrypts_to_the_document_it_is_hashed_from(ksef: Ksef, http: responses.RequestsMock) -> None:
    http.post(SEND_URL, json={"referenceNumber": INVOICE}, status=202)

    assert online.send_invoice(ksef, SESSION, seal(DOCUMENT, KEY)) == INVOICE

    sent = json.loads(http.calls[0].request.body or "")
    content = base64.b64decode(sent["encryptedInvoiceContent"])
    assert decrypt(content, KEY) == DOCUMENT
    assert (sent["invoiceSize"], sent["encryptedInvoiceSize"]) == (len(DOCUMENT), len(content))
    assert sent["offlineMode"] is False
    assert "hashOfCorrectedInvoice" not in sent


def test_a_technical_correction_names_its_original_and_is_offline(ksef: Ksef, http: responses.RequestsMock) -> None:
    http.post(SEND_URL, json={"referenceNumber": INVOICE}, status=202)

    online.send_invoice(ksef, SESSION, seal(DOCUMENT, KEY), offline=True, corrects=HASH)

    sent = json.loads(http.calls[0].request.body or "")
    assert (sent["offlineMode"], sent["hashOfCorrectedInvoice"]) == (True, HASH)
    with pytest.raises(ValueError, match="offline"):
        online.send_invoice(ksef, SESSION, seal(DOCUMENT, KEY), corrects=HASH)


def test_a_session_that_is_not_open_any_more_is_as_good_as_closed(ksef: Ksef, http: responses.RequestsMock) -> None:
    url = f"{OPEN_URL}/{SESSION}/close"
    http.post(url, status=204)
    http.post(url, json=problem(21180), status=400)
    http.post(url, json=problem(21173), status=400)

    assert online.close_session(ksef, SESSION) is Closing.ACCEPTED
    assert online.close_session(ksef, SESSION) is Closing.NOT_OPEN
    with pytest.raises(Refused):
        online.close_session(ksef, SESSION)
