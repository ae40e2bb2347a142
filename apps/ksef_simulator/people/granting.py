"""Granting and revoking permissions: each call starts an operation whose status tells how it ended."""

from dataclasses import replace

from apps.ksef_simulator.clock import later
from apps.ksef_simulator.people.access import ENFORCING_ROLES, require_wellformed
from apps.ksef_simulator.people.grants import (
    ALL_PARTNERS,
    AUTHORIZATION,
    ENTITY,
    EU,
    EU_ADMIN,
    INDIRECT,
    PERSON,
    SUBUNIT,
    Grant,
    PermissionOperation,
)
from apps.ksef_simulator.people.subject_details import entity_details, eu_subject, person_details
from apps.ksef_simulator.signin.principal import Identifier
from apps.ksef_simulator.web.call import Call, Reply, answers, json_reply, without_nulls
from apps.ksef_simulator.web.errors import BadRequest, Forbidden, Gone

STATUS = {
    100: "Operacja przyjęta do realizacji",
    200: "Operacja zakończona sukcesem",
    400: "Operacja zakończona niepowodzeniem",
    410: "Podane identyfikatory są niezgodne lub pozostają w niewłaściwej relacji",
    420: "Użyte poświadczenia nie mają uprawnień do wykonania tej operacji",
    430: "Kontekst identyfikatora nie odpowiada wymaganej roli lub uprawnieniom",
    440: "Operacja niedozwolona dla wskazanych powiązań identyfikatorów",
    450: "Operacja niedozwolona dla wskazanego identyfikatora lub jego typu",
}
KEPT_SECONDS = 30 * 86400
EU_ADMIN_SCOPES = ("VatUeManage", "InvoiceWrite", "InvoiceRead", "Introspection")
PARENT_ROLES = ("LocalGovernmentUnit", "VatGroupUnit")


@answers("POST", "/permissions/persons/grants")
def to_person(call: Call) -> Reply:
    scopes = _once(call.body["permissions"])
    if "EnforcementOperations" in scopes and not call.system.subjects.has_role(_nip(call), *ENFORCING_ROLES):
        return _done(call, 430)
    grant = replace(_grant(call, PERSON), **person_details(call.body["subjectDetails"]))
    return _given(call, [replace(grant, scope=scope) for scope in scopes])


@answers("POST", "/permissions/entities/grants")
def to_entity(call: Call) -> Reply:
    wanted = {each["type"]: bool(each.get("canDelegate")) for each in call.body["permissions"]}
    _once([each["type"] for each in call.body["permissions"]])
    grant = replace(_grant(call, ENTITY), entity=entity_details(call.body["subjectDetails"]))
    return _given(call, [replace(grant, scope=scope, can_delegate=passed) for scope, passed in wanted.items()])


@answers("POST", "/permissions/authorizations/grants")
def authorization(call: Call) -> Reply:
    permission = call.body["permission"]
    if (permission == "PefInvoicing") != (call.body["subjectIdentifier"]["type"] == "PeppolId"):
        return _done(call, 450)
    grant = replace(_grant(call, AUTHORIZATION), entity=entity_details(call.body["subjectDetails"]))
    return _given(call, [replace(grant, scope=permission)])


@answers("POST", "/permissions/indirect/grants")
def indirect(call: Call) -> Reply:
    scopes = _once(call.body["permissions"])
    target = call.body.get("targetIdentifier") or {"type": "AllPartners"}
    identifier = Identifier.read(target)
    if identifier.type != "AllPartners":
        require_wellformed(identifier)
        given = call.system.grants.where(
            lambda each: (
                each.kind == ENTITY
                and each.can_delegate
                and each.context == str(identifier)
                and each.authorized == f"Nip:{_nip(call)}"
            )
        )
        if not given:
            return _done(call, 410)
    grant = replace(_grant(call, INDIRECT), **person_details(call.body["subjectDetails"]))
    text = ALL_PARTNERS if identifier.type == "AllPartners" else str(identifier)
    return _given(call, [replace(grant, scope=scope, target=text) for scope in scopes])


@answers("POST", "/permissions/subunits/grants")
def subunit(call: Call) -> Reply:
    context = Identifier.read(call.body["contextIdentifier"])
    require_wellformed(context)
    name = call.body.get("subunitName")
    if context.type == "InternalId":
        if not name:
            raise BadRequest(21405, "Pole 'subunitName' jest wymagane dla identyfikatora wewnętrznego.")
        if context.nip != _nip(call):
            return _done(call, 410)
        if not internal_id_checks(context.value):
            raise BadRequest(21405, "Nieprawidłowa suma kontrolna identyfikatora wewnętrznego.")
    elif not call.system.subjects.has_role(_nip(call), *PARENT_ROLES):
        return _done(call, 430)
    elif not call.system.subjects.is_member(_nip(call), context.value):
        return _done(call, 410)
    grant = replace(_grant(call, SUBUNIT), **person_details(call.body["subjectDetails"]), subunit_name=name)
    return _given(call, [replace(grant, scope="CredentialsManage", context=str(context))])


@answers("POST", "/permissions/eu-entities/administration/grants")
def eu_administration(call: Call) -> Reply:
    context = Identifier.read(call.body["contextIdentifier"])
    require_wellformed(context)
    if call.principal.context.type != "Nip" or context.nip != _nip(call):
        return _done(call, 410)
    grant = replace(
        _grant(call, EU_ADMIN),
        context=str(context),
        eu_entity={name: call.body["euEntityDetails"][name] for name in ("fullName", "address")},
        eu_entity_name=call.body["euEntityName"],
        **eu_subject(call.body["subjectDetails"]),
    )
    return _given(call, [replace(grant, scope=scope) for scope in EU_ADMIN_SCOPES])


@answers("POST", "/permissions/eu-entities/grants")
def eu(call: Call) -> Reply:
    scopes = _once(call.body["permissions"])
    if call.principal.context.type != "NipVatUe":
        return _done(call, 430)
    administration = call.system.grants.where(
        lambda each: each.kind == EU_ADMIN and each.context == str(call.principal.context)
    )
    grant = replace(_grant(call, EU), **eu_subject(call.body["subjectDetails"]))
    if administration:
        grant = replace(grant, eu_entity=administration[0].eu_entity, eu_entity_name=administration[0].eu_entity_name)
    return _given(call, [replace(grant, scope=scope) for scope in scopes])


@answers("DELETE", "/permissions/common/grants/{permissionId}")
def revoke_common(call: Call) -> Reply:
    return _revoked(call, authorization=False)


@answers("DELETE", "/permissions/authorizations/grants/{permissionId}")
def revoke_authorization(call: Call) -> Reply:
    return _revoked(call, authorization=True)


@answers("GET", "/permissions/operations/{referenceNumber}")
def operation_status(call: Call) -> Reply:
    operation = call.system.grants.operation(call.reference)
    if operation is None:
        raise BadRequest(21405, f"Operacja o numerze referencyjnym {call.reference} nie została znaleziona.")
    if operation.context != str(call.principal.context):
        raise Forbidden("insufficient-resource-access", "Brak dostępu do wskazanego zasobu.")
    if (call.at - operation.started_at).total_seconds() > KEPT_SECONDS:
        raise Gone("Status operacji nie jest już dostępny.")
    running = call.at < later(operation.started_at, call.system.options.signin_delay)
    code = 100 if running else operation.code
    details = None if running else operation.details or None
    return json_reply({"status": without_nulls({"code": code, "description": STATUS[code], "details": details})})


def internal_id_checks(value: str) -> bool:
    """The last digit is the sum of the others, weighted 1 and 3 in turn, modulo 10."""
    digits = [int(digit) for digit in value if digit.isdigit()]
    return sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits[:-1])) % 10 == digits[-1]


def _nip(call: Call) -> str:
    return call.principal.context.nip


def _once(permissions: list[str]) -> list[str]:
    if not permissions or len(set(permissions)) != len(permissions):
        raise BadRequest(21405, "Lista 'permissions' musi zawierać niepowtarzające się wartości.")
    return permissions


def _grant(call: Call, kind: str) -> Grant:
    """A grant of the caller in its context, still without a permission."""
    authorized = Identifier.read(call.body["subjectIdentifier"])
    require_wellformed(authorized)
    context = str(call.principal.context)
    return Grant(
        id="",
        kind=kind,
        context=context,
        granted_in=context,
        author=str(call.principal.subject),
        authorized=str(authorized),
        scope="",
        description=call.body["description"],
        started_at=call.at,
    )


def _given(call: Call, grants: list[Grant]) -> Reply:
    """Keep the grants, unless somebody grants to himself what he owns anyway."""
    if any(each.authorized == each.context and each.kind in (PERSON, ENTITY, AUTHORIZATION) for each in grants):
        return _done(call, 440)
    call.system.grants.add([replace(each, id=call.system.numbers.uuid()) for each in grants])
    return _done(call, 200)


def _revoked(call: Call, *, authorization: bool) -> Reply:
    grant = call.system.grants.get(call.path["permissionId"])
    mine = str(call.principal.context)
    if grant is None or (grant.kind == AUTHORIZATION) != authorization or mine not in (grant.granted_in, grant.context):
        return _done(call, 400)
    call.system.grants.remove(grant)
    return _done(call, 200)


def _done(call: Call, code: int) -> Reply:
    operation = PermissionOperation(
        call.system.numbers.reference("EG", call.at), str(call.principal.context), call.at, code
    )
    call.system.grants.keep_operation(operation)
    return json_reply({"referenceNumber": operation.reference}, 202)
