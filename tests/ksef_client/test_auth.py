import json
from datetime import timedelta
from typing import Any

import pytest
import responses
from lxml import etree

from apps.ksef_client import auth
from apps.ksef_client.advice import advice_for
from apps.ksef_client.auth import Challenge, SignIn, SignInStatus, Token
from apps.ksef_client.context import Context, ContextType, IpPolicy
from apps.ksef_client.errors import AccessDenied, KsefError, OutcomeUnknown, Unavailable
from apps.ksef_client.keys import Keys
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.pages import every
from apps.ksef_client.statuses import Status
from tests.ksef_client.answers import CHALLENGE, HTML, SIGN_IN, problem, status, token
from tests.ksef_client.certificates import NIP, credential
from tests.ksef_client.conftest import BASE, NOON
from tests.ksef_client.public_keys import PublishedKeys

KSEF_TOKEN = "20251010-EC-1DCE3E3000-12ECB5B36E-45|nip-5265877635|" + "9" * 64
GIVEN = Challenge(CHALLENGE, 1752236636015, NOON + timedelta(minutes=10), "127.0.0.1")
STARTED = {"referenceNumber": SIGN_IN, "authenticationToken": token("sign.in.token")}
STATUS_URL = f"{BASE}/auth/{SIGN_IN}"
REDEEM_URL = f"{BASE}/auth/token/redeem"
TOKENS = {"accessToken": token("a.b.c"), "refreshToken": token("d.e.f")}
SIGNING_IN = SignIn(SIGN_IN, Token("sign.in.token", NOON + timedelta(minutes=45)))


def test_a_challenge_lives_for_ten_minutes(anonymous: Ksef, http: responses.RequestsMock) -> None:
    body = {"challenge": CHALLENGE, "timestamp": "2025-07-11T12:23:56.0154302+00:00", "timestampMs": 1752236636015}
    http.post(f"{BASE}/auth/challenge", json=body | {"clientIp": "127.0.0.1", "new": 1})

    assert auth.request_challenge(anonymous) == GIVEN


def test_a_token_is_encrypted_with_the_time_of_its_own_challenge(
    anonymous: Ksef, keys: Keys, http: responses.RequestsMock, published: PublishedKeys
) -> None:
    http.post(f"{BASE}/auth/ksef-token", json=STARTED, status=202)

    sign_in = auth.start_with_token(anonymous, keys, GIVEN, context=Context(NIP), ksef_token=KSEF_TOKEN)

    sent = json.loads(http.calls[-1].request.body or "")
    assert published.unwrap(sent["encryptedToken"]).decode() == f"{KSEF_TOKEN}|1752236636015"
    assert sent["publicKeyId"] == published.id
    assert sent["contextIdentifier"] == {"type": "Nip", "value": NIP}
    assert sign_in == SignIn(SIGN_IN, Token("sign.in.token", sign_in.token.valid_until))


def test_an_address_policy_is_sent_with_only_the_lists_it_has(
    anonymous: Ksef, keys: Keys, http: responses.RequestsMock, published: PublishedKeys
) -> None:
    http.post(f"{BASE}/auth/ksef-token", json=STARTED, status=202)
    policy = IpPolicy(("203.0.113.7",), masks=("172.16.0.0/16",))
    context = Context(f"{NIP}-12345", ContextType.INTERNAL_ID)

    auth.start_with_token(anonymous, keys, GIVEN, context=context, ksef_token=KSEF_TOKEN, policy=policy)

    sent = json.loads(http.calls[-1].request.body or "")
    lists = {"ip4Addresses": ["203.0.113.7"], "ip4Masks": ["172.16.0.0/16"]}
    assert sent["authorizationPolicy"] == {"allowedIps": lists}
    assert sent["contextIdentifier"]["type"] == "InternalId"


@pytest.mark.parametrize("policy", [((), (), ()), (("1.1.1.1",) * 11, (), ())])
def test_a_policy_ksef_would_refuse_is_not_made(policy: Any) -> None:
    with pytest.raises(ValueError, match="address"):
        IpPolicy(*policy)


@pytest.mark.parametrize("ksef_token", ["", "a b", f"{KSEF_TOKEN}\n", "ż", "x" * 161])
def test_a_text_that_cannot_be_a_token_is_not_sent(
    anonymous: Ksef, keys: Keys, http: responses.RequestsMock, ksef_token: str
) -> None:
    with pytest.raises(AccessDenied) as raised:
        auth.start_with_token(anonymous, keys, GIVEN, context=Context(NIP), ksef_token=ksef_token)

    assert "not a KSeF token" in advice_for(raised.value).en
    assert len(http.calls) == 0


def test_an_expired_certificate_is_the_tenants_to_renew(anonymous: Ksef, http: responses.RequestsMock) -> None:
    expired = credential("ec", NOON - timedelta(days=731))

    with pytest.raises(AccessDenied) as raised:
        auth.start_with_certificate(anonymous, GIVEN, context=Context(NIP), credential=expired)

    assert "wygasł" in advice_for(raised.value).pl
    assert len(http.calls) == 0


@pytest.mark.parametrize("verify", [None, True, False])
def test_a_signed_document_is_sent_as_xml_byte_for_byte(
    anonymous: Ksef, http: responses.RequestsMock, verify: bool | None
) -> None:
    http.post(f"{BASE}/auth/xades-signature", json=STARTED, status=202)

    auth.start_with_certificate(
        anonymous, GIVEN, context=Context(NIP), credential=credential("ec", NOON), verify_chain=verify
    )

    request = http.calls[-1].request
    body = request.body
    assert isinstance(body, bytes)
    assert etree.fromstring(body).findtext("{*}Challenge") == CHALLENGE
    assert ("verifyCertificateChain" in str(request.url)) == (verify is not None)


def test_a_sign_in_is_asked_about_with_its_own_token(anonymous: Ksef, http: responses.RequestsMock) -> None:
    http.get(STATUS_URL, json=status(100) | {"startDate": "2026-11-23T11:00:00+00:00"})

    found = auth.sign_in_status(anonymous, SIGNING_IN)

    assert http.calls[0].request.headers["Authorization"] == "Bearer sign.in.token"
    assert not found.status.is_final


@pytest.mark.parametrize(
    ("code", "details", "kind"),
    [
        (400, ["Certyfikat odwołany"], AccessDenied),
        (415, ["Brak przypisanych uprawnień"], AccessDenied),
        (425, [], AccessDenied),
        (450, ["Nieprawidłowe wyzwanie autoryzacyjne"], Unavailable),
        (450, ["Nieprawidłowy czas tokena"], Unavailable),
        (450, ["Nieprawidłowy token"], AccessDenied),
        (450, ["Token unieważniony"], AccessDenied),
        (450, ["Token nieaktywny"], AccessDenied),
        (450, ["Nieprawidłowe szyfrowanie tokena"], AccessDenied),
        (450, ["Token nie może być użyty w kontekście x"], AccessDenied),
        (460, ["Certyfikat zawieszony"], AccessDenied),
        (470, [], AccessDenied),
        (480, [], AccessDenied),
        (499, [], AccessDenied),
        (500, [], Unavailable),
        (550, [], Unavailable),
    ],
)
def test_each_end_of_a_sign_in_says_what_may_be_done(
    anonymous: Ksef, http: responses.RequestsMock, code: int, details: list[str], kind: type[KsefError]
) -> None:
    http.get(STATUS_URL, json=status(code, "Opis", *details))

    with pytest.raises(KsefError) as raised:
        auth.sign_in_status(anonymous, SIGNING_IN)

    assert type(raised.value) is kind
    assert raised.value.code == code
    assert raised.value.details == tuple(details)


def done(code: int = 200) -> SignInStatus:
    return SignInStatus(Status(code), NOON, "Token", False, None)


def test_a_finished_sign_in_is_redeemed_for_two_tokens(anonymous: Ksef, http: responses.RequestsMock) -> None:
    http.post(REDEEM_URL, json=TOKENS)

    tokens = auth.redeem(anonymous, SIGNING_IN, done())

    assert (tokens.access.value, tokens.refresh.value) == ("a.b.c", "d.e.f")
    assert "a.b.c" not in repr(tokens)
    assert "sign.in" not in repr(SIGNING_IN)


def test_a_sign_in_under_way_is_not_redeemed(anonymous: Ksef, http: responses.RequestsMock) -> None:
    with pytest.raises(ValueError, match="only after"):
        auth.redeem(anonymous, SIGNING_IN, done(100))

    assert len(http.calls) == 0


@pytest.mark.parametrize("lost", [b"", b"{", HTML.encode(), b'{"accessToken": {"token": "a.b.c"}}'])
def test_a_lost_redemption_is_an_open_outcome_that_quotes_no_token(
    anonymous: Ksef, http: responses.RequestsMock, lost: bytes
) -> None:
    http.post(REDEEM_URL, body=lost)

    with pytest.raises(OutcomeUnknown) as raised:
        auth.redeem(anonymous, SIGNING_IN, done())

    assert "a.b.c" not in f"{raised.value} {raised.value.trouble}"
    assert not raised.value.safe_to_repeat


def test_a_redemption_that_came_too_early_for_part_of_ksef_may_be_repeated(
    anonymous: Ksef, http: responses.RequestsMock
) -> None:
    early = problem(21301, "Brak autoryzacji.", "Status uwierzytelniania (100) nie pozwala na pobranie tokenów.")
    http.post(REDEEM_URL, json=early, status=400)

    with pytest.raises(Unavailable):
        auth.redeem(anonymous, SIGNING_IN, done())


@pytest.mark.parametrize("code", [21301, 21304, 21308])
def test_a_refresh_that_is_refused_means_signing_in_anew(
    anonymous: Ksef, http: responses.RequestsMock, code: int
) -> None:
    http.post(f"{BASE}/auth/token/refresh", json=problem(code), status=400)

    with pytest.raises(AccessDenied):
        auth.refresh(anonymous, "d.e.f")


def test_a_refresh_shows_the_refresh_token_and_gives_a_new_access_token(
    anonymous: Ksef, http: responses.RequestsMock
) -> None:
    http.post(f"{BASE}/auth/token/refresh", json={"accessToken": token("new")})

    assert auth.refresh(anonymous, "d.e.f").value == "new"
    assert http.calls[0].request.headers["Authorization"] == "Bearer d.e.f"


def test_an_access_token_is_due_for_refresh_a_minute_before_its_end() -> None:
    access = Token("x", NOON)

    assert not access.needs_refresh(NOON - timedelta(seconds=61))
    assert access.needs_refresh(NOON - timedelta(seconds=60))


def test_finish_waits_with_growing_pauses_and_redeems_only_at_200(
    anonymous: Ksef, http: responses.RequestsMock
) -> None:
    http.get(STATUS_URL, json=status(100))
    http.get(STATUS_URL, json=status(100))
    http.get(STATUS_URL, json=status(200))
    http.post(REDEEM_URL, json=TOKENS)
    pauses: list[float] = []

    tokens = auth.finish(anonymous, SIGNING_IN, wait=pauses.append)

    assert tokens.access.value == "a.b.c"
    assert pauses == [0.3, pytest.approx(0.45)]


def test_finish_gives_up_politely_when_ksef_takes_too_long(anonymous: Ksef, http: responses.RequestsMock) -> None:
    http.get(STATUS_URL, json=status(100))

    with pytest.raises(Unavailable, match="not finished"):
        auth.finish(anonymous, SIGNING_IN, wait=lambda _: None, polls=4)

    assert len(http.calls) == 4


def test_sign_ins_are_listed_page_by_page_and_can_be_ended(ksef: Ksef, http: responses.RequestsMock) -> None:
    url = f"{BASE}/auth/sessions"
    item = status(200) | {"referenceNumber": SIGN_IN, "isCurrent": True, "authenticationMethod": "Token"}
    item |= {"authenticationMethodInfo": {"category": "Token", "code": "token", "displayName": "Token KSeF"}}
    http.get(url, json={"items": [item], "continuationToken": "next"})
    http.get(url, json={"items": [item | {"isCurrent": False}], "continuationToken": ""})
    http.delete(f"{url}/current", status=204)
    http.delete(f"{url}/{SIGN_IN}", status=204)

    found = list(every(lambda page: auth.list_sign_ins(ksef, continuation=page)))
    auth.sign_out(ksef)
    auth.end_sign_in(ksef, SIGN_IN)

    assert [(each.reference, each.is_current, each.method) for each in found] == [
        (SIGN_IN, True, "Token"),
        (SIGN_IN, False, "Token"),
    ]
    assert http.calls[1].request.headers["x-continuation-token"] == "next"
