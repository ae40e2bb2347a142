"""What waits for a person, by reason; one decision about many documents, after a list to confirm."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.dashboard.bulk import SAME_FOR_MANY, form_for_many
from apps.dashboard.reason_titles import TITLES
from apps.dashboard.statements import FORMS
from apps.documents.mapping.reasons import HOLDS
from apps.filings.decide import MAPPED_AT_ONCE
from apps.filings.models import Filing, Lane
from apps.filings.open import open_filings, rerun_block
from apps.filings.prepare import prepare
from apps.filings.states import State
from apps.filings.sweep import sweep
from apps.reviews.models import Hold, Override
from apps.tenants.context import acting_in
from tests.factories import make_document, make_filing, make_globex, make_stripe_connection
from tests.filings import stripe_objects
from tests.filings.house import HOUR, MINUTE, House

WRONG_NIP = {"customer_tax_ids": [{"type": "pl_nip", "value": "1234567890"}]}


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    settings.MFA_REQUIRED = False


def browser(house: House, name: str = "ola") -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(house.company.people[name])
    return client


def page(house: House, reason: str = "", *, name: str = "ola") -> str:
    answer = browser(house, name).get(f"/c/{house.tenant_id}/review/", {"reason": reason} if reason else {})
    assert answer.status_code == 200
    return str(answer.content.decode())


def decide(house: House, kind: str, filings: list[Filing], **values: str) -> Any:
    given = {f"{kind}-{name}": value for name, value in values.items()}
    ids = [str(filing.id) for filing in filings]
    address = f"/c/{house.tenant_id}/review/decide/"
    sure = {"sure": "1"} if values else {}
    return browser(house).post(address, {"kind": kind, "filing": ids, **sure, **given}, follow=True)


def wrong_nips(house: House, count: int) -> list[Filing]:
    return [house.invoice(f"FV-{place}", **WRONG_NIP) for place in range(count)]


def test_every_reason_to_hold_has_a_name() -> None:
    assert set(HOLDS) - TITLES.keys() == set()


def test_documents_stand_together_by_reason_with_the_first_few_of_each(house: House) -> None:
    wrong_nips(house, 5)
    house.invoice("FV-N", customer_name="")

    text = page(house)

    assert re.search(r"The buyer&#x27;s NIP is wrong <span[^>]*>5</span>", text)
    assert "See all 5 documents" in text
    assert text.count('<td class="main"') == 4  # three of the five, and the one without a name
    assert text.index("is wrong") < text.index("name is missing")


def test_a_reason_shows_all_its_documents_and_what_may_be_decided_about_them(house: House) -> None:
    wrong_nips(house, 5)
    house.invoice("FV-N", customer_name="")

    text = page(house, "BUYER_NIP_INVALID")

    assert text.count('name="filing"') == 5
    assert re.findall(r'name="kind" value="(\w+)"', text) == ["treat_as_consumer", "exclude"]


def test_a_reason_that_nothing_waits_for_any_more_shows_what_does(house: House) -> None:
    wrong_nips(house, 1)

    assert "is wrong" in page(house, "TOTAL_MISMATCH")


def test_a_viewer_sees_the_reasons_but_ticks_and_decides_nothing(house: House) -> None:
    wrong_nips(house, 2)

    text = page(house, "BUYER_NIP_INVALID", name="jan")

    assert "FV-1" in text
    assert 'name="filing"' not in text
    assert 'name="kind"' not in text


def test_before_anything_happens_the_documents_and_their_sum_are_listed(house: House) -> None:
    filings = wrong_nips(house, 3)

    text = decide(house, "exclude", filings).content.decode()

    assert "Confirm for 3 documents" in text
    assert all(f"FV-{place}</a>" in text for place in range(3))
    assert "369.00\xa0PLN" in text
    with acting_in(house.tenant_id):
        assert not Override.objects.exists()
    assert {house.state(filing) for filing in filings} == {State.HELD}


def test_one_decision_files_all_that_were_confirmed_and_keeps_who_and_why(house: House) -> None:
    house.pass_time(timezone.now() - HOUR - house.now)  # the page decides now, and a date ahead would wait
    filings = wrong_nips(house, 3)

    text = decide(house, "treat_as_consumer", filings[:2], file="on", why="Osoby prywatne.").content.decode()

    assert "Saved for 2 documents" in text
    assert [house.state(filing) for filing in filings] == [State.READY, State.READY, State.HELD]
    with acting_in(house.tenant_id):
        stated = Override.objects.filter(reason="Osoby prywatne.", entered_by=house.company.people["ola"])
        assert sorted(stated.values_list("stripe_id", flat=True)) == sorted(one.stripe_id for one in filings[:2])
        assert AuditEntry.objects.filter(event="override.stated").count() == 2
        assert Hold.objects.filter(state=Hold.State.OPEN).count() == 1


def test_without_a_reason_nothing_is_decided_and_the_list_stays(house: House) -> None:
    filings = wrong_nips(house, 2)

    answer = decide(house, "exclude", filings, why="")

    assert answer.status_code == 400
    assert "Confirm for 2 documents" in answer.content.decode()
    assert {house.state(filing) for filing in filings} == {State.HELD}


def test_what_something_else_still_holds_is_counted_apart(house: House) -> None:
    filings = [*wrong_nips(house, 1), house.invoice("FV-N", **WRONG_NIP, customer_name="")]

    text = decide(house, "treat_as_consumer", filings, file="on", why="Osoby prywatne.").content.decode()

    assert "Saved for 1 document;" in text
    assert "1 document still waits, for another reason." in text


def test_a_document_that_does_not_wait_any_more_is_left_alone(house: House) -> None:
    held, ready = house.invoice("FV-1", **WRONG_NIP), house.invoice("FV-2")

    text = decide(house, "exclude", [held, ready], why="Wystawiono ręcznie.").content.decode()

    assert "Some did not wait any more" in text
    assert [house.state(held), house.state(ready)] == [State.EXCLUDED, State.READY]


def test_another_companys_document_among_the_ticked_is_not_touched(house: House) -> None:
    globex = make_globex()
    with acting_in(globex.tenant.id):
        theirs = make_filing(make_document(make_stripe_connection(globex)), state=State.HELD)

    text = decide(house, "exclude", [theirs], why="x").content.decode()

    assert "Nothing was changed" in text
    with acting_in(globex.tenant.id):
        assert Filing.objects.get(pk=theirs.pk).state == State.HELD
        assert not Override.objects.exists()


@pytest.mark.parametrize("kind", ["set_buyer_id", "nonsense", ""])
def test_what_differs_from_document_to_document_is_not_decided_for_many(house: House, kind: str) -> None:
    assert decide(house, kind, wrong_nips(house, 1)).status_code == 404


def test_nothing_chosen_leads_back_with_a_word(house: House) -> None:
    wrong_nips(house, 1)
    address = f"/c/{house.tenant_id}/review/decide/"

    answer = browser(house).post(
        address, {"kind": "exclude", "reason": "BUYER_NIP_INVALID", "filing": [str(uuid4()), "x"]}, follow=True
    )

    assert answer.redirect_chain[0][0].endswith("/review/?reason=BUYER_NIP_INVALID")
    assert "Nothing was chosen" in answer.content.decode()


def test_a_rejected_document_stands_apart_from_what_we_hold(house: House) -> None:
    with acting_in(house.tenant_id):
        document = make_document(house.stripe, number="FV-R")
        make_filing(
            document, state=State.REJECTED, reason_code="rejected", reason_params={"code": 430, "description": "x"}
        )
    wrong_nips(house, 2)

    assert "Refused by KSeF" in page(house)
    assert 'name="kind"' not in page(house, "rejected")


def test_more_documents_and_reasons_cost_no_more_questions(
    house: House, django_assert_max_num_queries: Any, django_assert_num_queries: Any
) -> None:
    client, address = browser(house), f"/c/{house.tenant_id}/review/"
    wrong_nips(house, 1)
    client.get(address)
    with django_assert_max_num_queries(40) as few:
        client.get(address)
    for place in range(4):
        house.invoice(f"FV-X{place}", **WRONG_NIP)
    house.invoice("FV-N", customer_name="")

    with django_assert_num_queries(len(few)):
        client.get(address)


def test_every_decision_for_many_has_a_form_of_its_own(house: House) -> None:
    filing = house.invoice("FV-1", **WRONG_NIP)
    assert FORMS.keys() >= SAME_FOR_MANY

    with acting_in(house.tenant_id):
        forms = {kind: form_for_many(kind, [filing]) for kind in SAME_FOR_MANY}

    assert not [kind for kind, form in forms.items() if "line" in form.fields]


def many_wrong_nips(house: House, **changes: Any) -> list[Filing]:
    """More than are mapped while the person waits; the page decides now, and a date ahead would wait."""
    house.pass_time(timezone.now() - HOUR - house.now)
    documents = [
        house.capture(stripe_objects.invoice(f"FV-{place}", issued_at=house.now) | WRONG_NIP | changes)
        for place in range(MAPPED_AT_ONCE + 1)
    ]
    with acting_in(house.tenant_id):
        return open_filings(documents, at=house.now)


def map_in_line(house: House) -> None:
    """What the worker does before it plans anything; nothing is sent."""
    house.pass_time(timezone.now() - house.now)
    prepare(house.lane(), at=house.now)


def test_a_decision_about_many_is_stored_and_answered_before_any_is_mapped(house: House) -> None:
    filings = many_wrong_nips(house)

    answer = decide(house, "treat_as_consumer", filings, file="on", why="Osoby prywatne.")

    text = answer.content.decode()
    assert "/review/decided/" in answer.redirect_chain[0][0]
    assert re.search(r"21 documents decided; +21 are still being checked", text)
    assert 'hx-trigger="load delay:2s"' in text
    assert "Look again</a>" in text
    assert {house.state(filing) for filing in filings} == {State.HELD}
    assert house.lane().next_action_at is not None
    with acting_in(house.tenant_id):
        assert Override.objects.filter(reason="Osoby prywatne.", entered_by=house.company.people["ola"]).count() == 21


def test_the_worker_maps_what_was_decided_and_the_page_stops_asking(house: House) -> None:
    filings = many_wrong_nips(house)
    address = decide(house, "treat_as_consumer", filings, file="on", why="x").redirect_chain[0][0]

    map_in_line(house)

    text = browser(house, "jan").get(address, headers={"hx-request": "true"}).content.decode()
    assert "<html" not in text
    assert "21 documents decided and checked" in text
    assert "hx-get" not in text
    assert {house.state(filing) for filing in filings} == {State.READY}


def test_what_else_holds_a_document_of_many_comes_back_to_the_list_with_its_reason(house: House) -> None:
    filings = many_wrong_nips(house, customer_name="")
    address = decide(house, "treat_as_consumer", filings, file="on", why="x").redirect_chain[0][0]
    meanwhile = page(house)

    map_in_line(house)

    assert "21 documents are being checked again" in meanwhile
    assert "Nothing waits for you" not in meanwhile
    assert "name is missing" in page(house)
    assert "name is missing" in browser(house).get(address).content.decode()


def test_what_is_being_checked_is_not_decided_about_a_second_time(house: House) -> None:
    filings = many_wrong_nips(house)
    decide(house, "exclude", filings, why="x")

    text = decide(house, "exclude", filings, why="x").content.decode()

    assert "Nothing was changed" in text
    with acting_in(house.tenant_id):
        assert Override.objects.count() == 21


def test_what_was_decided_while_the_lane_pauses_is_mapped_all_the_same(house: House) -> None:
    filings = many_wrong_nips(house)
    decide(house, "exclude", filings, why="x")
    house.pass_time(timezone.now() - house.now)
    with acting_in(house.tenant_id):
        Lane.objects.update(paused_until=house.now + HOUR, pause_code="access_denied")

    house.work()

    assert {house.state(filing) for filing in filings} == {State.EXCLUDED}


def test_a_worker_that_dies_leaves_the_rest_in_line_for_the_next(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    filings = many_wrong_nips(house)
    decide(house, "exclude", filings, why="x")
    house.pass_time(timezone.now() - house.now)
    mapped: list[int] = []

    def die_at_the_second(tenant_id: UUID, ids: list[UUID], *, at: datetime) -> None:
        if mapped:
            raise SystemExit
        mapped.append(len(ids))
        rerun_block(tenant_id, ids, at=at)

    with monkeypatch.context() as patch:
        patch.setattr("apps.filings.prepare.rerun_block", die_at_the_second)
        patch.setattr("apps.filings.prepare.BLOCK", 5)
        with pytest.raises(SystemExit):
            house.work()
    half = [house.state(filing) for filing in filings]
    house.work(MINUTE)

    assert (half.count(State.EXCLUDED), half.count(State.HELD)) == (5, 16)
    assert {house.state(filing) for filing in filings} == {State.EXCLUDED}


def test_without_a_ksef_connection_the_sweep_maps_what_was_decided(house: House) -> None:
    with acting_in(house.tenant_id):
        house.connection.is_active = False
        house.connection.save()
    filings = many_wrong_nips(house)
    decide(house, "exclude", filings, why="x")
    before = {house.state(filing) for filing in filings}

    sweep(clock=timezone.now)

    assert before == {State.HELD}
    assert {house.state(filing) for filing in filings} == {State.EXCLUDED}


def test_the_progress_of_another_companys_decision_is_not_found(house: House) -> None:
    address = decide(house, "exclude", many_wrong_nips(house), why="x").redirect_chain[0][0]
    globex = make_globex()
    client = Client()
    client.force_login(globex.people["ewa"])

    assert client.get(address).status_code == 404
    assert client.get(address.replace(str(house.tenant_id), str(globex.tenant.id))).status_code == 404
