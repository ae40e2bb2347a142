"""Rows of KSeF sessions: made before KSeF is asked, their AES key sealed until the session is final."""

import base64
import json
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from apps.connections.secrets import open_secret, seal_into
from apps.ksef_client.batch import BatchSession, PartUpload
from apps.ksef_client.crypto import SessionKey, new_session_key
from apps.ksef_client.package import Package

from .models import KsefSession, Lane

State = KsefSession.State
Kind = KsefSession.Kind

# Held online sessions end before KSeF ends them (12 h, 10 000 documents; F32, F33).
IDLE = timedelta(minutes=10)
ENDS_SOON = timedelta(seconds=10)  # so long before the end KSeF has stated, it is given no further document
LONGEST = timedelta(hours=11, minutes=30)
MOST_DOCUMENTS = 9_900

ENDED = frozenset({State.DONE, State.FAILED, State.ABANDONED})


def new_session(
    lane: Lane, kind: KsefSession.Kind, *, offline: bool, at: datetime, lease_until: datetime, lease_token: UUID
) -> tuple[KsefSession, SessionKey]:
    """Write down the intent to open a session, with the key that will be its own; the maker holds it."""
    key = new_session_key()
    session = KsefSession(
        tenant_id=lane.tenant_id,
        lane=lane,
        kind=kind,
        offline=offline,
        iv=key.iv,
        opening_at=at,
        next_action_at=at,
        lease_until=lease_until,
        lease_token=lease_token,
    )
    seal_into(session, aes_key=base64.b64encode(key.key).decode())
    session.save(force_insert=True)
    return session, key


def key_of(session: KsefSession) -> SessionKey:
    """The AES key and IV a session was opened with."""
    sealed = open_secret(session, "aes_key")
    if sealed is None or session.iv is None:
        raise LookupError(f"The key of session {session.pk} was wiped: the session is over.")
    return SessionKey(base64.b64decode(sealed), bytes(session.iv))


def announced(session: KsefSession, package: Package) -> None:
    """Note what is about to be announced: a package built again later must be these very bytes."""
    session.package = {
        "hash": package.hash,
        "size": package.size,
        "compression": package.compression.value,
        "parts": [[part.ordinal, part.size, part.hash] for part in package.parts],
    }


def is_same_package(session: KsefSession, package: Package) -> bool:
    """Whether a package built again is the one that was announced."""
    again = KsefSession()
    announced(again, package)
    return bool(again.package == session.package)


def keep_upload_links(session: KsefSession, opened: BatchSession) -> None:
    """The links carry signatures, so they are sealed like a secret."""
    uploads = [asdict(upload) | {"headers": dict(upload.headers)} for upload in opened.uploads]
    seal_into(session, upload_links=json.dumps(uploads))


def batch_of(session: KsefSession) -> BatchSession:
    """An opened batch with its upload links, as KSeF gave them."""
    uploads = json.loads(open_secret(session, "upload_links") or "[]")
    return BatchSession(session.reference, tuple(PartUpload(**upload) for upload in uploads))


def held_session(lane: Lane, *, offline: bool, at: datetime) -> KsefSession | None:
    """The open online session of a lane that takes another document."""
    most = min(MOST_DOCUMENTS, int(lane.limits.get("documents_per_session", MOST_DOCUMENTS)))
    return (
        KsefSession.objects.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=at + ENDS_SOON),
            lane=lane,
            kind=Kind.ONLINE,
            state=State.OPEN,
            offline=offline,
            opened_at__gt=at - LONGEST,
            last_used_at__gt=at - IDLE,
            document_count__lt=most,
        )
        .order_by("-opened_at")
        .first()
    )


def finish(session: KsefSession, state: "State", *, at: datetime, code: str = "", **columns: object) -> None:
    """End a session: its key is wiped, nothing more is planned. Runs inside the lease of the session or its lane."""
    KsefSession.objects.filter(pk=session.pk).update(
        state=state,
        ended_at=at,
        aes_key_sealed=None,
        upload_links_sealed=None,
        next_action_at=None,
        lease_until=None,
        lease_token=None,
        plan_code=code,
        plan_params={},
        **columns,
    )
    session.state, session.ended_at = state, at
