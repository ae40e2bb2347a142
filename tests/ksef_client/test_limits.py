import json

import pytest
import responses

from apps.ksef_client import limits
from apps.ksef_client.endpoints import Group
from apps.ksef_client.errors import Unavailable
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.limits import DEFAULT_RATES, Rate
from tests.ksef_client.conftest import BASE
from tests.ksef_client.contract import CONTRACT

RATE = {"perSecond": 5, "perMinute": 15, "perHour": 60}


def test_the_limits_of_sessions_are_read_in_bytes(ksef: Ksef, http: responses.RequestsMock) -> None:
    session = {"maxInvoiceSizeInMB": 1, "maxInvoiceWithAttachmentSizeInMB": 3, "maxInvoices": 10_000}
    http.get(f"{BASE}/limits/context", json={"onlineSession": session, "batchSession": session | {"maxInvoices": 9}})

    found = limits.context_limits(ksef)

    assert (found.online.document_bytes, found.online.documents) == (1_000_000, 10_000)
    assert (found.package_limits().documents, found.package_limits().parts) == (9, 50)


def test_limits_that_are_not_told_are_not_invented(ksef: Ksef, http: responses.RequestsMock) -> None:
    http.get(f"{BASE}/limits/context", json={"onlineSession": {}})
    http.get(f"{BASE}/limits/subject", json={"certificate": {"maxCertificates": 100}})

    with pytest.raises(Unavailable):
        limits.context_limits(ksef)
    assert limits.subject_limits(ksef).certificates == 100
    assert limits.subject_limits(ksef).enrolments is None


def test_rates_are_read_with_groups_nobody_told_us_about(ksef: Ksef, http: responses.RequestsMock) -> None:
    http.get(f"{BASE}/rate-limits", json={"onlineSession": RATE, "nightShift": RATE, "odd": {"perSecond": 1}, "x": 5})

    found = limits.rate_limits(ksef)

    assert found.rates == {"onlineSession": Rate(5, 15, 60), "nightShift": Rate(5, 15, 60)}


def test_closing_has_a_counter_of_its_own_only_where_ksef_says_so(ksef: Ksef, http: responses.RequestsMock) -> None:
    http.get(f"{BASE}/rate-limits", json={"onlineSession": RATE, "batchSession": RATE, "batchSessionClose": RATE})

    found = limits.rate_limits(ksef)

    assert found.counter_of(Group.ONLINE_SESSION_CLOSE) == "onlineSession"
    assert found.counter_of(Group.BATCH_SESSION_CLOSE) == "batchSessionClose"
    assert found.rate_of(Group.ONLINE_SESSION_CLOSE) == Rate(5, 15, 60)
    assert found.rate_of(Group.UNCOUNTED) is None


def test_the_defaults_are_those_of_the_contract() -> None:
    for operations in CONTRACT["paths"].values():
        for operation in operations.values():
            found = _group(operation)
            if found:
                rates = operation["x-rate-limits"]
                expected = Rate(rates["perSecond"], rates["perMinute"], rates["perHour"])
                assert DEFAULT_RATES.rates[found] == expected, found


def _group(operation: dict[str, object]) -> str | None:
    """The group a contract's operation names in its description of the answer 429."""
    text = json.dumps(operation["responses"]["429"]["description"])  # type: ignore[index]
    last = text.rstrip('"').removesuffix("\\n").rsplit("|", 1)[-1].strip()
    return last if last.isalpha() and last[0].islower() else None


def test_the_contract_is_the_newest_one() -> None:
    assert "2.9.0" in CONTRACT["info"]["description"]
