import pytest

from tests.ksef_simulator.client import OAEP, Client, b64, codes
from tests.ksef_simulator.conftest import TOKEN, Start
from tests.ksef_simulator.invoices import SELLER

BLOCKED = {"contextIdentifier": {"type": "Nip", "value": SELLER}}


def test_a_challenge_says_the_same_moment_twice_and_the_address(client: Client) -> None:
    challenge = client.challenge()

    assert len(challenge["challenge"]) == 36
    assert challenge["clientIp"] == "127.0.0.1"
    assert challenge["timestamp"].split(".")[1][:3] == f"{challenge['timestampMs'] % 1000:03d}"


def test_a_token_signs_in(client: Client) -> None:
    started = client.start_token_sign_in(SELLER, TOKEN)

    status = client.sign_in_status(started)

    assert status["status"]["code"] == 200
    assert status["authenticationMethodInfo"]["category"] == "Token"
    assert status["isTokenRedeemed"] is False


def test_sign_in_takes_its_time_when_told(start: Start) -> None:
    client = start(signin_delay=60)

    started = client.start_token_sign_in(SELLER, TOKEN)
    early = client.sign_in_status(started)
    refused = client.post("/auth/token/redeem", bearer=started.json()["authenticationToken"]["token"])
    client.control("POST", "/clock", {"advance": 61})

    assert early["status"] == {"code": 100, "description": "Uwierzytelnianie w toku"}
    assert codes(refused) == [21301]
    assert client.sign_in_status(started)["status"]["code"] == 200


@pytest.mark.parametrize(
    ("token", "detail"),
    [("nonsense", "Nieprawidłowy token"), (TOKEN + "0", "Nieprawidłowy token")],
)
def test_a_wrong_token_shows_in_the_status(client: Client, token: str, detail: str) -> None:
    status = client.sign_in_status(client.start_token_sign_in(SELLER, token))["status"]

    assert (status["code"], status["details"]) == (450, [detail])


def test_a_token_works_only_in_its_context(client: Client) -> None:
    status = client.sign_in_status(client.start_token_sign_in("5252344078", TOKEN))["status"]

    assert (status["code"], status["details"]) == (450, ["Token nie może być użyty w kontekście 5252344078"])


def test_the_time_must_be_the_challenges_own(client: Client) -> None:
    challenge = client.challenge()
    key, key_id = client.public_key("KsefTokenEncryption")
    plain = f"{TOKEN}|{challenge['timestampMs'] + 1}".encode()

    answer = client.post(
        "/auth/ksef-token",
        {
            "challenge": challenge["challenge"],
            "contextIdentifier": {"type": "Nip", "value": SELLER},
            "encryptedToken": b64(key.encrypt(plain, OAEP)),
            "publicKeyId": key_id,
        },
    )

    assert client.sign_in_status(answer)["status"]["details"] == ["Nieprawidłowy czas tokena"]


def test_what_the_key_does_not_open_shows_in_the_status(client: Client) -> None:
    answer = client.post(
        "/auth/ksef-token",
        {
            "challenge": client.challenge()["challenge"],
            "contextIdentifier": {"type": "Nip", "value": SELLER},
            "encryptedToken": b64(bytes(256)),
        },
    )

    assert client.sign_in_status(answer)["status"]["details"] == ["Nieprawidłowe szyfrowanie tokena"]


def test_a_token_sealed_for_the_wrong_key_is_not_opened(client: Client) -> None:
    _, wrong = client.public_key("SymmetricKeyEncryption")

    answer = client.start_token_sign_in(SELLER, TOKEN, publicKeyId=wrong)

    assert codes(answer) == [21470]


def test_a_challenge_is_good_for_one_attempt(client: Client) -> None:
    challenge = client.challenge()["challenge"]

    first = client.start_token_sign_in(SELLER, TOKEN, challenge=challenge)
    second = client.start_token_sign_in(SELLER, TOKEN, challenge=challenge)

    assert first.status_code == 202
    assert codes(second) == [21111]


def test_a_challenge_ends_after_ten_minutes(client: Client) -> None:
    challenge = client.challenge()["challenge"]

    client.control("POST", "/clock", {"advance": 601})

    assert codes(client.start_token_sign_in(SELLER, TOKEN, challenge=challenge)) == [21111]


def test_a_revoked_token_no_longer_signs_in(client: Client) -> None:
    client.control("POST", "/tokens/revoke", {"token": TOKEN})

    status = client.sign_in_status(client.start_token_sign_in(SELLER, TOKEN))["status"]

    assert (status["code"], status["details"]) == (450, ["Token unieważniony"])


def test_a_blocked_context_ends_in_480_until_it_is_unblocked(client: Client) -> None:
    client.post("/testdata/context/block", BLOCKED)
    blocked = client.sign_in_status(client.start_token_sign_in(SELLER, TOKEN))
    client.post("/testdata/context/unblock", BLOCKED)
    free = client.sign_in_status(client.start_token_sign_in(SELLER, TOKEN))

    assert blocked["status"]["code"] == 480
    assert free["status"]["code"] == 200


def test_the_context_must_look_like_its_type(client: Client) -> None:
    assert codes(client.start_token_sign_in("0000000000", TOKEN)) == [21405]
