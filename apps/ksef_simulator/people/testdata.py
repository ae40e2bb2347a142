"""/testdata: what test environments let anybody arrange."""

from apps.ksef_simulator.clock import read_moment, warsaw_day
from apps.ksef_simulator.people.access import require_wellformed
from apps.ksef_simulator.people.grants import PERSON, Grant
from apps.ksef_simulator.people.subjects import Organisation, Person
from apps.ksef_simulator.signin.principal import Identifier
from apps.ksef_simulator.web.call import Call, Reply, answers
from apps.ksef_simulator.web.errors import BadRequest


@answers("POST", "/testdata/subject")
def create_subject(call: Call) -> Reply:
    body, subjects = call.body, call.system.subjects
    if body["subjectNip"] in subjects.organisations:
        raise BadRequest(30001)
    members = body.get("subunits") or []
    if members and body["subjectType"] == "EnforcementAuthority":
        raise BadRequest(21405, "Organ egzekucyjny nie ma jednostek podrzędnych.")
    created_at = read_moment(body["createdDate"]) if body.get("createdDate") else call.at
    subjects.add_organisation(
        Organisation(body["subjectNip"], body["subjectType"], body["description"], created_at, members)
    )
    return Reply()


@answers("POST", "/testdata/subject/remove")
def remove_subject(call: Call) -> Reply:
    call.system.subjects.remove_organisation(call.body["subjectNip"])
    return Reply()


@answers("POST", "/testdata/person")
def create_person(call: Call) -> Reply:
    body, subjects = call.body, call.system.subjects
    if body["nip"] in subjects.persons:
        raise BadRequest(30001)
    created_at = read_moment(body["createdDate"]) if body.get("createdDate") else call.at
    subjects.add_person(
        Person(
            body["nip"], body["pesel"], body["isBailiff"], bool(body.get("isDeceased")), body["description"], created_at
        )
    )
    return Reply()


@answers("POST", "/testdata/person/remove")
def remove_person(call: Call) -> Reply:
    call.system.subjects.remove_person(call.body["nip"])
    return Reply()


@answers("POST", "/testdata/permissions")
def grant(call: Call) -> Reply:
    """Permissions as if somebody had handed in the paper form ZAW-FA."""
    context, authorized = _parties(call)
    call.system.grants.add(
        [
            Grant(
                id=call.system.numbers.uuid(),
                kind=PERSON,
                context=str(context),
                granted_in=str(context),
                author=str(context),
                authorized=str(authorized),
                scope=each["permissionType"],
                description=each["description"],
                started_at=call.at,
            )
            for each in call.body["permissions"]
        ]
    )
    return Reply()


@answers("POST", "/testdata/permissions/revoke")
def revoke(call: Call) -> Reply:
    context, authorized = _parties(call)
    for each in call.system.grants.where(
        lambda grant: grant.kind == PERSON and (grant.context, grant.authorized) == (str(context), str(authorized))
    ):
        call.system.grants.remove(each)
    return Reply()


@answers("POST", "/testdata/attachment")
def allow_attachments(call: Call) -> Reply:
    call.system.subjects.allow_attachments(call.body["nip"])
    return Reply()


@answers("POST", "/testdata/attachment/revoke")
def refuse_attachments(call: Call) -> Reply:
    day = call.body.get("expectedEndDate") or warsaw_day(call.at).isoformat()
    call.system.subjects.refuse_attachments(call.body["nip"], day)
    return Reply()


@answers("POST", "/testdata/context/block")
def block(call: Call) -> Reply:
    call.system.access.block(str(_context(call)))
    return Reply()


@answers("POST", "/testdata/context/unblock")
def unblock(call: Call) -> Reply:
    call.system.access.unblock(str(_context(call)))
    return Reply()


def _parties(call: Call) -> tuple[Identifier, Identifier]:
    context = Identifier.read(call.body["contextIdentifier"])
    authorized = Identifier.read(call.body["authorizedIdentifier"])
    require_wellformed(context)
    require_wellformed(authorized)
    return context, authorized


def _context(call: Call) -> Identifier:
    given = (call.body or {}).get("contextIdentifier")
    if given is None:
        raise BadRequest(21405, "Pole 'contextIdentifier' jest wymagane.")
    context = Identifier.read(given)
    require_wellformed(context)
    return context
