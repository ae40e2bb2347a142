"""The first page a company sees."""

from typing import Any

import pytest
from django.test import Client

from apps.filings.models import Weather
from tests.filings.house import SECOND, House

SILENT = "does not answer just now"


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    settings.MFA_REQUIRED = False


def overview(house: House) -> str:
    client = Client(headers={"accept-language": "en"})
    client.force_login(house.company.people["jan"])
    answer = client.get(f"/c/{house.tenant_id}/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_first_page_says_that_ksef_is_away_and_that_nothing_is_to_be_done(house: House) -> None:
    house.invoice("FV-1")
    house.work()
    house.work(3 * SECOND)
    assert SILENT not in overview(house)

    Weather.objects.update(state=Weather.State.DOWN)

    assert f"KSeF LOCAL {SILENT}" in overview(house)
