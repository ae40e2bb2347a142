"""From token to certificate without a gap: asked once, proved, then switched; whatever happens on the way."""

from datetime import timedelta

import pytest

from apps.audit.models import AuditEntry
from apps.connections.certificate_requests import open_request
from apps.connections.enrolment import abandon, advance, revoke_replaced_token, step_of, use_connection
from apps.connections.models import CertificateRequest, KsefConnection
from apps.connections.secrets import open_secret, sealed_columns
from apps.connections.signature import FileTooOld
from apps.ksef_client import auth, certificates, tokens
from apps.ksef_client.credentials import CredentialProblem, from_pem
from apps.ksef_client.errors import AccessDenied
from apps.ksef_client.limits import rate_limits
from apps.ksef_client.moving import Step
from apps.ksef_simulator.signin.principal import Identifier
from apps.tenants.context import acting_in
from tests.connections.certificate_house import ENROL, TOKEN, Moving, Purpose
from tests.factories import ACME_NIP

ON_THE_WAY = (
    Step.WAIT_FOR_SIGN_IN,
    Step.REQUEST_CERTIFICATE,
    Step.LOOK_FOR_REQUEST,
    Step.WAIT_FOR_CERTIFICATE,
    Step.RETRIEVE_CERTIFICATE,
    Step.TRY_CERTIFICATE,
)
REVOKE = "POST /certificates/{certificateSerialNumber}/revoke"
TOKEN_REFERENCE = TOKEN.split("|")[0]


def events(house: Moving) -> list[str]:
    with acting_in(house.company.tenant.id):
        return list(AuditEntry.objects.order_by("sequence").values_list("event", flat=True))


def token_of(connection: KsefConnection) -> str | None:
    with acting_in(connection.tenant_id):
        return open_secret(connection, "token")


def test_the_token_works_until_the_certificate_has_signed_in_and_is_wiped_then(acme_moving: Moving) -> None:
    request = acme_moving.begin()
    acme_moving.sign(request)

    assert acme_moving.press_on(request, until=Step.SWITCH) is Step.SWITCH
    before = acme_moving.read()
    assert (before.method, token_of(before)) == ("token", TOKEN)
    acme_moving.press_on(request, until=Step.REVOKE_TOKEN)
    after = acme_moving.read()

    assert (after.method, after.status, after.token_sealed) == ("certificate", "ready", None)
    assert request.has_signed_in
    assert after.credential_expires_at is not None
    assert after.credential_expires_at > acme_moving.now + timedelta(days=700)
    assert certificates.certificate_limits(acme_moving.signed_in()).can_request
    assert acme_moving.enrolments == 1
    order = ["certificate.request_begun", "certificate.requested", "certificate.issued", "certificate.installed"]
    assert [event for event in events(acme_moving) if event.startswith("certificate")] == order


def test_the_replaced_token_is_revoked_in_ksef_and_the_request_is_wiped(acme_moving: Moving) -> None:
    request = acme_moving.begin()
    acme_moving.sign(request)
    acme_moving.press_on(request, until=Step.REVOKE_TOKEN)
    assert request.token_reference == TOKEN_REFERENCE

    assert revoke_replaced_token(request, caller=acme_moving.caller)

    assert tokens.token_status(acme_moving.signed_in(), TOKEN_REFERENCE).state in ("Revoking", "Revoked")
    with acting_in(acme_moving.company.tenant.id):
        row = CertificateRequest.objects.get()
    assert row.ended_at is not None
    assert all(getattr(row, column) is None for column in sealed_columns(row))
    assert events(acme_moving)[-1] == "ksef.token_revoked"


def test_the_sign_in_of_the_replaced_token_is_ended_while_a_worker_may_finish_with_it(acme_moving: Moving) -> None:
    working = acme_moving.signed_in()
    with acting_in(acme_moving.company.tenant.id):
        refresh_token = open_secret(acme_moving.read(), "refresh_token") or ""
    request = acme_moving.begin()
    acme_moving.sign(request)

    acme_moving.press_on(request, until=Step.REVOKE_TOKEN)

    assert rate_limits(working)
    with pytest.raises(AccessDenied):
        auth.refresh(working, refresh_token)


def test_a_file_signed_elsewhere_does_as_well_as_a_key(acme_moving: Moving) -> None:
    request = acme_moving.begin()

    acme_moving.sign(request, acme_moving.signed_file(request))

    assert acme_moving.press_on(request, until=Step.REVOKE_TOKEN) is Step.REVOKE_TOKEN
    assert acme_moving.read().method == "certificate"


def test_a_file_that_is_too_old_or_not_ours_is_refused_before_ksef_sees_it(acme_moving: Moving) -> None:
    request = acme_moving.begin()
    first = acme_moving.signed_file(request)
    second = acme_moving.signed_file(request)

    with pytest.raises(CredentialProblem):
        acme_moving.sign(request, first)
    with pytest.raises(CredentialProblem):
        acme_moving.sign(request, b"%PDF-1.7 scanned signature")
    acme_moving.pass_time(11 * 60)
    with pytest.raises(FileTooOld):
        acme_moving.sign(request, second)

    assert step_of(request) is Step.SIGN_IN_BY_SIGNATURE


def test_pressing_twice_asks_once(acme_moving: Moving) -> None:
    first, second = acme_moving.begin(), acme_moving.begin()
    assert first.pk == second.pk
    acme_moving.sign(first)
    acme_moving.press_on(first, until=Step.REQUEST_CERTIFICATE)
    stale = acme_moving.begin()

    advance(first, caller=acme_moving.caller)
    advance(stale, caller=acme_moving.caller)
    acme_moving.press_on(stale, until=Step.REVOKE_TOKEN)

    assert acme_moving.enrolments == 1


def test_while_one_worker_takes_a_step_another_takes_none(acme_moving: Moving) -> None:
    request = acme_moving.begin()
    acme_moving.sign(request)
    acme_moving.press_on(request, until=Step.REQUEST_CERTIFICATE)
    with acting_in(request.tenant_id):
        CertificateRequest.objects.update(lease_until=acme_moving.now + timedelta(minutes=1))

    assert advance(request, caller=acme_moving.caller) is Step.REQUEST_CERTIFICATE
    assert acme_moving.enrolments == 0
    acme_moving.pass_time(61)
    advance(request, caller=acme_moving.caller)
    assert acme_moving.enrolments == 1


def test_a_lost_answer_is_looked_for_and_not_asked_again(acme_moving: Moving) -> None:
    request = acme_moving.begin()
    acme_moving.sign(request)
    acme_moving.fault("drop_after", ENROL)
    acme_moving.press_on(request, until=Step.REQUEST_CERTIFICATE)

    assert advance(request, caller=acme_moving.caller) is Step.LOOK_FOR_REQUEST
    assert request.problem_en
    acme_moving.pass_time(6)
    acme_moving.press_on(request, until=Step.REVOKE_TOKEN)

    assert acme_moving.read().method == "certificate"
    listed, _ = certificates.list_certificates(acme_moving.signed_in(), name=request.name)
    assert len(listed) == 1
    assert acme_moving.enrolments == 0  # none was answered


def test_a_request_that_never_arrived_is_made_again_once_the_count_shows_it(acme_moving: Moving) -> None:
    request = acme_moving.begin()
    acme_moving.sign(request)
    acme_moving.fault("drop_before", ENROL)

    acme_moving.press_on(request, until=Step.LOOK_FOR_REQUEST)
    acme_moving.pass_time(60)
    acme_moving.press_on(request, times=1)
    assert step_of(request) is Step.LOOK_FOR_REQUEST
    acme_moving.pass_time(120)
    acme_moving.press_on(request, until=Step.REVOKE_TOKEN)

    listed, _ = certificates.list_certificates(acme_moving.signed_in())
    assert len(listed) == 1
    assert acme_moving.read().method == "certificate"


def test_a_crash_between_intent_and_answer_resumes_by_looking(acme_moving: Moving) -> None:
    request = acme_moving.begin()
    acme_moving.sign(request)
    acme_moving.press_on(request, until=Step.WAIT_FOR_CERTIFICATE)
    with acting_in(request.tenant_id):
        CertificateRequest.objects.update(reference="")  # the process ended before it could note the answer
        resumed = CertificateRequest.objects.get()

    assert step_of(resumed) is Step.LOOK_FOR_REQUEST
    acme_moving.press_on(resumed, until=Step.REVOKE_TOKEN)

    assert (acme_moving.read().method, acme_moving.enrolments) == ("certificate", 1)


@pytest.mark.parametrize("step", ON_THE_WAY, ids=str)
def test_a_fault_at_any_step_is_said_and_the_way_goes_on(acme_moving: Moving, step: Step) -> None:
    request = acme_moving.begin()
    acme_moving.sign(request)
    if step is Step.LOOK_FOR_REQUEST:
        acme_moving.fault("drop_after", ENROL)
    if acme_moving.press_on(request, until=step) is not step:
        pytest.fail(f"{step} is not on the way")
    acme_moving.fault("status", "*", status=503, body="empty", when="before")

    advance(request, caller=acme_moving.caller)
    said = request.problem_pl
    acme_moving.pass_time(61)
    acme_moving.press_on(request, until=Step.REVOKE_TOKEN)

    assert said
    listed, _ = certificates.list_certificates(acme_moving.signed_in())
    assert (acme_moving.read().method, request.problem_pl, len(listed)) == ("certificate", "", 1)


def test_a_signature_ksef_refuses_is_asked_for_again(acme_moving: Moving) -> None:
    request = acme_moving.begin()
    acme_moving.sign(request, acme_moving.seal("1111111111"))

    acme_moving.press_on(request, until=Step.SIGN_IN_BY_SIGNATURE)

    assert step_of(request) is Step.SIGN_IN_BY_SIGNATURE
    assert request.problem_en
    acme_moving.sign(request)
    acme_moving.pass_time(61)
    assert acme_moving.press_on(request, until=Step.REVOKE_TOKEN) is Step.REVOKE_TOKEN


def test_a_sign_in_that_ran_out_overnight_is_made_again_and_the_same_request_goes_on(acme_moving: Moving) -> None:
    request = acme_moving.begin()
    acme_moving.sign(request)
    acme_moving.press_on(request, until=Step.WAIT_FOR_CERTIFICATE)
    acme_moving.pass_time(8 * 86_400)

    advance(request, caller=acme_moving.caller)
    assert step_of(request) is Step.SIGN_IN_BY_SIGNATURE
    acme_moving.pass_time(61)
    acme_moving.sign(request)
    acme_moving.press_on(request, until=Step.REVOKE_TOKEN)

    assert (acme_moving.read().method, acme_moving.enrolments) == ("certificate", 1)


def test_without_certificates_left_nothing_is_asked_and_a_person_is_told(acme_moving: Moving) -> None:
    limits = acme_moving.simulator.system.subject_limits
    limits.override(Identifier("Nip", ACME_NIP), 0, 0)
    request = acme_moving.begin()
    acme_moving.sign(request)

    acme_moving.press_on(request)

    assert request.ended_at is not None
    assert "no further" in request.problem_en
    assert (acme_moving.read().method, acme_moving.enrolments) == ("token", 0)


def test_a_certificate_without_rights_waits_for_them_and_the_token_stays_in_use(acme_moving: Moving) -> None:
    request = acme_moving.begin()
    acme_moving.sign(request)
    acme_moving.press_on(request, until=Step.TRY_CERTIFICATE)
    acme_moving.fault("signin_status", "*", code=415, details=["Brak przypisanych uprawnień"])

    assert advance(request, caller=acme_moving.caller) is Step.GRANT_RIGHTS
    assert token_of(acme_moving.read()) == TOKEN
    acme_moving.press_on(request, until=Step.REVOKE_TOKEN)

    assert acme_moving.read().method == "certificate"


def test_giving_up_leaves_the_token_and_wipes_the_key(acme_moving: Moving) -> None:
    request = acme_moving.begin()
    acme_moving.sign(request)
    acme_moving.press_on(request, until=Step.TRY_CERTIFICATE)

    abandon(request, by=acme_moving.company.people["ola"], at=acme_moving.now)

    assert token_of(acme_moving.read()) == TOKEN
    with acting_in(request.tenant_id):
        assert open_request(acme_moving.connection, Purpose.AUTHENTICATION) is None
        assert CertificateRequest.objects.get().private_key_sealed is None


def test_an_offline_certificate_is_added_beside_the_token(acme_moving: Moving) -> None:
    request = acme_moving.begin(Purpose.OFFLINE)
    acme_moving.sign(request)
    acme_moving.press_on(request)

    connection = acme_moving.read()
    with acting_in(connection.tenant_id):
        key = open_secret(connection, "offline_private_key") or ""
    assert from_pem(connection.offline_certificate_pem.encode(), key.encode())
    assert (connection.method, token_of(connection)) == ("token", TOKEN)
    assert request.ended_at is not None


def test_a_certificate_asks_for_its_successor_by_itself(acme_moving: Moving) -> None:
    first = acme_moving.begin()
    acme_moving.sign(first)
    acme_moving.press_on(first, until=Step.REVOKE_TOKEN)
    abandon(first, by=acme_moving.company.people["ola"], at=acme_moving.now)
    old = acme_moving.read().certificate_pem

    second = acme_moving.begin()
    use_connection(second)
    acme_moving.press_on(second)

    assert acme_moving.read().certificate_pem != old
    assert second.ended_at is not None


def renewed(house: Moving, *, fault: bool = False) -> tuple[CertificateRequest, CertificateRequest]:
    """A certificate and its successor, once the successor works and everything about it is done."""
    first = house.begin()
    house.sign(first)
    house.press_on(first, until=Step.REVOKE_TOKEN)
    abandon(first, by=house.company.people["ola"], at=house.now)
    second = house.begin()
    use_connection(second)
    house.press_on(second, until=Step.DONE)
    if fault:
        house.fault("status", REVOKE, status=503, body="empty", when="before")
    house.press_on(second)
    return first, second


def states(house: Moving) -> dict[str, str]:
    found, _ = certificates.list_certificates(house.signed_in())
    return {one.serial_number: one.state for one in found}


def test_the_former_certificate_is_revoked_once_its_successor_has_worked(acme_moving: Moving) -> None:
    first, second = renewed(acme_moving)

    assert states(acme_moving) == {first.serial_number: "Revoked", second.serial_number: "Active"}
    with acting_in(acme_moving.company.tenant.id):
        entry = AuditEntry.objects.get(event="certificate.revoked")
    assert entry.data["serial_number"] == first.serial_number


def test_a_revocation_that_did_not_get_through_is_tried_again(acme_moving: Moving) -> None:
    first, second = renewed(acme_moving, fault=True)

    assert states(acme_moving)[first.serial_number] == "Revoked"
    assert second.ended_at is not None
    assert events(acme_moving).count("certificate.revoked") == 1


def test_a_certificate_revoked_by_hand_before_does_not_stand_in_the_way(acme_moving: Moving) -> None:
    first = acme_moving.begin()
    acme_moving.sign(first)
    acme_moving.press_on(first, until=Step.REVOKE_TOKEN)
    abandon(first, by=acme_moving.company.people["ola"], at=acme_moving.now)
    second = acme_moving.begin()
    use_connection(second)
    acme_moving.press_on(second, until=Step.DONE)
    certificates.revoke_certificate(acme_moving.signed_in(), first.serial_number)

    acme_moving.press_on(second)

    assert second.ended_at is not None
    assert states(acme_moving)[second.serial_number] == "Active"
