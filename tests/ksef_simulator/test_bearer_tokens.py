import base64
import json
from typing import Any

import pytest

from tests.ksef_simulator.client import Client, codes, details
from tests.ksef_simulator.conftest import TOKEN
from tests.ksef_simulator.invoices import SELLER


def claims(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return decoded


def test_tokens_live_as_long_as_ksef_says(client: Client) -> None:
    started = client.start_token_sign_in(SELLER, TOKEN).json()
    client.sign_in(SELLER, TOKEN)
    assert client.access
    assert client.refresh_token

    lives = [
        claims(token)["exp"] - claims(token)["iat"]
        for token in (started["authenticationToken"]["token"], client.access, client.refresh_token)
    ]

    assert lives == [45 * 60, 15 * 60, 7 * 86400]
    assert claims(client.access)["per"] == sorted(claims(client.access)["per"])
    assert claims(client.access)["civ"] == SELLER


def test_tokens_are_redeemed_once(client: Client) -> None:
    token = client.start_token_sign_in(SELLER, TOKEN).json()["authenticationToken"]["token"]

    first = client.post("/auth/token/redeem", bearer=token)
    second = client.post("/auth/token/redeem", bearer=token)

    assert first.status_code == 200
    assert codes(second) == [21301]
    assert "zostały już pobrane" in details(second)[0]


def test_refreshing_gives_an_access_token_and_leaves_the_refresh_token(acme: Client) -> None:
    refreshed = acme.post("/auth/token/refresh", bearer=acme.refresh_token)

    assert set(refreshed.json()) == {"accessToken"}
    assert acme.get("/rate-limits", bearer=refreshed.json()["accessToken"]["token"]).status_code == 200
    assert acme.post("/auth/token/refresh", bearer=acme.refresh_token).status_code == 200


@pytest.mark.parametrize("bearer", [None, "nonsense", "a.b.c", "a.b.ł"])
def test_no_or_a_wrong_bearer_is_401(client: Client, bearer: str | None) -> None:
    headers = {"Authorization": f"Bearer {bearer}".encode()} if bearer else {}

    answer = client.call("GET", "/rate-limits", bearer=None, headers=headers)

    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["title"] == "Unauthorized"


def test_a_token_with_another_payload_is_401(acme: Client) -> None:
    assert acme.access
    head, body, signature = acme.access.split(".")
    forged = claims(acme.access) | {"civ": "5252344078"}
    body = base64.urlsafe_b64encode(json.dumps(forged).encode()).rstrip(b"=").decode()

    assert acme.get("/rate-limits", bearer=f"{head}.{body}.{signature}").status_code == 401


def test_an_access_token_ends_after_a_quarter_of_an_hour(acme: Client) -> None:
    acme.control("POST", "/clock", {"advance": 15 * 60 + 1})

    assert acme.get("/rate-limits").status_code == 401
    assert acme.post("/auth/token/refresh", bearer=acme.refresh_token).status_code == 200


def test_each_kind_of_token_opens_only_its_own_doors(acme: Client) -> None:
    started = acme.start_token_sign_in(SELLER, TOKEN).json()["authenticationToken"]["token"]

    assert acme.get("/rate-limits", bearer=started).status_code == 403
    assert acme.get("/rate-limits", bearer=acme.refresh_token).status_code == 403
    assert acme.post("/auth/token/refresh").status_code == 403
    assert acme.post("/auth/token/redeem").status_code == 403


def test_another_sign_ins_status_is_403_and_an_unknown_one_21304(client: Client) -> None:
    first = client.start_token_sign_in(SELLER, TOKEN).json()
    second = client.start_token_sign_in(SELLER, TOKEN).json()

    other = client.get(f"/auth/{first['referenceNumber']}", bearer=second["authenticationToken"]["token"])
    unknown = client.get(f"/auth/{'2' * 36}", bearer=second["authenticationToken"]["token"])

    assert other.status_code == 403
    assert codes(unknown) == [21304]


def test_a_revoked_sign_in_keeps_its_access_token_but_cannot_refresh(acme: Client) -> None:
    assert acme.call("DELETE", "/auth/sessions/current").status_code == 204

    refused = acme.post("/auth/token/refresh", bearer=acme.refresh_token)

    assert acme.get("/rate-limits").status_code == 200
    assert codes(refused) == [21301]
    assert "(425)" in details(refused)[0]


def test_a_sign_in_can_be_ended_with_its_refresh_token(acme: Client) -> None:
    assert acme.call("DELETE", "/auth/sessions/current", bearer=acme.refresh_token).status_code == 204


def test_sign_ins_are_listed_newest_first_and_ended_by_reference(acme: Client) -> None:
    other = Client(acme.address).sign_in(SELLER, TOKEN)

    listed = other.get("/auth/sessions").json()["items"]
    ended = other.call("DELETE", f"/auth/sessions/{listed[1]['referenceNumber']}")

    assert [each["isCurrent"] for each in listed] == [True, False]
    assert ended.status_code == 204
    assert codes(acme.post("/auth/token/refresh", bearer=acme.refresh_token)) == [21301]
    assert len(other.get("/auth/sessions").json()["items"]) == 1


def test_a_revoked_ksef_token_stops_refreshing(acme: Client) -> None:
    acme.control("POST", "/tokens/revoke", {"token": TOKEN})

    refused = acme.post("/auth/token/refresh", bearer=acme.refresh_token)

    assert details(refused) == ["Token KSeF został unieważniony."]


def test_the_status_of_a_sign_in_is_gone_after_a_week(client: Client) -> None:
    client.control("POST", "/clock", {"freeze": True})
    started = client.start_token_sign_in(SELLER, TOKEN).json()
    reference, system = started["referenceNumber"], client.simulator.system
    sign_in = system.sign_ins.get(reference)
    assert sign_in
    client.control("POST", "/clock", {"advance": 8 * 86400})
    token = system.sign_ins.token(sign_in, "AuthenticationToken", system.clock.now())["token"]

    answer = client.get(f"/auth/{reference}", bearer=token)

    assert (answer.status_code, answer.json()["title"]) == (410, "Gone")


@pytest.mark.parametrize(
    ("policy", "status"),
    [
        ({"ip4Addresses": ["127.0.0.1"]}, 200),
        ({"ip4Addresses": ["203.0.113.7"]}, 403),
        ({"ip4Ranges": ["127.0.0.0-127.0.0.9"]}, 200),
        ({"ip4Ranges": ["10.0.0.1-10.0.0.254"]}, 403),
        ({"ip4Masks": ["127.0.0.0/8"]}, 200),
        ({"ip4Masks": ["10.0.0.0/8"]}, 403),
    ],
)
def test_an_access_token_works_only_from_the_allowed_addresses(
    client: Client, policy: dict[str, list[str]], status: int
) -> None:
    started = client.start_token_sign_in(SELLER, TOKEN, authorizationPolicy={"allowedIps": policy})
    client.finish_sign_in(started)

    answer = client.get("/rate-limits")

    assert answer.status_code == status
    if status == 403:
        assert answer.json()["reasonCode"] == "ip-not-allowed"
        assert answer.json()["security"] == {"clientIp": "127.0.0.1"}


def test_missing_permissions_are_named(client: Client) -> None:
    token = client.control("POST", "/tokens", {"nip": SELLER, "permissions": ["InvoiceRead"]})["token"]
    client.sign_in(SELLER, token)

    answer = client.post("/sessions/online", {})

    assert answer.status_code == 403
    assert answer.json()["reasonCode"] == "missing-permissions"
    assert answer.json()["security"]["presentPermissions"] == ["InvoiceRead"]
    assert "InvoiceWrite" in answer.json()["security"]["requiredAnyOfPermissions"]
