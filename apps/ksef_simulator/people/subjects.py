"""Test subjects: organisations with their members, persons linked to a NIP, roles, consent to attachments."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.ksef_simulator.signin.principal import Identifier
from apps.ksef_simulator.store import Store

ROLE = {"EnforcementAuthority": "EnforcementAuthority", "JST": "LocalGovernmentUnit", "VatGroup": "VatGroupUnit"}
MEMBER_ROLE = {"JST": "LocalGovernmentSubUnit", "VatGroup": "VatGroupSubUnit"}
BAILIFF = "CourtBailiff"


@dataclass(slots=True)
class Organisation:
    nip: str
    type: str
    description: str
    created_at: datetime
    members: list[dict[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Person:
    nip: str
    pesel: str
    bailiff: bool
    deceased: bool
    description: str
    created_at: datetime


class Subjects:
    def __init__(self, store: Store) -> None:
        self._store = store
        self.organisations = {each.nip: each for each in store.all("organisation", Organisation)}
        self.persons = {each.nip: each for each in store.all("person", Person)}
        self._attachments: dict[str, str | None] = store.setting("attachments") or {}

    def add_organisation(self, organisation: Organisation) -> None:
        self.organisations[organisation.nip] = organisation
        self._store.put("organisation", organisation.nip, organisation)

    def remove_organisation(self, nip: str) -> None:
        self.organisations.pop(nip, None)
        self._store.remove("organisation", nip)

    def add_person(self, person: Person) -> None:
        self.persons[person.nip] = person
        self._store.put("person", person.nip, person)

    def remove_person(self, nip: str) -> None:
        self.persons.pop(nip, None)
        self._store.remove("person", nip)

    def aliases(self, subject: Identifier) -> set[str]:
        """The subject itself and, for a linked person, the other of NIP and PESEL."""
        names = {str(subject)}
        for person in self.persons.values():
            pair = {f"Nip:{person.nip}", f"Pesel:{person.pesel}"}
            if pair & names:
                names |= pair
        return names

    def is_deceased(self, subject: Identifier) -> bool:
        names = self.aliases(subject)
        return any(person.deceased and f"Nip:{person.nip}" in names for person in self.persons.values())

    def roles(self, nip: str) -> list[dict[str, Any]]:
        """Every role of a NIP: role, description, start, and the parent where it has one."""
        found: list[dict[str, Any]] = []
        own = self.organisations.get(nip)
        if own is not None:
            found.append({"role": ROLE[own.type], "description": own.description, "start": own.created_at})
        person = self.persons.get(nip)
        if person is not None and person.bailiff:
            found.append({"role": BAILIFF, "description": person.description, "start": person.created_at})
        for parent in self.organisations.values():
            for member in parent.members:
                if member["subjectNip"] == nip and parent.type in MEMBER_ROLE:
                    role = {"role": MEMBER_ROLE[parent.type], "description": member["description"]}
                    found.append(role | {"start": parent.created_at, "parent": parent.nip})
        return found

    def has_role(self, nip: str, *roles: str) -> bool:
        return any(each["role"] in roles for each in self.roles(nip))

    def is_member(self, parent: str, member: str) -> bool:
        organisation = self.organisations.get(parent)
        return organisation is not None and any(each["subjectNip"] == member for each in organisation.members)

    def allow_attachments(self, nip: str) -> None:
        self._attachments[nip] = None
        self._store.set("attachments", self._attachments)

    def refuse_attachments(self, nip: str, from_day: str) -> None:
        if nip in self._attachments:
            self._attachments[nip] = from_day
            self._store.set("attachments", self._attachments)

    def attachments_until(self, nip: str) -> tuple[bool, str | None]:
        """Whether consent was ever given, and the day it ends."""
        return nip in self._attachments, self._attachments.get(nip)
