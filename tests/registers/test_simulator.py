"""The simulated registers answer as of now, so that what a demo keeps as evidence is dated as it was asked."""

from datetime import UTC, datetime, timedelta

import requests


def test_vies_says_when_it_was_asked(registers: str) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)  # its answer has whole seconds

    answer = requests.post(
        f"{registers}/vies/check-vat-number", json={"countryCode": "DE", "vatNumber": "136695976"}, timeout=5
    ).json()

    assert before <= datetime.fromisoformat(answer["requestDate"]) <= datetime.now(UTC)
