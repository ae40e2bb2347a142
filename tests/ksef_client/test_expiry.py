from datetime import UTC, datetime, timedelta

from apps.ksef_client.expiry import expiry_of_certificate, expiry_of_token
from tests.ksef_client.certificates import credential
from tests.ksef_client.conftest import NOON


def test_a_certificate_warns_two_months_before_its_end() -> None:
    holder = credential("ec", NOON)

    expiry = expiry_of_certificate(holder)

    end = NOON + timedelta(days=730)
    assert expiry.ends_at == end
    assert [expiry.is_near(end - timedelta(days=days)) for days in (61, 60)] == [False, True]
    assert [expiry.is_over(end - timedelta(seconds=1)), expiry.is_over(end)] == [False, True]


def test_the_end_of_tokens_is_a_setting() -> None:
    end = datetime(2026, 12, 31, 23, tzinfo=UTC)

    expiry = expiry_of_token(end)

    assert expiry.ends_at == end
    assert expiry.is_near(NOON)
    assert not expiry.is_over(NOON)
