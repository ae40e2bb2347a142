"""Permissions that were granted, in every form KSeF knows, and what they add up to."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.ksef_simulator.signin.principal import Identifier
from apps.ksef_simulator.store import Store

PERSON, ENTITY, AUTHORIZATION = "person", "entity", "authorization"
INDIRECT, SUBUNIT, EU_ADMIN, EU = "indirect", "subunit", "eu-admin", "eu"
ALL_PARTNERS = "AllPartners:"


@dataclass(slots=True)
class Grant:
    """One permission of one subject; `context` is where it holds, `granted_in` where it was given."""

    id: str
    kind: str
    context: str
    granted_in: str
    author: str
    authorized: str
    scope: str
    description: str
    started_at: datetime
    can_delegate: bool = False
    target: str | None = None
    person: dict[str, Any] | None = None
    entity: dict[str, Any] | None = None
    subunit_name: str | None = None
    eu_entity: dict[str, Any] | None = None
    eu_entity_name: str | None = None


@dataclass(slots=True)
class PermissionOperation:
    reference: str
    context: str
    started_at: datetime
    code: int
    details: list[str] = field(default_factory=list)


class Grants:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._all = {each.id: each for each in store.all("grant", Grant)}
        self._operations = {each.reference: each for each in store.all("operation", PermissionOperation)}

    def add(self, grants: list[Grant]) -> None:
        """Keep new grants; one that says the same as before replaces it."""
        with self._lock:
            for grant in grants:
                for old in [each for each in self._all.values() if _same(each, grant)]:
                    del self._all[old.id]
                    self._store.remove("grant", old.id)
                self._all[grant.id] = grant
        self._store.put_many([("grant", grant.id, grant) for grant in grants])

    def remove(self, grant: Grant) -> None:
        with self._lock:
            self._all.pop(grant.id, None)
        self._store.remove("grant", grant.id)

    def get(self, identifier: str) -> Grant | None:
        return self._all.get(identifier)

    def where(self, wanted: Callable[[Grant], bool]) -> list[Grant]:
        """Matching grants, newest first, then by id, as every permission query sorts."""
        with self._lock:
            found = [grant for grant in self._all.values() if wanted(grant)]
        found.sort(key=lambda grant: grant.id)
        return sorted(found, key=lambda grant: grant.started_at, reverse=True)

    def keep_operation(self, operation: PermissionOperation) -> None:
        self._operations[operation.reference] = operation
        self._store.put("operation", operation.reference, operation)

    def operation(self, reference: str) -> PermissionOperation | None:
        return self._operations.get(reference)

    def scopes(self, names: set[str], context: Identifier) -> Iterator[str]:
        """Permissions these names hold in a context by grant."""
        for grant in self.where(lambda each: each.authorized in names):
            direct = grant.kind in (PERSON, ENTITY, SUBUNIT, EU_ADMIN, EU) and grant.context == str(context)
            if direct or (grant.kind == INDIRECT and self.reaches(grant, context)):
                yield grant.scope

    def reaches(self, grant: Grant, context: Identifier) -> bool:
        """Whether an indirect grant works for this client: the client must have given the right to pass it on."""
        if grant.target not in (ALL_PARTNERS, str(context)):
            return False
        return any(self._delegable(grant, context))

    def is_active(self, grant: Grant) -> bool:
        """An indirect grant waits for a client's delegation; every other one works at once."""
        if grant.kind != INDIRECT:
            return True
        context = None if grant.target == ALL_PARTNERS else Identifier.parse(grant.target or ALL_PARTNERS)
        return any(self._delegable(grant, context))

    def _delegable(self, grant: Grant, context: Identifier | None) -> Iterator[Grant]:
        with self._lock:
            entities = [each for each in self._all.values() if each.kind == ENTITY and each.can_delegate]
        for each in entities:
            wanted = context is None or each.context == str(context)
            if wanted and each.authorized == grant.granted_in and each.scope == grant.scope:
                yield each


def _same(old: Grant, new: Grant) -> bool:
    mine = (old.kind, old.context, old.granted_in, old.authorized, old.scope, old.target)
    return mine == (new.kind, new.context, new.granted_in, new.authorized, new.scope, new.target)
