"""From token to certificate in the browser, at a desk and on a phone, although KSeF's answer to the request is lost."""

from pathlib import Path

from allauth.account.models import EmailAddress
from django.utils import timezone
from playwright.sync_api import expect

from apps.connections.ksef import Access
from apps.connections.models import KsefConnection
from apps.ksef_client.certificates import list_certificates
from apps.ksef_client.ksef import Ksef
from apps.ksef_simulator.web.faults import Rule
from apps.tenants.context import acting_in
from tests.browser.conftest import Outside, Visitor
from tests.browser.house import connected_acme, sign_in
from tests.connections.certificate_house import ENROL
from tests.factories import ACME_NIP, Company
from tests.ksef_client.certificates import certificate_for, key_of, p12, seal_of


def test_the_connection_moves_to_a_certificate_by_itself_after_one_signature(
    visitor: Visitor, outside: Outside, tmp_path: Path
) -> None:
    acme = connected_acme(outside)
    seal = tmp_path / "seal.p12"
    seal.write_bytes(p12(key_of("ec"), certificate_for(key_of("ec"), timezone.now(), subject=seal_of(ACME_NIP)), b"x"))
    outside.ksef.system.faults.add(Rule("drop_after", ENROL, times=1))
    ola = acme.people["ola"]
    EmailAddress.objects.get_or_create(user=ola, email=ola.email, defaults={"verified": True, "primary": True})
    sign_in(visitor, ola.email)
    page = visitor.page

    visitor.open(f"/c/{acme.tenant.id}/settings/connections/ksef/{read(acme).id}/")
    expect(page.locator("ul.rights li").first).to_be_visible()
    fits(visitor)
    page.locator("a.primary").click()
    page.locator("main form button.primary").click()
    page.locator("details summary").first.click()
    page.set_input_files("#id_certificate", seal)
    page.fill("#id_key_password", "x")
    fits(visitor)
    page.press("#id_key_password", "Enter")

    # The lost answer is said, looked for, and the way goes on without anybody pressing anything.
    expect(page.locator(".note.wait")).to_be_visible(timeout=30_000)
    expect(page.locator("form[action$='revoke-token/']")).to_be_visible(timeout=60_000)
    fits(visitor)
    connection = read(acme)
    assert (connection.method, connection.token_sealed) == ("certificate", None)
    page.locator("form[action$='revoke-token/'] button").click()
    expect(page.locator("#progress .note.good")).to_be_visible()
    assert len(list_certificates(ksef_of(connection))[0]) == 1


def read(acme: Company) -> KsefConnection:
    with acting_in(acme.tenant.id):
        return KsefConnection.objects.get()


def ksef_of(connection: KsefConnection) -> Ksef:
    return Access(connection.tenant_id, connection.pk, timezone.now).open()


def fits(visitor: Visitor) -> None:
    """Nothing has to be pushed aside to be read."""
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
