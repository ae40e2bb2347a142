"""Deadlines by mode with Polish holidays, midnight in Warsaw, documents issued offline on purpose (F28; R24, R25)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from apps.connections.models import KsefConnection
from apps.connections.secrets import seal_into
from apps.filings.deadlines import Outage, deadline, next_midnight
from apps.filings.models import Alarm, Filing, Lane, Mode
from apps.filings.offline import CannotGoOffline, issue_offline
from apps.filings.open import rerun
from apps.filings.policy import SendBatch, SendOnline, Situation, Wait, decide, window
from apps.filings.queries import near_deadline
from apps.filings.states import State
from apps.filings.sweep import sweep
from apps.ksef_client.qr import verify_code_two
from apps.tenants.context import acting_in

from .house import HOUR, MINUTE, SECOND, House

EVENING = datetime(2026, 11, 24, 22, 49, tzinfo=UTC)  # 23:49 in Warsaw


def end_of(day: date) -> datetime:
    from apps.fa3.calendar import day_begins

    return day_begins(day + timedelta(days=1))


@pytest.mark.parametrize(
    ("mode", "issued", "due"),
    [
        (Mode.ONLINE, date(2026, 11, 24), date(2026, 11, 24)),
        (Mode.OFFLINE24, date(2026, 11, 24), date(2026, 11, 25)),
        (Mode.OFFLINE24, date(2026, 11, 27), date(2026, 11, 30)),  # over a week-end
        (Mode.OFFLINE24, date(2026, 12, 23), date(2026, 12, 28)),  # over Christmas, Christmas Eve included
        (Mode.OFFLINE24, date(2027, 5, 2), date(2027, 5, 4)),  # the third of May
    ],
)
def test_the_deadline_of_a_mode_counts_polish_working_days(mode: Mode, issued: date, due: date) -> None:
    assert deadline(mode, issued) == end_of(due)


def test_an_announced_failure_gives_seven_working_days_after_its_end() -> None:
    # The example of the Ministry: a failure that ends on Saturday 12 July 2025 (API digest, 9.5).
    outage = Outage(Mode.FAILURE, datetime(2025, 7, 9, tzinfo=UTC), datetime(2025, 7, 12, 10, tzinfo=UTC))

    assert deadline(Mode.OFFLINE24, date(2025, 7, 8), outage=outage) == end_of(date(2025, 7, 22))
    assert deadline(Mode.FAILURE, date(2025, 7, 9), outage=outage) == end_of(date(2025, 7, 22))


def test_while_an_announced_outage_lasts_no_deadline_runs() -> None:
    lasting = Outage(Mode.FAILURE, datetime(2025, 7, 9, tzinfo=UTC), None)

    assert deadline(Mode.FAILURE, date(2025, 7, 9), outage=lasting) is None


@pytest.mark.parametrize(
    ("moment", "midnight"),
    [
        (datetime(2026, 11, 24, 22, 59, tzinfo=UTC), datetime(2026, 11, 24, 23, 0, tzinfo=UTC)),
        (datetime(2026, 7, 1, 21, 59, tzinfo=UTC), datetime(2026, 7, 1, 22, 0, tzinfo=UTC)),
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 22, 0, tzinfo=UTC)),  # 23 hours
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 23, 0, tzinfo=UTC)),  # 25 hours
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), datetime(2026, 12, 31, 23, 0, tzinfo=UTC)),
    ],
)
def test_midnight_is_in_warsaw(moment: datetime, midnight: datetime) -> None:
    assert next_midnight(moment) == midnight


def situation(*, before_midnight: timedelta, waiting: int = 1, since: timedelta = SECOND) -> Situation:
    midnight = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
    now = midnight - before_midnight
    return Situation(now, midnight, waiting, now - since, min(waiting, 2), 0.0, 0.0)


def test_one_goes_online_until_half_a_minute_before_midnight() -> None:
    assert decide(situation(before_midnight=5 * MINUTE)) == SendOnline()
    assert decide(situation(before_midnight=31 * SECOND)) == SendOnline()
    assert decide(situation(before_midnight=29 * SECOND)) == SendBatch(5_000)


def test_ten_minutes_before_midnight_no_window_is_waited_for() -> None:
    assert isinstance(decide(situation(before_midnight=11 * MINUTE, waiting=2)), Wait)
    assert decide(situation(before_midnight=9 * MINUTE, waiting=2)) == SendBatch(5_000)


def test_in_the_last_seconds_of_the_day_nothing_goes_out_any_more() -> None:
    decision = decide(situation(before_midnight=5 * SECOND, waiting=3))

    assert isinstance(decision, Wait)
    assert decision.code == "new_day"
    assert decision.until == datetime(2026, 11, 24, 23, 0, 2, tzinfo=UTC)


def test_the_window_widens_as_the_openings_of_the_hour_are_used_up() -> None:
    assert [window(part).total_seconds() for part in (0.0, 0.49, 0.5, 0.66, 0.8, 1.0)] == [20, 20, 60, 150, 300, 300]


def test_a_full_batch_waits_for_nothing_and_a_backfill_takes_twice_as_many() -> None:
    assert decide(situation(before_midnight=5 * HOUR, waiting=5_000)) == SendBatch(5_000)
    assert decide(situation(before_midnight=5 * HOUR, waiting=5_001)) == SendBatch(10_000)


def test_what_waits_over_midnight_is_built_anew_and_not_sent_with_two_dates(house: House) -> None:
    house.pass_time(EVENING + 10 * MINUTE + 45 * SECOND - house.now)
    filing = house.invoice("FV-1")
    before = house.read(filing).invoice_hash

    house.work_for(60 * SECOND, step=5 * SECOND)

    after = house.read(filing)
    assert after.state == State.RECEIPTED
    assert before is not None


def connect_offline_certificate(house: House) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Acme offline")])
    usage = x509.KeyUsage(False, True, False, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(0x01F20A5D352AE590)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2028, 1, 1, tzinfo=UTC))
        .add_extension(usage, critical=True)
        .sign(key, SHA256())
    )
    with acting_in(house.tenant_id):
        row = KsefConnection.objects.get(pk=house.connection.pk)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        seal_into(row, offline_private_key=pem)
        row.offline_certificate_pem = certificate.public_bytes(Encoding.PEM).decode()
        row.save()
    return certificate


def test_a_document_is_issued_offline_when_ksef_is_down_past_midnight(house: House) -> None:
    certificate = connect_offline_certificate(house)
    house.pass_time(EVENING - house.now)
    filing = house.invoice("FV-1")
    with acting_in(house.tenant_id):
        Lane.objects.update(offline_when_down=True)
    house.ksef.fault("status", times=None, status=503, body="html", when="before")

    house.work_for(15 * MINUTE, step=5 * SECOND)

    waiting = house.read(filing)
    assert waiting.state == State.READY
    assert waiting.mode == Mode.OFFLINE24
    assert waiting.issue_date == date(2026, 11, 24)
    assert waiting.deadline == end_of(date(2026, 11, 25))
    assert verify_code_two(waiting.certificate_link, certificate)
    issued = bytes(waiting.invoice_hash or b"")

    house.ksef.heal()
    house.work_for(8 * MINUTE, step=5 * SECOND)

    filed = house.read(filing)
    assert filed.state == State.RECEIPTED
    assert bytes(filed.invoice_hash or b"") == issued
    assert filed.ksef_mode == "Offline"
    with acting_in(house.tenant_id):
        assert not Alarm.objects.filter(kind="became_offline").exists()


def test_without_an_offline_certificate_nothing_is_issued_offline(house: House) -> None:
    filing = house.invoice("FV-1")

    with acting_in(house.tenant_id), pytest.raises(CannotGoOffline):
        issue_offline([filing], at=house.now)

    assert house.read(filing).offline_at is None


def test_an_offline_document_refused_for_a_technical_reason_is_corrected_technically(house: House) -> None:
    connect_offline_certificate(house)
    filing = house.invoice("FV-1")
    with acting_in(house.tenant_id):
        issue_offline([filing], at=house.now)
    original = bytes(house.read(filing).invoice_hash or b"")
    house.ksef.fault("document_status", code=450, details=["schema"])
    house.work_for(10 * SECOND)
    assert house.state(filing) == State.REJECTED

    house.pass_time(2 * HOUR)
    with acting_in(house.tenant_id):
        rerun(house.read(filing), at=house.now)
    house.work_for(10 * SECOND)

    filed = house.read(filing)
    assert filed.state == State.RECEIPTED
    assert bytes(filed.corrects_hash or b"") == original
    assert filed.issue_date == date(2026, 11, 24)
    assert filed.ksef_mode == "Offline"


def test_an_announced_failure_moves_the_deadline_of_what_waits(house: House, settings: object) -> None:
    connect_offline_certificate(house)
    settings.KSEF_LOCAL_LATARNIA_URL = f"{house.ksef.simulator.address}/latarnia"  # type: ignore[attr-defined]
    filing = house.invoice("FV-1")
    with acting_in(house.tenant_id):
        issue_offline([filing], at=house.now)
    house.ksef.system.latarnia.set(
        {
            "status": "FAILURE",
            "messages": [
                {
                    "id": "1",
                    "eventId": "7",
                    "category": "FAILURE",
                    "type": "FAILURE_START",
                    "title": "Awaria",
                    "text": "Awaria",
                    "start": house.now.isoformat(),
                    "end": (house.now + 5 * HOUR).isoformat(),
                    "published": house.now.isoformat(),
                }
            ],
        }
    )
    house.ksef.fault("status", "open online", times=None, status=503, body="empty", when="before")

    house.work_for(10 * MINUTE, step=30 * SECOND)

    assert house.read(filing).deadline == end_of(date(2026, 12, 3))


def test_a_held_document_near_its_deadline_raises_one_alarm(house: House) -> None:
    filings = [
        house.invoice(f"FV-{number}", customer_tax_ids=[{"type": "pl_nip", "value": "1234567890"}])
        for number in range(3)
    ]
    assert {house.state(filing) for filing in filings} == {State.HELD}
    due = house.read(filings[0]).deadline
    assert due == end_of(date(2026, 12, 15))  # art. 106i

    for _ in range(3):
        house.now = due - 20 * HOUR
        sweep(clock=house.clock)

    with acting_in(house.tenant_id):
        alarm = Alarm.objects.get(kind="deadline_near")
        assert alarm.params["count"] == 3
        assert Filing.objects.filter(deadline__lt=due).count() == 0


def test_all_documents_near_their_deadline_are_counted_and_the_most_urgent_are_shown(house: House) -> None:
    filings = house.invoices(7, prefix="near")
    with acting_in(house.tenant_id):
        Filing.objects.filter(pk=filings[3].pk).update(deadline=house.now + HOUR)
        Filing.objects.filter(pk=filings[5].pk).update(opened_at=house.now + MINUTE)  # has only just come
        near = near_deadline(house.tenant_id, before=house.now + 24 * HOUR, opened_before=house.now + SECOND, shown=2)

    assert near.count == 6
    assert len(near.first) == 2
    assert near.first[0] == filings[3]
