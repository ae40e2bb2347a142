"""After a loss everything KSeF knows comes back: numbers, exact bytes, receipts; nothing is sent (R26)."""

from io import StringIO

from django.core.management import call_command

from apps.filings.line import line_of
from apps.filings.models import Filing, FilingXml, Lane, Upo
from apps.filings.rebuild import Report, rebuild
from apps.filings.states import State
from apps.tenants.context import acting_in
from tests.factories import Company

from .house import HOUR, MINUTE, NOON, SECOND, House, connect
from .test_duplicates import send_foreign


def file_some(house: House) -> dict[str, str]:
    """One online, three as a batch, one correction; returns their KSeF numbers."""
    house.invoice("A-1")
    house.work_for(10 * SECOND)
    house.pass_time(2 * MINUTE)
    house.invoices(3)
    house.credit_note("CN-1", of="A-1")
    house.work_for(60 * SECOND)
    return {document["number"]: document["ksefNumber"] for document in house.ksef.accepted}


def lose_everything(house: House, globex: Company) -> House:
    """Our database is gone; the company is set up anew and Stripe's documents come in again."""
    fresh = connect(globex, house.ksef)
    with acting_in(fresh.tenant_id):
        from apps.connections.models import KsefConnection
        from apps.connections.secrets import seal_into
        from apps.tenants.models import Tenant

        from .house import token_of

        nip = house.company.tenant.nip
        Tenant.objects.update(nip=nip)
        row = KsefConnection.objects.get(pk=fresh.connection.pk)
        row.context_nip = nip
        seal_into(row, token=token_of(nip))
        row.save()
    fresh.now = house.now
    return fresh


def rebuild_now(house: House) -> Report:
    with acting_in(house.tenant_id):
        lane = Lane.objects.select_related("connection").get(connection=house.connection)
    with line_of(lane, clock=house.clock, wait=lambda _: None) as line:
        return rebuild(
            lane, line, since=NOON - HOUR, clock=house.clock, wait=lambda seconds: house.pass_time(seconds * SECOND)
        )


def test_numbers_bytes_and_receipts_come_back_without_anything_being_sent(house: House, globex: Company) -> None:
    numbers = file_some(house)
    sends = house.ksef.sends
    fresh = lose_everything(house, globex)
    filings = [fresh.invoice("A-1"), *fresh.invoices(3), fresh.credit_note("CN-1", of="A-1")]

    report = rebuild_now(fresh)

    assert (report.in_ksef, report.restored, report.receipts) == (5, 5, 5)
    assert report.without_document == report.without_receipt == []
    assert house.ksef.sends == sends
    for filing in filings:
        restored = fresh.read(filing)
        assert restored.state == State.RECEIPTED
        assert restored.ksef_number == numbers[restored.number]
    with acting_in(fresh.tenant_id):
        theirs = {bytes(xml.sha256) for xml in FilingXml.objects.filter(pk__in=Filing.objects.values("xml_id"))}
        assert Upo.objects.count() >= 2
    with acting_in(house.tenant_id):
        assert theirs == {bytes(xml.sha256) for xml in FilingXml.objects.filter(pk__in=Filing.objects.values("xml_id"))}


def test_a_rebuild_beside_healthy_data_changes_nothing_and_names_strangers(house: House) -> None:
    file_some(house)
    send_foreign(house, "OTHER-1")

    report = rebuild_now(house)

    assert (report.in_ksef, report.already_known, report.restored) == (6, 5, 0)
    assert report.without_document == [f"OTHER-1 ({house.ksef.accepted[-1]['ksefNumber']})"]


def test_the_command_says_what_it_found(house: House) -> None:
    house.invoice("A-1")
    house.work_for(10 * SECOND)
    out = StringIO()
    house.ksef.system.clock.release()

    call_command("rebuild_from_ksef", str(house.tenant_id), "--since", "2026-11-01", "--without-stripe", stdout=out)

    assert "0 restored" in out.getvalue()
