import pytest
from cryptography.x509.oid import NameOID

from tests.ksef_simulator.client import Client, codes, details
from tests.ksef_simulator.conftest import TOKEN, Start
from tests.ksef_simulator.invoices import SELLER
from tests.ksef_simulator.signing import SEAL, Signer

WRITE = {"permissions": ["InvoiceWrite"], "description": "Wystawianie faktur"}


@pytest.fixture
def owner(client: Client) -> Client:
    """Acme, signed in with its certificate: only then tokens can be made."""
    return client.signed_in(Signer())


def test_a_generated_token_signs_in_with_what_was_asked_for_it(owner: Client) -> None:
    made = owner.post("/tokens", WRITE)

    assert made.status_code == 202
    assert made.json()["token"].startswith(f"{made.json()['referenceNumber']}|nip-{SELLER}|")
    other = Client(owner.address).sign_in(SELLER, made.json()["token"])
    assert other.get("/sessions?sessionType=Online").status_code == 200
    assert other.post("/invoices/query/metadata", {}).status_code == 403


def test_a_token_becomes_active_a_moment_later(start: Start) -> None:
    owner = start(signin_delay=30)
    started = owner.start_signed_sign_in(Signer())
    owner.control("POST", "/clock", {"advance": 31})
    owner.finish_sign_in(started)
    made = owner.post("/tokens", WRITE).json()

    pending = owner.get(f"/tokens/{made['referenceNumber']}").json()["status"]
    early = owner.start_token_sign_in(SELLER, made["token"])
    owner.control("POST", "/clock", {"advance": 31})

    assert pending == "Pending"
    assert owner.sign_in_status(early)["status"]["details"] == ["Token nieaktywny"]
    assert owner.get(f"/tokens/{made['referenceNumber']}").json()["status"] == "Active"


def test_a_token_cannot_make_tokens(client: Client) -> None:
    acme = client.sign_in(SELLER, TOKEN)

    answer = acme.post("/tokens", WRITE)

    assert (answer.status_code, answer.json()["reasonCode"]) == (403, "auth-method-not-allowed")


def test_nobody_gives_what_he_does_not_hold(owner: Client) -> None:
    answer = owner.post("/tokens", {"permissions": ["EnforcementOperations"], "description": "Egzekucja"})

    assert (codes(answer), details(answer)) == ([26001], ["Brakujące uprawnienia: EnforcementOperations."])


def test_tokens_belong_to_nips_and_internal_ids(client: Client) -> None:
    provider = client.signed_in(
        Signer({**SEAL, NameOID.COMMON_NAME: "PPL000001"}), context="<PeppolId>PPL000001</PeppolId>"
    )

    answer = provider.post("/tokens", WRITE)

    assert codes(answer) == [26002]
    assert "PeppolId" in details(answer)[0]


def test_tokens_are_filtered_and_shown_without_their_secret(owner: Client) -> None:
    owner.post("/tokens", WRITE)
    read = owner.post("/tokens", {"permissions": ["InvoiceRead"], "description": "Odczyt"}).json()
    owner.call("DELETE", f"/tokens/{read['referenceNumber']}")

    def listed(query: str) -> list[str]:
        return [each["description"] for each in owner.get(f"/tokens?{query}").json()["tokens"]]

    assert listed("") == ["Odczyt", "Wystawianie faktur", "Token podany przy starcie"]
    assert listed("status=Revoked") == ["Odczyt"]
    assert listed("status=Active&status=Pending&description=wystaw") == ["Wystawianie faktur"]
    assert listed("authorIdentifierType=Pesel") == []
    assert listed(f"authorIdentifier={SELLER[:5]}&authorIdentifierType=Nip") != []
    assert read["token"].rsplit("|", 1)[1] not in owner.get("/tokens").text


def test_a_token_sees_and_ends_only_itself(owner: Client) -> None:
    first = owner.post("/tokens", WRITE).json()
    second = owner.post("/tokens", WRITE).json()
    bearer = Client(owner.address).sign_in(SELLER, first["token"])

    seen = [each["referenceNumber"] for each in bearer.get("/tokens").json()["tokens"]]
    other = bearer.call("DELETE", f"/tokens/{second['referenceNumber']}")
    own = bearer.call("DELETE", f"/tokens/{first['referenceNumber']}")

    assert seen == [first["referenceNumber"]]
    assert (other.status_code, own.status_code) == (403, 204)
    assert owner.get(f"/tokens/{first['referenceNumber']}").json()["status"] == "Revoked"
    assert codes(owner.get(f"/tokens/{'1' * 36}")) == [21405]


def test_a_token_is_no_use_once_its_author_lost_the_right(client: Client) -> None:
    writer = Signer({oid: value.replace(SELLER, "5252344078") for oid, value in SEAL.items()})
    right = {
        "contextIdentifier": {"type": "Nip", "value": SELLER},
        "authorizedIdentifier": {"type": "Nip", "value": "5252344078"},
    }
    given = {"permissions": [{"permissionType": "InvoiceWrite", "description": "Wystawianie"}]}
    client.post("/testdata/permissions", right | given)
    token = client.signed_in(writer).post("/tokens", WRITE).json()["token"]

    before = client.sign_in_status(client.start_token_sign_in(SELLER, token))["status"]["code"]
    client.post("/testdata/permissions/revoke", right)
    after = client.sign_in_status(client.start_token_sign_in(SELLER, token))["status"]["code"]

    assert (before, after) == (200, 415)
