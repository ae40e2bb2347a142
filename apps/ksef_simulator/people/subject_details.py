"""The descriptions of people and entities that grants carry, from the request's form to the query's."""

from typing import Any

from apps.ksef_simulator.web.errors import BadRequest

_MEMBER = {
    "PersonByIdentifier": "personById",
    "PersonByFingerprintWithIdentifier": "personByFpWithId",
    "PersonByFingerprintWithoutIdentifier": "personByFpNoId",
    "EntityByFingerprint": "entityByFp",
}


def person_details(details: dict[str, Any]) -> dict[str, Any]:
    """The `person` of a grant; the member that the type asks for must be there."""
    kind = details["subjectDetailsType"]
    given = _given(details)
    person = {"subjectDetailsType": kind, "firstName": given["firstName"], "lastName": given["lastName"]}
    if "identifier" in given:
        person["personIdentifier"] = {name: given["identifier"][name] for name in ("type", "value")}
    if "birthDate" in given:
        person["birthDate"] = given["birthDate"]
        person["idDocument"] = {name: given["idDocument"][name] for name in ("type", "number", "country")}
    return {"person": person}


def eu_subject(details: dict[str, Any]) -> dict[str, Any]:
    """The `person` or `entity` behind a fingerprint."""
    if details["subjectDetailsType"] != "EntityByFingerprint":
        return person_details(details)
    given = _given(details)
    entity = {"subjectDetailsType": "EntityByFingerprint", "fullName": given["fullName"], "address": given["address"]}
    return {"entity": entity}


def entity_details(details: dict[str, Any]) -> dict[str, Any]:
    return {"subjectDetailsType": "EntityByIdentifier", "fullName": details["fullName"]}


def _given(details: dict[str, Any]) -> dict[str, Any]:
    kind = details["subjectDetailsType"]
    member = _MEMBER[kind]
    given: dict[str, Any] | None = details.get(member)
    if given is None:
        raise BadRequest(21405, f"Pole 'subjectDetails.{member}' jest wymagane, gdy subjectDetailsType = {kind}.")
    return given
