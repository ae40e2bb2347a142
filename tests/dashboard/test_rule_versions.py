"""The filing rules: every choice stands in a group, says what it means, and is told in words afterwards."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django import forms
from django.test import Client

from apps.dashboard.filing_rules import FilingRulesForm
from apps.dashboard.rule_versions import GROUPS, shown_version
from apps.documents.models import MappingSettings
from apps.registers.models import RegisterAnswer
from apps.tenants.context import acting_in
from tests.factories import Company

SELF_EXPLAINING = {"vat_status", "zero_lines", "fx_source", "fx_rule", "billing_credits", "fallback_item_name"}


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    settings.MFA_REQUIRED = False


def ola_at(acme: Company) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(acme.people["ola"])
    return client


def test_every_rule_stands_in_exactly_one_group() -> None:
    grouped = [name for _title, names in GROUPS for name in names]

    assert sorted(grouped) == sorted(FilingRulesForm.base_fields)


def test_every_rule_says_what_its_choices_mean() -> None:
    silent = {name for name, field in FilingRulesForm.base_fields.items() if not field.help_text}

    # The words of these choices say it themselves.
    assert silent <= SELF_EXPLAINING
    assert all(isinstance(FilingRulesForm.base_fields[name], forms.CharField | forms.ChoiceField) for name in silent)


def test_a_version_is_told_in_the_words_of_the_form() -> None:
    values = {
        "b2c_policy": {"PL": "file", "EU": "skip", "NON_EU": "hold"},
        "correction_type": "1",
        "cash_method": "on",
        "tax_rate_map": {"txr_1": "np I"},
        "ksef_start": "2026-02-01",
        "of_an_older_release": 3,
    }

    told = dict(shown_version(MappingSettings(values=values)).choices)

    assert told["Consumers in Poland"] == "File, without a buyer's tax number"
    assert told["Buyers without a tax number outside the EU"] == "Ask me each time"
    assert told["Corrections take effect"] == "in the period of the corrected document"
    assert told["Cash method"] == "On"
    assert told["Fixed categories of Stripe tax rates"] == "txr_1 = np I"
    assert "2026" in told["Your duty begins"]
    assert told["of_an_older_release"] == "3"


def test_saved_rules_begin_on_their_day_and_stay_readable(acme: Company) -> None:
    client, address = ola_at(acme), f"/c/{acme.tenant.id}/settings/filing-rules/"
    form = client.get(address).context["form"]
    given = {name: form[name].initial for name in form.fields if form[name].initial not in (None, "")}

    client.post(address, given | {"valid_from": "2099-01-01", "consumers_pl": "file", "ksef_start": "2026-04-01"})

    text = client.get(address).content.decode()
    assert "not in force yet" in text
    assert "File, without a buyer&#x27;s tax number</strong>" in text
    with acting_in(acme.tenant.id):
        assert MappingSettings.on(acme.tenant.id, date(2098, 12, 31)) is None


def test_the_companys_own_standing_is_shown_and_what_is_wrong_with_it_on_the_first_page(acme: Company) -> None:
    with acting_in(acme.tenant.id):
        RegisterAnswer.objects.create(
            tenant_id=acme.tenant.id,
            register="white_list",
            subject=acme.tenant.nip,
            outcome="denied",
            status="Zwolniony",
            request_id="wl-77",
            answer={},
            asked_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
        )
    client = ola_at(acme)

    for page in ("", "settings/profile/"):
        text = client.get(f"/c/{acme.tenant.id}/{page}").content.decode()
        assert "is not an active VAT payer" in text
        assert "wl-77" in text
