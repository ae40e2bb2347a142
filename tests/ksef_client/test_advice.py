"""Nothing KSeF can say is left without a sentence in both languages."""

import re

import pytest

from apps.ksef_client.advice import CODES, ENROLMENT, EXPORT, FORBIDDEN, INVOICE, SESSION, SIGN_IN, Advice, advice_for
from apps.ksef_client.codes import ACCESS_DENIED, SESSION_UNUSABLE, UNAVAILABLE, kind_of
from apps.ksef_client.errors import AccessDenied, KsefError, OutcomeUnknown, Refused, Trouble, Unavailable
from apps.ksef_client.moving import STEPS, Step
from tests.ksef_client.contract import CONTRACT

ROW = re.compile(r"^\s*\|\s*(\d{3,5}|[a-z][a-z-]{4,})\s*\|", re.MULTILINE)
EVERYTHING: list[Advice] = [
    *CODES.values(),
    *SIGN_IN.values(),
    *SESSION.values(),
    *INVOICE.values(),
    *EXPORT.values(),
    *ENROLMENT.values(),
    *FORBIDDEN.values(),
    *STEPS.values(),
]


def rows(text: str) -> set[str]:
    return set(ROW.findall(text)) - {"missing-description"}


def described(schema: str, field: str = "status") -> set[int]:
    return {int(row) for row in rows(CONTRACT["components"]["schemas"][schema]["properties"][field]["description"])}


def test_every_error_code_of_the_contract_has_its_sentence_and_none_is_invented() -> None:
    told = {
        int(row)
        for operations in CONTRACT["paths"].values()
        for operation in operations.values()
        for row in rows(operation["responses"].get("400", {}).get("description", ""))
    }

    assert set(CODES) == told
    assert told >= ACCESS_DENIED | UNAVAILABLE | SESSION_UNUSABLE


@pytest.mark.parametrize(
    ("schema", "table", "extra"),
    [
        ("AuthenticationOperationStatusResponse", SIGN_IN, {400}),  # only in older examples (digest, 2.4)
        ("SessionStatusResponse", SESSION, set()),
        ("SessionInvoiceStatusResponse", INVOICE, set()),
        ("InvoiceExportStatusResponse", EXPORT, set()),
        ("CertificateEnrollmentStatusResponse", ENROLMENT, set()),
    ],
)
def test_every_status_of_the_contract_has_its_sentence(schema: str, table: dict[int, Advice], extra: set[int]) -> None:
    assert set(table) == described(schema) | extra


def test_every_reason_of_a_403_has_its_sentence() -> None:
    reasons = rows(
        CONTRACT["components"]["schemas"]["ForbiddenProblemDetails"]["properties"]["reasonCode"]["description"]
    )

    assert set(FORBIDDEN) == reasons


def test_every_step_of_the_move_to_a_certificate_has_its_sentence() -> None:
    assert set(STEPS) == set(Step)


def test_every_sentence_is_whole_and_in_two_languages() -> None:
    for advice in EVERYTHING:
        for text in (advice.pl, advice.en, advice.next_pl, advice.next_en):
            assert text[0].isupper()
            assert text.endswith(".")
        assert advice.pl != advice.en
        assert advice.next_pl != advice.next_en
        assert not re.search(r"\d{3}", advice.pl + advice.en)  # no codes without a sentence


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Refused("x", trouble=Trouble(400, (21405,))), CODES[21405]),
        (AccessDenied("x", trouble=Trouble(codes=(480,))), SIGN_IN[480]),
        (AccessDenied("x", trouble=Trouble(403, reason_code="ip-not-allowed")), FORBIDDEN["ip-not-allowed"]),
        (Unavailable("x", trouble=Trouble(403, is_waf=True)), FORBIDDEN["security-service-blocked"]),
    ],
)
def test_an_error_is_explained_by_what_ksef_said(error: KsefError, expected: Advice) -> None:
    assert advice_for(error) is expected


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (OutcomeUnknown("x"), "not known"),
        (Unavailable("x"), "unavailable"),
        (Unavailable("x", trouble=Trouble(429)), "pause"),
        (AccessDenied("x", trouble=Trouble(401)), "run out"),
        (AccessDenied("x", trouble=Trouble(403)), "refused access"),
        (AccessDenied("x", trouble=Trouble(403, reason_code="new-reason")), "refused access"),
        (Refused("x", trouble=Trouble(410)), "no longer keeps"),
        (Refused("x", trouble=Trouble(400, (99999,))), "refused the request"),
    ],
)
def test_an_error_without_known_words_is_explained_by_its_kind(error: KsefError, word: str) -> None:
    assert word in advice_for(error).en


def test_of_several_codes_the_gravest_kind_wins() -> None:
    assert kind_of([21184, 21165]) is Unavailable
    assert kind_of([21184, 99999]) is Refused
    assert kind_of([21405, 26001]) is AccessDenied
