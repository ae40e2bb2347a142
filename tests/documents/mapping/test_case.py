"""Input that is a case, and input that is none."""

import json
from typing import Any

import pytest

from apps.documents.mapping import case as case_module
from apps.documents.mapping.case import NotACase, main, preview, read_case
from tests.documents.mapping.build import case, invoice


def text(**change: Any) -> str:
    return json.dumps({**case(invoice()), **change})


@pytest.mark.parametrize(
    "given",
    [
        "",
        "nonsense",
        "[]",
        "5",
        "null",
        "{}",
        '{"stripe": NaN}',
        '{"a": 1e9999999999999999999}',
        '{"a": ' + "9" * 5000 + "}",
        "[" * 200_000,
        '{"a":' * 100_000,
        b"\xff\xfe",
        b'{"a": "\xc3"}',
        json.dumps({**case(invoice()), "stripe": None}),
        json.dumps({**case(invoice()), "stripe": []}),
        json.dumps({**case(invoice()), "stripe": {"object": "charge"}}),
        json.dumps({**case(invoice()), "seller": "ABC"}),
        json.dumps({**case(invoice()), "seller": {}}),
        json.dumps({**case(invoice()), "settings": []}),
        json.dumps({**case(invoice()), "settings": {}}),
        json.dumps({**case(invoice()), "settings": {"filing_date": 5}}),
        json.dumps({**case(invoice()), "settings": {"filing_date": "2026-13-01"}}),
        json.dumps({**case(invoice()), "settings": {"filing_date": "1999-01-01"}}),
        json.dumps({**case(invoice()), "settings": {"filing_date": "2026-10-05", "fx": "EUR"}}),
        json.dumps({**case(invoice()), "settings": {"filing_date": "2026-10-05", "fx": {"rates": 5}}}),
        json.dumps({**case(invoice()), "settings": {"filing_date": "2026-10-05", "oss": "maybe"}}),
        json.dumps({**case(invoice()), "related": 5}),
        json.dumps({**case(invoice()), "related": {"tax_rates": 5}}),
        json.dumps({**case(invoice()), "overrides": {"kind": "x"}}),
        json.dumps({**case(invoice()), "overrides": [5]}),
        json.dumps({**case(invoice()), "overrides": [{"kind": "x"}]}),
    ],
)
def test_what_is_no_case_is_refused_in_one_line(given: str | bytes) -> None:
    with pytest.raises(NotACase, match=r"^.{5,400}$"):
        read_case(given)
    assert main(given.encode() if isinstance(given, str) else given)[::2] == ("", 2)


def test_an_endless_input_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_module, "LARGEST_CASE", 100)

    with pytest.raises(NotACase, match="larger"):
        read_case(text())


def test_a_setting_nobody_knows_is_told_and_ignored() -> None:
    given = case(invoice(), fx_max_days=3)

    output, notes, status = main(json.dumps(given).encode())

    assert (status, json.loads(output)["verdict"]) == (0, "file")
    assert notes == "settings.fx_max_days is not a setting and was ignored\n"


def test_a_setting_of_null_is_not_set() -> None:
    nothing: dict[str, Any] = {"exempt_basis": None, "b2c_policy": None, "fx": None}

    assert preview(json.dumps(case(invoice(), **nothing)))["verdict"] == "file"


def test_rates_that_name_no_source_are_those_the_settings_ask_for() -> None:
    rates = {"rates": {"EUR": {"2026-10-02": "4.25"}}}

    assert preview(json.dumps(case(invoice(currency="eur"), fx_source="ECB", fx=rates)))["verdict"] == "file"


def test_a_verdict_has_the_form_of_the_readme() -> None:
    filed = preview(text())
    held = preview(text(stripe=invoice(ids=[("pl_nip", "1")])))

    assert list(filed) == list(held) == ["verdict", "reasons", "warnings", "xml"]
    assert filed["xml"].startswith("<?xml")
    assert (filed["verdict"], filed["reasons"], held["xml"]) == ("file", [], None)
    assert list(held["reasons"][0]) == ["code", "field", "message", "action"]


def test_messages_come_in_the_language_asked_for() -> None:
    given = text(stripe=invoice(ids=[("pl_nip", "1")]))

    assert preview(given)["reasons"][0]["message"].startswith("The buyer's NIP")
    assert preview(given, language="pl")["reasons"][0]["message"].startswith("NIP nabywcy")


def test_the_same_case_always_gives_the_same_bytes() -> None:
    assert preview(text())["xml"] == preview(text())["xml"]


def test_decisions_may_stand_in_a_case() -> None:
    given = text(overrides=[{"kind": "exclude", "reason": "x"}])

    assert preview(given)["reasons"][0]["code"] == "EXCLUDED"


def test_a_fault_that_is_a_sentence_keeps_its_one_full_stop() -> None:
    reason = preview(text(stripe=invoice(number="\ufffe")))["reasons"][0]

    assert reason["code"] == "NUMBER_INVALID"
    assert not reason["message"].endswith("..")
