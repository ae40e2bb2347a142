"""Reading permissions: one's own, those of others, roles, authorizations, entities of the EU."""

from collections.abc import Callable, Iterable
from typing import Any

from apps.ksef_simulator.clock import stamp, stamp_or_none
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
)
from apps.ksef_simulator.signin.principal import Identifier
from apps.ksef_simulator.web.call import Call, Reply, answers, json_reply, without_nulls
from apps.ksef_simulator.web.paging import offset_page_of

Row = dict[str, Any]


@answers("POST", "/permissions/query/personal/grants")
def personal(call: Call) -> Reply:
    """What the caller itself may do here, and what it owns."""
    principal, asked = call.principal, call.body or {}
    names = call.system.subjects.aliases(principal.subject)
    owner = call.system.access.is_owner(principal.subject, principal.context)
    mine = str(principal.context)

    def wanted(grant: Grant) -> bool:
        if grant.kind == ENTITY and owner and grant.authorized == mine:
            return True
        if grant.kind in (AUTHORIZATION,) or grant.authorized not in names:
            return False
        if grant.kind == INDIRECT:
            return grant.granted_in == mine or call.system.grants.reaches(grant, principal.context)
        return grant.context == mine

    found = [each for each in call.system.grants.where(wanted) if _matches(call, each, asked)]
    page, more = offset_page_of(call, found)
    answer: Row = {"permissions": [_personal_row(call, each) for each in page], "hasMore": more}
    if owner:
        answer["ownerPermissions"] = sorted(call.system.access.permissions(principal.subject, principal.context))
    return json_reply(answer)


def _personal_row(call: Call, grant: Grant) -> Row:
    return without_nulls(
        _common(call, grant)
        | {
            "contextIdentifier": _identifier(grant.context) if grant.kind == ENTITY else None,
            "authorizedIdentifier": _identifier(grant.authorized),
            "targetIdentifier": _target(grant),
            "subjectPersonDetails": grant.person,
            "subjectEntityDetails": grant.entity,
        }
    )


@answers("POST", "/permissions/query/persons/grants")
def persons(call: Call) -> Reply:
    """Who may work in this context, or what was granted from it."""
    mine, asked = str(call.principal.context), call.body
    granted = asked["queryType"] == "PermissionsGrantedInCurrentContext"

    def wanted(grant: Grant) -> bool:
        if granted:
            return grant.granted_in == mine and grant.kind in (PERSON, SUBUNIT, INDIRECT)
        if grant.kind == INDIRECT:
            return grant.granted_in == mine
        return grant.context == mine and grant.kind in (PERSON, SUBUNIT, ENTITY)

    found = [each for each in call.system.grants.where(wanted) if _matches(call, each, asked)]
    return _reply(call, "permissions", found, lambda each: _person_row(call, each))


def _person_row(call: Call, grant: Grant) -> Row:
    return without_nulls(
        _common(call, grant)
        | {
            "authorizedIdentifier": _identifier(grant.authorized),
            "contextIdentifier": _identifier(grant.context) if grant.kind == SUBUNIT else None,
            "targetIdentifier": _target(grant),
            "authorIdentifier": _identifier(grant.author),
            "subjectPersonDetails": grant.person,
            "subjectEntityDetails": grant.entity,
        }
    )


@answers("POST", "/permissions/query/subunits/grants")
def subunits(call: Call) -> Reply:
    mine, asked = str(call.principal.context), call.body or {}
    wanted = _text(asked.get("subunitIdentifier"))
    found = call.system.grants.where(
        lambda each: each.kind == SUBUNIT and each.granted_in == mine and wanted in (None, each.context)
    )
    return _reply(
        call,
        "permissions",
        found,
        lambda each: without_nulls(
            _head(each)
            | {
                "authorizedIdentifier": _identifier(each.authorized),
                "subunitIdentifier": _identifier(each.context),
                "authorIdentifier": _identifier(each.author),
                "permissionScope": each.scope,
                "subjectPersonDetails": each.person,
                "subunitName": each.subunit_name,
            }
        ),
    )


@answers("POST", "/permissions/query/entities/grants")
def entities(call: Call) -> Reply:
    """Invoice permissions this context received from other entities."""
    asked = _text((call.body or {}).get("contextIdentifier"))
    found = call.system.grants.where(
        lambda each: (
            each.kind == ENTITY and each.authorized == str(call.principal.context) and asked in (None, each.context)
        )
    )
    return _reply(
        call,
        "permissions",
        found,
        lambda each: (
            _head(each)
            | {
                "contextIdentifier": _identifier(each.context),
                "permissionScope": each.scope,
                "canDelegate": each.can_delegate,
            }
        ),
    )


@answers("GET", "/permissions/query/entities/roles")
def roles(call: Call) -> Reply:
    found = call.system.subjects.roles(call.principal.context.nip)
    page, more = offset_page_of(call, sorted(found, key=lambda each: each["start"], reverse=True))
    rows = [
        without_nulls(
            {
                "parentEntityIdentifier": {"type": "Nip", "value": each["parent"]} if "parent" in each else None,
                "role": each["role"],
                "description": each["description"],
                "startDate": stamp_or_none(each["start"]),
            }
        )
        for each in page
    ]
    return json_reply({"roles": rows, "hasMore": more})


@answers("POST", "/permissions/query/subordinate-entities/roles")
def subordinate_roles(call: Call) -> Reply:
    asked = ((call.body or {}).get("subordinateEntityIdentifier") or {}).get("value")
    organisation = call.system.subjects.organisations.get(call.principal.context.nip)
    members = [each for each in organisation.members if asked in (None, each["subjectNip"])] if organisation else []
    page, more = offset_page_of(call, members)
    rows = [
        {
            "subordinateEntityIdentifier": {"type": "Nip", "value": member["subjectNip"]},
            "role": "VatGroupSubUnit" if organisation.type == "VatGroup" else "LocalGovernmentSubUnit",
            "description": member["description"],
            "startDate": stamp(organisation.created_at),
        }
        for member in page
        if organisation is not None
    ]
    return json_reply({"roles": rows, "hasMore": more})


@answers("POST", "/permissions/query/authorizations/grants")
def authorizations(call: Call) -> Reply:
    mine, asked = str(call.principal.context), call.body
    giver, receiver = _text(asked.get("authorizingIdentifier")), _text(asked.get("authorizedIdentifier"))
    scopes = asked.get("permissionTypes")
    received = asked["queryType"] == "Received"
    found = call.system.grants.where(
        lambda each: (
            each.kind == AUTHORIZATION
            and (each.authorized if received else each.granted_in) == mine
            and giver in (None, each.granted_in)
            and receiver in (None, each.authorized)
            and (not scopes or each.scope in scopes)
        )
    )
    return _reply(
        call,
        "authorizationGrants",
        found,
        lambda each: without_nulls(
            _head(each)
            | {
                "authorIdentifier": _identifier(each.author),
                "authorizedEntityIdentifier": _identifier(each.authorized),
                "authorizingEntityIdentifier": _identifier(each.granted_in),
                "authorizationScope": each.scope,
                "subjectEntityDetails": each.entity,
            }
        ),
    )


@answers("POST", "/permissions/query/eu-entities/grants")
def eu_entities(call: Call) -> Reply:
    context, asked = call.principal.context, call.body or {}
    number, fingerprint = asked.get("vatUeIdentifier"), asked.get("authorizedFingerprintIdentifier") or ""
    scopes = asked.get("permissionTypes")

    def wanted(grant: Grant) -> bool:
        # From a NIP one sees the administrators of its entities; from a compound context everybody in it.
        here = grant.context == str(context) or (
            context.type == "Nip" and grant.kind == EU_ADMIN and grant.context.startswith(f"NipVatUe:{context.nip}-")
        )
        mine = grant.kind in (EU_ADMIN, EU) and here
        return mine and fingerprint in grant.authorized and (not scopes or grant.scope in scopes)

    found = [each for each in call.system.grants.where(wanted) if number in (None, _vat_number(each))]
    return _reply(call, "permissions", found, _eu_row)


def _eu_row(grant: Grant) -> Row:
    return without_nulls(
        _head(grant)
        | {
            "authorIdentifier": _identifier(grant.author),
            "vatUeIdentifier": _vat_number(grant),
            "euEntityName": grant.eu_entity_name or "nieznany podmiot",
            "authorizedFingerprintIdentifier": Identifier.parse(grant.authorized).value,
            "permissionScope": grant.scope,
            "subjectPersonDetails": grant.person,
            "subjectEntityDetails": grant.entity,
            "euEntityDetails": grant.eu_entity,
        }
    )


def _reply(call: Call, name: str, found: list[Grant], row: Callable[[Grant], Row]) -> Reply:
    page, more = offset_page_of(call, found)
    return json_reply({name: [row(each) for each in page], "hasMore": more})


def _head(grant: Grant) -> Row:
    return {"id": grant.id, "description": grant.description, "startDate": stamp(grant.started_at)}


def _common(call: Call, grant: Grant) -> Row:
    return _head(grant) | {
        "permissionScope": grant.scope,
        "permissionState": "Active" if call.system.grants.is_active(grant) else "Inactive",
        "canDelegate": grant.can_delegate,
    }


def _matches(call: Call, grant: Grant, asked: Row) -> bool:
    """The filters the queries of one's own and of other people's permissions share."""
    scopes: Iterable[str] = asked.get("permissionTypes") or (grant.scope,)
    state = "Active" if call.system.grants.is_active(grant) else "Inactive"
    return (
        grant.scope in scopes
        and asked.get("permissionState") in (None, state)
        and _text(asked.get("targetIdentifier")) in (None, grant.target)
        and _text(asked.get("contextIdentifier")) in (None, grant.context)
        and _text(asked.get("authorizedIdentifier")) in (None, grant.authorized)
        and _text(asked.get("authorIdentifier")) in (None, grant.author)
    )


def _identifier(text: str) -> dict[str, str]:
    return Identifier.parse(text).as_json()


def _target(grant: Grant) -> dict[str, str] | None:
    if grant.target is None:
        return None
    return {"type": "AllPartners"} if grant.target == ALL_PARTNERS else _identifier(grant.target)


def _text(identifier: Row | None) -> str | None:
    return None if identifier is None else str(Identifier.read(identifier))


def _vat_number(grant: Grant) -> str:
    return Identifier.parse(grant.context).value[11:]
