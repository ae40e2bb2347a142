import pytest

from apps.ksef_client.environments import DEMO, PROD, PUBLIC, TEST, environment_named, local


def test_the_three_public_environments_are_spoken_to_over_https() -> None:
    assert [each.base_url for each in (TEST, DEMO, PROD)] == [
        "https://api-test.ksef.mf.gov.pl/v2",
        "https://api-demo.ksef.mf.gov.pl/v2",
        "https://api.ksef.mf.gov.pl/v2",
    ]
    assert PROD.origin == "https://api.ksef.mf.gov.pl"
    assert PUBLIC == {"TEST": TEST, "DEMO": DEMO, "PROD": PROD}


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8484/v2/", "http://localhost:1/v2", "http://[::1]:1/v2", "https://x.pl/v2"]
)
def test_local_may_be_plain_http_on_this_machine(url: str) -> None:
    environment = environment_named("LOCAL", local_url=url)

    assert environment.is_local
    assert environment.base_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url", ["http://10.0.0.5/v2", "http://ksef.example/v2", "http://127.0.0.1.evil.pl/v2", "ftp://localhost", "v2"]
)
def test_plain_http_is_refused_everywhere_else(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        local(url)


def test_an_environment_is_found_by_its_stored_name() -> None:
    assert environment_named("PROD") is PROD
    with pytest.raises(KeyError):
        environment_named("STAGING")
    with pytest.raises(ValueError, match="address"):
        environment_named("LOCAL")
