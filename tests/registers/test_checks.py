"""VIES and the White List: asked in our own name, answers kept as evidence, troubles waited out."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import responses
from django.db import ProgrammingError, transaction
from pytest_django import Settings

from apps.registers.checks import Question, Register, latest_answer, run_checks, want_answers
from apps.registers.models import RegisterAnswer, RegisterCheck
from apps.registers.own import own_standing, want_every_standing
from apps.tenants.context import acting_in
from apps.tenants.models import CompanyProfile
from tests.factories import Company
from tests.stripe_intake.deliveries import make_stripe_connection

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
GERMAN = Question(Register.VIES, "DE136695976")
POLISH = Question(Register.WHITE_LIST, "5252344078")
ACCOUNT = Question(Register.WHITE_LIST_ACCOUNT, "5265877635/PL61109010140000071219812874")


@pytest.fixture
def web(settings: Settings) -> Iterator[responses.RequestsMock]:
    settings.VIES_URL, settings.WHITE_LIST_URL = "https://vies.example", "https://wl.example"
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def want(company: Company, *questions: Question, at: datetime = NOON) -> None:
    with acting_in(company.tenant.id):
        want_answers(company.tenant.id, questions, at=at)


def run(at: datetime = NOON) -> list[str]:
    answered: list[str] = []
    while asked := run_checks(at=at):
        answered += asked.answered
    return answered


def about(company: Company, question: Question) -> RegisterAnswer | None:
    with acting_in(company.tenant.id):
        return latest_answer(company.tenant.id, question)


def waiting(company: Company) -> RegisterCheck:
    with acting_in(company.tenant.id):
        return RegisterCheck.objects.get()


def test_each_register_answers_with_its_own_mark_of_the_question(acme: Company, registers: str) -> None:
    want(acme, GERMAN, POLISH, ACCOUNT)

    assert sorted(run()) == sorted([GERMAN.subject, POLISH.subject, ACCOUNT.subject])

    vies, white, account = (about(acme, question) for question in (GERMAN, POLISH, ACCOUNT))
    assert vies is not None
    assert white is not None
    assert account is not None
    assert (vies.outcome, vies.status, vies.name) == ("confirmed", "valid", "DEMO COMPANY")
    assert vies.request_id.startswith("WAPIAAAA")
    assert (white.outcome, white.status) == ("confirmed", "Czynny")
    assert (account.outcome, account.status) == ("confirmed", "TAK")
    assert white.request_id.startswith("demo-")
    assert white.answer["name"] == "FIRMA DEMONSTRACYJNA SP. Z O.O."


def test_vies_is_asked_in_the_tenants_own_name(acme: Company, web: responses.RequestsMock) -> None:
    question = {"countryCode": "DE", "vatNumber": "136695976", "requesterMemberStateCode": "PL",
                "requesterNumber": acme.tenant.nip}  # fmt: skip
    web.post(
        "https://vies.example/check-vat-number",
        json={"valid": False, "requestIdentifier": "WAPI1", "name": "---"},
        match=[responses.matchers.json_params_matcher(question)],
    )
    want(acme, GERMAN)

    run()

    answer = about(acme, GERMAN)
    assert answer
    assert (answer.outcome, answer.name, answer.request_id) == ("denied", "", "WAPI1")


def test_an_unknown_number_is_denied_by_the_white_list(acme: Company, registers: str) -> None:
    unknown = Question(Register.WHITE_LIST, "1234563200")
    want(acme, unknown)

    run()

    answer = about(acme, unknown)
    assert answer
    assert (answer.outcome, answer.status) == ("denied", "Niezarejestrowany")


def test_numbers_are_asked_about_thirty_at_a_time(acme: Company, registers: str) -> None:
    want(acme, *(Question(Register.WHITE_LIST, f"52523440{number:02}") for number in range(1, 66)))

    blocks = []
    while asked := run_checks(at=NOON):
        blocks.append(len(asked.answered))

    assert blocks == [30, 30, 5]


VIES_TROUBLES: dict[str, dict[str, Any]] = {
    "away": {"json": {"actionSucceed": False, "errorWrappers": [{"error": "MS_UNAVAILABLE"}]}},
    "away with a verdict": {"json": {"valid": False, "userError": "MS_MAX_CONCURRENT_REQ"}},
    "bad request": {"status": 400, "json": {"actionSucceed": False, "errorWrappers": [{"error": "INVALID_INPUT"}]}},
    "down": {"status": 503, "body": "Service Unavailable"},
    "page": {"body": "<html>"},
    "list": {"json": []},
    "empty": {"json": {}},
    "valid in words": {"json": {"valid": "true"}},
    "odd wrappers": {"json": {"actionSucceed": False, "errorWrappers": "x"}},
    "cut": {"body": ConnectionError("reset")},
    "another number": {"json": {"valid": True, "countryCode": "DE", "vatNumber": "999999999"}},
    "another country": {"json": {"valid": True, "countryCode": "AT", "vatNumber": "136695976"}},
    "no JSON number": {"body": '{"valid": true, "score": NaN}'},
    "too many": {"status": 429, "body": "slow down"},
}


@pytest.mark.parametrize("how", VIES_TROUBLES.values(), ids=VIES_TROUBLES)
def test_a_vies_that_cannot_say_is_asked_again_later_and_says_nothing_meanwhile(
    acme: Company, web: responses.RequestsMock, how: dict[str, Any]
) -> None:
    web.post("https://vies.example/check-vat-number", **how)
    want(acme, GERMAN)

    assert run() == []
    assert about(acme, GERMAN) is None
    check = waiting(acme)
    assert (check.attempts, check.next_action_at) == (1, NOON + timedelta(minutes=5))
    assert check.trouble

    run(NOON + timedelta(minutes=5))
    assert waiting(acme).next_action_at == NOON + timedelta(minutes=35)


@pytest.mark.parametrize(
    "how",
    [
        {"status": 400, "json": {"code": "WL-115", "message": "Nieprawidłowy NIP."}},
        {"status": 429, "json": {"code": "WL-191", "message": "Przekroczono limit żądań"}},
        {"json": {"result": {}}},
        {"json": {"result": {"entries": [{"identifier": "5252344078", "error": {"code": "WL-115"}}]}}},
        {"json": {"result": {"entries": [None]}}},
        {"json": {"result": {"entries": []}}},
        {"json": {"result": {"entries": [{"identifier": "5252344078", "subjects": [None]}]}}},
        {"json": {"result": {"entries": [{"identifier": "5252344078", "subjects": [{"nip": "1", "statusVat": "x"}]}]}}},
        {"json": {"message": "\x00\ud800"}, "status": 400},
        {"status": 500},
    ],
)
def test_a_white_list_that_cannot_say_is_asked_again_later(
    acme: Company, web: responses.RequestsMock, how: dict[str, Any]
) -> None:
    web.get("https://wl.example/api/search/nips/5252344078", **how)
    want(acme, POLISH)

    assert run() == []
    assert about(acme, POLISH) is None
    assert waiting(acme).attempts == 1


def test_odd_characters_and_fractions_of_an_answer_are_kept_as_far_as_they_can_be(
    acme: Company, web: responses.RequestsMock
) -> None:
    body = '{"valid": true, "name": "A\\u0000B", "score": 0.1, "requestIdentifier": "W\\ud8001", "x": ["\\u0000"]}'
    web.post("https://vies.example/check-vat-number", body=body)
    want(acme, GERMAN)

    assert run() == [GERMAN.subject]

    answer = about(acme, GERMAN)
    assert answer
    assert (answer.outcome, answer.name, answer.request_id) == ("confirmed", "A\ufffdB", "W\ufffd1")
    assert answer.answer["score"] == "0.1"


def test_a_fresh_answer_is_not_asked_for_again(acme: Company, registers: str) -> None:
    want(acme, GERMAN)
    run()

    want(acme, GERMAN, at=NOON + timedelta(days=29))
    assert run(NOON + timedelta(days=29)) == []

    want(acme, GERMAN, at=NOON + timedelta(days=31))
    assert run(NOON + timedelta(days=31)) == [GERMAN.subject]


def test_answers_are_evidence_of_one_tenant_and_never_changed(acme: Company, globex: Company, registers: str) -> None:
    want(acme, GERMAN)
    run()

    assert about(globex, GERMAN) is None
    with acting_in(acme.tenant.id), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        RegisterAnswer.objects.update(outcome="denied")


def test_a_company_that_sells_for_real_is_checked_itself(
    acme: Company, globex: Company, registers: str, settings: Settings
) -> None:
    make_stripe_connection(acme, livemode=True)
    make_stripe_connection(globex, livemode=False)
    with acting_in(acme.tenant.id):
        CompanyProfile.objects.update(bank_account="PL61 1090 1014 0000 0712 1981 2874")

    want_every_standing(at=NOON)
    run()

    with acting_in(acme.tenant.id):
        standing = own_standing(acme.tenant.id, at=NOON)
    assert [(answer.register, answer.status) for answer in standing] == [
        ("white_list", "Czynny"),
        ("white_list_account", "TAK"),
    ]
    with acting_in(globex.tenant.id):
        assert own_standing(globex.tenant.id, at=NOON) == []
