from typing import Any

import pytest

from apps.ksef_simulator.store import Store
from apps.ksef_simulator.web.errors import TooManyRequests
from apps.ksef_simulator.web.limits import Limiter
from tests.ksef_simulator.client import Client, codes
from tests.ksef_simulator.conftest import TOKEN, Start
from tests.ksef_simulator.invoices import SELLER, invoice

LIMITS = {"group": {"perSecond": 2, "perMinute": 5, "perHour": 8}}


def limiter() -> Limiter:
    return Limiter(LIMITS, Store(None), enforced=True)


def taken(limits: Limiter, at: float, owner: str = "acme", address: str = "a") -> int:
    """How many seconds to wait; 0 when the request was let through."""
    try:
        limits.take(owner, address, "group", "group", at)
    except TooManyRequests as refusal:
        return refusal.retry_after
    return 0


def test_each_window_slides() -> None:
    limits = limiter()

    assert [taken(limits, at) for at in (0.0, 0.1, 0.2, 1.0, 1.1, 2.0)] == [0, 0, 1, 0, 0, 0]
    # Five in the last minute: the first of them leaves it at 60.
    assert taken(limits, 3.5) == 57
    assert taken(limits, 60.0) == 0


def test_a_refused_request_does_not_count_and_its_wait_is_true() -> None:
    limits = limiter()
    for at in (0.0, 0.1):
        taken(limits, at)

    waits = [taken(limits, 0.2 + tenth / 100) for tenth in range(30)]

    assert set(waits) == {1}
    assert taken(limits, 1.2) == 0


def test_the_longest_wait_of_all_windows_is_told() -> None:
    limits = limiter()
    for at in (0.0, 1.0, 70.0, 71.0, 140.0, 141.0, 210.0, 211.0):
        assert taken(limits, at) == 0

    assert taken(limits, 300.0) == 3300
    assert taken(limits, 3600.0) == 0


def test_owners_and_addresses_have_counters_of_their_own() -> None:
    limits = limiter()

    assert [taken(limits, 0.0, owner, address) for owner in "ab" for address in "xy" for _ in range(2)] == [0] * 8
    assert taken(limits, 0.0, "a", "x") == 1


def test_a_clock_set_back_does_not_block_for_ever() -> None:
    limits = limiter()
    taken(limits, 1_000_000.0)

    assert taken(limits, 0.0) == 0


def test_coming_back_too_early_is_seen() -> None:
    limits = limiter()
    for at in (0.0, 0.1, 0.2):
        taken(limits, at)

    with pytest.raises(TooManyRequests) as refusal:
        limits.take("acme", "a", "group", "group", 0.3)

    assert refusal.value.ignored_wait is True


def test_a_sender_runs_into_its_limit_and_is_told_when_to_come_back(start: Start) -> None:
    acme = start(limits="production").sign_in(SELLER, TOKEN)
    acme.control("POST", "/clock", {"freeze": True})
    session, envelope = acme.open_online()
    answers = [acme.send(session, envelope, invoice(f"FV/{number}")) for number in range(11)]

    assert [each.status_code for each in answers] == [202] * 10 + [429]
    refused = answers[-1]
    assert refused.headers["Retry-After"] == "1"
    assert "10 żądań na sekundę" in refused.json()["detail"]
    assert refused.headers["Content-Type"] == "application/problem+json"
    report = acme.report()
    assert report["requests"][f"Nip:{SELLER}"]["invoiceSend"] == 10
    assert report["tooManyRequests"] == {f"Nip:{SELLER}": {"invoiceSend": 1}}
    assert report["counts"]["documents"] == 10


def test_the_older_form_of_429(start: Start) -> None:
    client = start(limits="production")
    old = Client(client.address, problem_details=False)
    client.control("POST", "/clock", {"freeze": True})

    answers = [old.post("/auth/challenge") for _ in range(61)]

    assert answers[-1].status_code == 429
    assert answers[-1].json()["status"]["code"] == 429
    assert "60 żądań na sekundę" in answers[-1].json()["status"]["details"][0]


def test_opening_and_closing_have_counters_of_their_own(start: Start) -> None:
    acme = start(limits="production").sign_in(SELLER, TOKEN)
    acme.control("POST", "/clock", {"freeze": True})
    sessions = [acme.open_online()[0] for _ in range(10)]

    closed = [acme.close(session).status_code for session in sessions]

    assert closed == [204] * 10
    assert acme.post("/sessions/online", {}).status_code == 429


def test_other_calls_are_counted_each_by_itself(start: Start) -> None:
    acme = start(limits="production").sign_in(SELLER, TOKEN)
    acme.control("POST", "/clock", {"freeze": True})

    statuses = [acme.get(path).status_code for path in ("/rate-limits", "/limits/context") for _ in range(10)]

    assert statuses == [200] * 20
    assert acme.get("/rate-limits").status_code == 429


def test_ignoring_retry_after_shows_in_the_report(start: Start) -> None:
    acme = start(limits="production").sign_in(SELLER, TOKEN)
    acme.control("POST", "/clock", {"freeze": True})
    for _ in range(12):
        acme.get("/rate-limits")

    assert acme.report()["retryAfterIgnored"] == [{"context": f"Nip:{SELLER}", "operation": "GET /rate-limits"}]


def test_the_published_limits_are_those_of_the_contract(acme: Client) -> None:
    limits = acme.get("/rate-limits").json()

    assert limits["onlineSessionClose"] == {"perSecond": 20, "perMinute": 60, "perHour": 240}
    assert limits["batchSessionClose"] == {"perSecond": 20, "perMinute": 40, "perHour": 120}
    assert limits["anonymous"]["perSecond"] == 60


def overridden(limits: dict[str, Any], **values: int) -> dict[str, Any]:
    groups = {group: values for group in limits if group not in ("anonymous", "global")}
    return {"rateLimits": {name: groups[name] for name in groups if not name.endswith("Close")}}


def test_limits_of_a_context_can_be_changed_and_restored(start: Start) -> None:
    acme = start(limits="production").sign_in(SELLER, TOKEN)
    acme.control("POST", "/clock", {"freeze": True})
    published = acme.get("/rate-limits").json()

    zeros = acme.post("/testdata/rate-limits", overridden(published, perSecond=0, perMinute=0, perHour=0))
    changed = acme.post("/testdata/rate-limits", overridden(published, perSecond=1, perMinute=2, perHour=3))
    first, second = acme.get("/limits/context"), acme.get("/limits/context")
    acme.control("POST", "/clock", {"advance": 60})
    restored = acme.call("DELETE", "/testdata/rate-limits")

    assert codes(zeros) == [21405]
    assert (changed.status_code, changed.content) == (200, b"")
    assert [first.status_code, second.status_code] == [200, 429]
    assert restored.status_code == 200
    assert acme.get("/rate-limits").json() == published


def test_control_changes_limits_for_everybody(start: Start) -> None:
    client = start(limits="production")
    client.control("POST", "/limits", {"limits": {"anonymous": {"perSecond": 1, "perMinute": -1, "perHour": -1}}})
    client.control("POST", "/clock", {"freeze": True})

    answers = [client.post("/auth/challenge").status_code for _ in range(2)]
    client.control("POST", "/limits", {"enforced": False})

    assert answers == [200, 429]
    assert client.post("/auth/challenge").status_code == 200


def test_the_limit_of_all_calls_is_reserved_until_it_is_switched_on(start: Start) -> None:
    client = start(limits="production", limit_values={"anonymous": {"perSecond": 500}})
    client.control("POST", "/clock", {"freeze": True})

    before = [client.post("/auth/challenge").status_code for _ in range(80)]
    client.control("POST", "/limits", {"global": True, "forget": True})
    after = [client.post("/auth/challenge").status_code for _ in range(76)]

    assert set(before) == {200}
    assert after == [200] * 75 + [429]


def test_opening_and_closing_can_share_a_counter_as_they_once_did(start: Start) -> None:
    acme = start(limits="production").sign_in(SELLER, TOKEN)
    acme.control("POST", "/limits", {"shared": {"onlineSessionClose": "onlineSession"}})
    acme.control("POST", "/clock", {"freeze": True})
    sessions = [acme.open_online()[0] for _ in range(6)]

    closed = [acme.close(session).status_code for session in sessions]

    assert closed == [204] * 4 + [429] * 2


def test_a_pause_can_be_ordered_in_any_form(acme: Client) -> None:
    acme.fault("status", "session list", status=429, body="json", retry_after=2680)
    acme.fault("status", "session list", status=429, skip=1, retry_after="Wed, 21 Oct 2026 07:28:00 GMT")

    seconds, date = (acme.get("/sessions?sessionType=Online") for _ in range(2))

    assert (seconds.headers["Retry-After"], seconds.json()["status"]["code"]) == ("2680", 429)
    assert date.headers["Retry-After"].endswith("GMT")
