import pytest

from apps.ksef_client.environments import TEST, local
from apps.ksef_client.links import UnsafeLink, resolve

LOCAL = local("http://127.0.0.1:8484/v2")


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("https://ksef-api-storage/x".replace("storage", "storage.pl"), "https://ksef-api-storage.pl/x"),
        ("/storage/x?sig=a%2Bb", "https://api-test.ksef.mf.gov.pl/storage/x?sig=a%2Bb"),
        ("/api/v2/sessions/x", "https://api-test.ksef.mf.gov.pl/api/v2/sessions/x"),
        ("storage/x", "https://api-test.ksef.mf.gov.pl/storage/x"),
        (" https://a.pl:8443/x ", "https://a.pl:8443/x"),
        ("https://8.8.8.8/x", "https://8.8.8.8/x"),
        ("https:///x", "https://api-test.ksef.mf.gov.pl/x"),
    ],
)
def test_links_are_resolved_against_the_host_of_the_api(link: str, url: str) -> None:
    assert resolve(TEST, link) == url


@pytest.mark.parametrize(
    "link",
    [
        "http://api-test.ksef.mf.gov.pl/x",
        "//evil.pl@127.0.0.1/x",
        "https://user:pass@a.pl/x",
        "https://@a.pl/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://[fd00::1]/x",
        "https://10.0.0.5/x",
        "https://192.168.1.1/x",
        "https://172.16.0.1/x",
        "https://169.254.169.254/latest",
        "https://100.64.0.1/x",
        "https://0.0.0.0/x",
        "https://2130706433/x",
        "https://0x7f.1/x",
        "https://127.1/x",
        "https://localhost/x",
        "https://localhost:99999/x",
        "https://intranet/x",
        "ftp://a.pl/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://a.pl\\@127.0.0.1/x",
        "https://a.pl\\.evil.pl/x",
        "https://a.pl /x",
        "https://a.pl\x7f/x",
        "https://[x",
    ],
)
def test_links_to_anywhere_private_or_unencrypted_are_refused(link: str) -> None:
    with pytest.raises(UnsafeLink):
        resolve(TEST, link)


@pytest.mark.parametrize(
    "link", ["http://127.0.0.1:9/x", "http://localhost:9/x", "/storage/x", "https://a.pl/x", "http://[::1]:9/x"]
)
def test_a_local_stand_in_may_point_to_this_machine(link: str) -> None:
    assert resolve(LOCAL, link)


@pytest.mark.parametrize("link", ["http://a.pl/x", "http://10.0.0.5/x", "https://10.0.0.5/x", "file:///x"])
def test_a_local_stand_in_may_point_nowhere_else_private(link: str) -> None:
    with pytest.raises(UnsafeLink):
        resolve(LOCAL, link)
