import json
from typing import Any

import pytest
import responses

from apps.ksef_client import tokens
from apps.ksef_client.errors import AccessDenied, OutcomeUnknown
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.pages import every
from apps.ksef_client.permissions import Permission
from apps.ksef_client.tokens import TokenState
from tests.ksef_client.answers import LATER, problem
from tests.ksef_client.conftest import BASE

REFERENCE = "20251010-EC-1DCE3E3000-12ECB5B36E-45"
SECRET = f"{REFERENCE}|nip-5265877635|" + "9" * 64
URL = f"{BASE}/tokens"
LISTED = {
    "referenceNumber": REFERENCE,
    "authorIdentifier": {"type": "Nip", "value": "5265877635"},
    "contextIdentifier": {"type": "Nip", "value": "5265877635"},
    "description": "Acme filing",
    "requestedPermissions": ["InvoiceWrite"],
    "dateCreated": LATER,
    "lastUseDate": None,
    "status": "Active",
}


def test_a_token_for_filing_has_no_more_rights_than_filing_needs(ksef: Ksef, http: responses.RequestsMock) -> None:
    http.post(URL, json={"referenceNumber": REFERENCE, "token": SECRET}, status=202)

    made = tokens.generate_token(ksef, description="Acme filing")

    assert json.loads(http.calls[0].request.body or "")["permissions"] == ["InvoiceWrite", "InvoiceRead"]
    assert made.token == SECRET
    assert SECRET not in repr(made)


@pytest.mark.parametrize("description", ["Acme", "x" * 257])
def test_a_description_ksef_would_refuse_is_not_sent(
    ksef: Ksef, http: responses.RequestsMock, description: str
) -> None:
    with pytest.raises(ValueError, match="5 to 256"):
        tokens.generate_token(ksef, permissions=[Permission.INVOICE_READ], description=description)


def test_a_lost_answer_to_generating_leaves_the_outcome_open(ksef: Ksef, http: responses.RequestsMock) -> None:
    http.post(URL, json={"referenceNumber": REFERENCE, "token": None}, status=202)

    with pytest.raises(OutcomeUnknown):
        tokens.generate_token(ksef, description="Acme filing")


def test_rights_one_does_not_have_cannot_be_given(ksef: Ksef, http: responses.RequestsMock) -> None:
    http.post(URL, json=problem(26001), status=400)

    with pytest.raises(AccessDenied):
        tokens.generate_token(ksef, description="Acme filing")


@pytest.mark.parametrize(("state", "expected"), [("Active", TokenState.ACTIVE), ("Sleeping", "Sleeping")])
def test_a_token_is_read_with_its_state_even_a_new_one(
    ksef: Ksef, http: responses.RequestsMock, state: str, expected: Any
) -> None:
    http.get(f"{URL}/{REFERENCE}", json=LISTED | {"status": state})

    token = tokens.token_status(ksef, REFERENCE)

    assert (token.state, token.permissions, token.context) == (expected, ("InvoiceWrite",), "5265877635")


def test_tokens_are_found_by_state_and_description(ksef: Ksef, http: responses.RequestsMock) -> None:
    http.get(URL, json={"tokens": [LISTED], "continuationToken": None})

    found = list(
        every(
            lambda page: tokens.list_tokens(
                ksef, states=[TokenState.PENDING, TokenState.ACTIVE], description="Acme", continuation=page
            )
        )
    )

    assert [token.description for token in found] == ["Acme filing"]
    assert "status=Pending&status=Active&description=Acme" in str(http.calls[0].request.url)


def test_a_token_is_revoked(ksef: Ksef, http: responses.RequestsMock) -> None:
    http.delete(f"{URL}/{REFERENCE}", status=204)

    tokens.revoke_token(ksef, REFERENCE)

    assert len(http.calls) == 1
