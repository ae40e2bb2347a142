"""Checks a KSeF connection by really signing in, and says what was found."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.ksef_client.errors import AccessDenied, KsefError
from apps.ksef_client.ksef import Observer, Unobserved
from apps.tenants.context import acting_in

from .ksef import Access, Clock, NoCredential, SignInBusy
from .models import KsefConnection
from .secrets import seal_into


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: `code` picks the sentence on the page, `detail` is in KSeF's own words."""

    ok: bool
    code: str  # ready, refused, no_credential, busy, unreachable
    detail: str = ""


def check_connection(
    connection: KsefConnection,
    *,
    clock: Clock,
    observer: Observer | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> Finding:
    """Sign in from the start with the stored credential; a kept token proves nothing about the credential."""
    _forget_tokens(connection)
    finding = _try(Access(connection.tenant_id, connection.pk, clock, observer or Unobserved(), wait))
    if finding.code != "busy":
        _note(connection, finding, clock)
    return finding


def _try(access: Access) -> Finding:
    try:
        access.open(renew=True)
    except AccessDenied as denied:
        return Finding(False, "refused", str(denied)[:1000])
    except NoCredential:
        return Finding(False, "no_credential")
    except SignInBusy:
        return Finding(False, "busy")
    except KsefError as error:
        return Finding(False, "unreachable", str(error)[:1000])
    return Finding(True, "ready")


def _forget_tokens(connection: KsefConnection) -> None:
    with acting_in(connection.tenant_id):
        row = KsefConnection.objects.select_for_update().get(pk=connection.pk)
        seal_into(row, access_token=None, refresh_token=None)
        row.access_expires_at = row.refresh_expires_at = None
        row.save()


def _note(connection: KsefConnection, finding: Finding, clock: Clock) -> None:
    changes: dict[str, Any] = {"checked_at": clock(), "status_reason": finding.detail}
    if finding.code != "unreachable":
        changes["status"] = KsefConnection.Status.READY if finding.ok else KsefConnection.Status.REFUSED
    with acting_in(connection.tenant_id):
        KsefConnection.objects.filter(pk=connection.pk).update(**changes)
        connection.refresh_from_db()
