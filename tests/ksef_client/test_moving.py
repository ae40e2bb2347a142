from dataclasses import replace

from apps.ksef_client.moving import Move, Step, next_step


def test_the_move_goes_step_by_step_and_revokes_the_token_last() -> None:
    facts = [
        {"sign_in_started": True},
        {"signed_in_by_signature": True},
        {"is_requested": True},
        {"enrolment": "EH-1"},
        {"is_issued": True},
        {"is_retrieved": True},
        {"has_signed_in": True},
        {"is_switched": True},
        {"is_token_revoked": True},
    ]
    move, taken = Move(), [next_step(Move())]

    for fact in facts:
        move = replace(move, **fact)  # type: ignore[arg-type]
        taken.append(next_step(move))

    assert taken == [
        Step.SIGN_IN_BY_SIGNATURE,
        Step.WAIT_FOR_SIGN_IN,
        Step.REQUEST_CERTIFICATE,
        Step.LOOK_FOR_REQUEST,
        Step.WAIT_FOR_CERTIFICATE,
        Step.RETRIEVE_CERTIFICATE,
        Step.TRY_CERTIFICATE,
        Step.SWITCH,
        Step.REVOKE_TOKEN,
        Step.DONE,
    ]


def test_a_certificate_without_rights_waits_for_them_before_anything_switches() -> None:
    move = Move(signed_in_by_signature=True, enrolment="EH-1", is_issued=True, is_retrieved=True, lacks_rights=True)

    assert next_step(move) is Step.GRANT_RIGHTS
    assert next_step(replace(move, lacks_rights=False)) is Step.TRY_CERTIFICATE


def test_a_sign_in_that_has_run_out_is_made_again_and_the_request_is_not_sent_twice() -> None:
    move = Move(is_requested=True, enrolment="EH-1")

    assert next_step(move) is Step.SIGN_IN_BY_SIGNATURE
    assert next_step(replace(move, signed_in_by_signature=True)) is Step.WAIT_FOR_CERTIFICATE
