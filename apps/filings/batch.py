"""A batch from the intent to its close: packed, announced, uploaded, closed. Each stage is committed before the next.

Until it is closed KSeF processes nothing, so a batch that dies before that gives its documents back unharmed.
"""

import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import structlog

from apps.connections.models import KsefConnection
from apps.fa3.calendar import warsaw_date
from apps.ksef_client import batch as calls
from apps.ksef_client.archives import Compression
from apps.ksef_client.codes import SESSION_NOT_FOUND
from apps.ksef_client.errors import KsefError, OutcomeUnknown, Refused, Unavailable
from apps.ksef_client.package import Package, PackageLimitExceeded, build_package
from apps.ksef_client.sessions import session_status
from apps.tenants.context import acting_in

from . import attempts
from .attempts import End, Outcome
from .lanes import wake
from .lease import LEASE, Lease
from .line import Line
from .models import Filing, FilingXml, KsefSession, Lane
from .move import Reason, move, move_block
from .policy import BACKFILL_SIZE, TAR_GZ_FROM
from .ready import Kind, ready
from .schedule import first_poll, next_close
from .sessions import announced, batch_of, finish, is_same_package, keep_upload_links, key_of, new_session
from .settle import give_back
from .states import State
from .times import recent_times

log = structlog.get_logger()

READ_BLOCK = 500
NEEDED = ("tenant_id", "state", "xml_id", "invoice_hash")
UPLOAD_TRIES = 3


def begin_batch(lease: Lease[Lane], size: int, kind: Kind) -> Lease[KsefSession] | None:
    """Commit the intent: a session, and an attempt for each document that goes with it."""
    at = lease.clock()
    with lease.held() as lane:
        size = min(size, documents_per_batch(lane))
        filings = list(ready(lane, at=at, kind=kind).select_for_update().only(*NEEDED)[:size])
        if not filings:
            return None
        session, _ = new_session(
            lane,
            KsefSession.Kind.BATCH,
            offline=kind.is_offline,
            at=at,
            lease_until=at + LEASE,
            lease_token=lease.token,
        )
        attempts.begin(filings, session, at=at)
        moved = move_block(
            tenant_id=lane.tenant_id,
            ids=[filing.pk for filing in filings],
            came_from=State.READY,
            to=State.SENDING,
            at=at,
            about=session,
            session=session,
            next_action_at=None,
        )
        KsefSession.objects.filter(pk=session.pk).update(
            document_count=len(moved), plan_code="packing", plan_params={"count": len(moved)}
        )
    log.info("batch.begun", session=str(session.pk), tenant=str(lane.tenant_id), documents=len(moved))
    return Lease(KsefSession, lane.tenant_id, session.pk, lease.token, lease.clock)


def carry_batch(lease: Lease[KsefSession], line: Line, *, jitter: float) -> None:
    """Bring a batch from wherever it stands to its close."""
    with lease.held() as session:
        state = session.state
        if _is_switched_off(session):
            _drop(session, "switched_off", at=lease.clock())
            return
        if state == KsefSession.State.OPEN and _upload_time_is_over(session, lease.clock()):
            _drop(session, "upload_time_over", at=lease.clock())
            return
        if state == KsefSession.State.OPENING and session.package:
            # Whoever announced it died before the answer. A key serves one session of KSeF only, so this one is over.
            _drop(session, "orphan", at=lease.clock())
            return
        key = key_of(session) if state != KsefSession.State.CLOSING else None
    if key is not None:
        with tempfile.TemporaryDirectory(prefix="ksefkit-") as folder:
            try:
                package = build_package(
                    _documents(session), key, Path(folder), compression=_compression(session.document_count)
                )
            except PackageLimitExceeded as problem:
                _too_large(lease, problem)
                return
            if state == KsefSession.State.OPENING and not _open(lease, line, package):
                return
            if not _upload(lease, line, package):
                return
    close_batch(lease, line, jitter=jitter)


def close_batch(lease: Lease[KsefSession], line: Line, *, jitter: float) -> None:
    """Close, and close again until KSeF says that it is closed: only then it works on the package (F3)."""
    with lease.held() as session:
        if _is_switched_off(session):  # perhaps while its parts were being uploaded
            _drop(session, "switched_off", at=lease.clock())
            return
        KsefSession.objects.filter(pk=session.pk).update(state=KsefSession.State.CLOSING, closing_at=lease.clock())
    lease.demand_time()
    try:
        line.call(lambda ksef: calls.close_batch(ksef, session.reference))
    except Refused as refused:
        log.warning("batch.close_refused", session=session.reference, code=refused.code)
        # A session KSeF does not know any more, or one still open because a part is missing, was never processed.
        if refused.has_code(SESSION_NOT_FOUND) or _status_is_open(line, session):
            with lease.held() as session:
                _drop(session, "close_refused", at=lease.clock(), text=str(refused))
            return
    except OutcomeUnknown as unknown:
        # It may be closed or not. The session's status knows, and closing once more does no harm.
        if _status_is_open(line, session):
            pause = next_close(session.faults, jitter=jitter)
            with lease.held() as session:
                KsefSession.objects.filter(pk=session.pk).update(
                    faults=session.faults + 1,
                    next_action_at=lease.clock() + pause,
                    lease_until=None,
                    plan_code="close_again",
                    plan_params={"said": str(unknown)[:300]},
                )
            return
    _closed(lease)


def _closed(lease: Lease[KsefSession]) -> None:
    at = lease.clock()
    with lease.held() as session:
        lane = Lane.objects.get(pk=session.lane_id)
        pause = first_poll(
            recent_times(lane.place, batch=True, documents=session.document_count),
            documents=session.document_count,
            batch=True,
        )
        ids = list(
            Filing.objects.filter(tenant_id=session.tenant_id, session=session, state=State.SENDING).values_list(
                "pk", flat=True
            )
        )
        move_block(
            tenant_id=session.tenant_id,
            ids=ids,
            came_from=State.SENDING,
            to=State.SENT,
            at=at,
            about=session,
            sent_at=at,
        )
        KsefSession.objects.filter(pk=session.pk).update(
            state=KsefSession.State.CLOSED,
            closed_at=at,
            faults=0,
            next_action_at=at + pause,
            lease_until=None,
            lease_token=None,
            plan_code="processing",
            plan_params={"count": session.document_count},
        )
    log.info("batch.closed", session=session.reference, documents=len(ids))


def _open(lease: Lease[KsefSession], line: Line, package: Package) -> bool:
    """Announce the package. Nothing can be processed before the close, so any failure gives the documents back."""
    with lease.held() as session:
        announced(session, package)
        session.save(update_fields=["package"])
        key = key_of(session)
    lease.demand_time()
    if not session.offline and warsaw_date(session.opening_at) < warsaw_date(lease.clock()):
        # Its documents are dated yesterday, which would make them offline ones (art. 106nda(16)). Asked last, for a
        # worker may be frozen anywhere before the call.
        with lease.held() as session:
            _drop(session, "dated_anew", at=lease.clock())
        return False
    try:
        opened = line.call(lambda ksef: calls.open_batch(ksef, line.keys, key, package, offline=session.offline))
    except Exception as problem:
        # If KSeF opened it all the same, that session is empty and ends by itself.
        lost = isinstance(problem, OutcomeUnknown)
        with lease.held() as session:
            _drop(session, "orphan" if lost else "not_opened", at=lease.clock(), text=str(problem)[:300])
        raise
    with lease.held() as session:
        session.reference = opened.reference
        keep_upload_links(session, opened)
        session.state = KsefSession.State.OPEN
        session.opened_at = lease.clock()
        session.valid_until = lease.clock() + opened.upload_time
        session.save()
    return True


def _upload(lease: Lease[KsefSession], line: Line, package: Package) -> bool:
    with lease.held() as session:
        if not is_same_package(session, package):
            # The bytes KSeF was promised cannot be made again (another version of a library): a new session is.
            _drop(session, "package_differs", at=lease.clock())
            return False
        batch = batch_of(session)
    missing = {part.ordinal for part in package.parts}
    problem: KsefError | None = None
    for _ in range(UPLOAD_TRIES):
        wanted = frozenset(missing)
        uploaded = line.call(lambda ksef: calls.upload_parts(ksef, package, batch, only=wanted))  # noqa: B023 called at once
        missing -= uploaded.done
        if not missing:
            return True
        problem = next(iter(uploaded.failed.values()))
        if isinstance(problem, Unavailable) or problem.retry_after:
            break  # the storage is away or asked for a pause
    if isinstance(problem, Refused):
        _upload_refused(lease, line, problem)
        return False
    raise problem or RuntimeError("no part was uploaded")


def _upload_refused(lease: Lease[KsefSession], line: Line, problem: Refused) -> None:
    """Either KSeF has ended the session already, and its status says why; or this place takes nothing any more."""
    at, is_open = lease.clock(), _status_is_open(line, _session_of(lease))
    with lease.held() as session:
        if is_open:
            _drop(session, "upload_refused", at=at, text=str(problem)[:300])
            return
        KsefSession.objects.filter(pk=session.pk).update(
            state=KsefSession.State.CLOSED, closed_at=at, next_action_at=at, lease_until=None, lease_token=None
        )


def _session_of(lease: Lease[KsefSession]) -> KsefSession:
    with lease.held() as session:
        return session


def _too_large(lease: Lease[KsefSession], problem: PackageLimitExceeded) -> None:
    """Long documents: the next package of this lane takes half as many."""
    with lease.held() as session:
        if session.document_count == 1:
            _hold_too_large(session, problem, at=lease.clock())
        lane = Lane.objects.get(pk=session.lane_id)
        limits = lane.limits | {"documents_per_batch": max(1, session.document_count // 2)}
        Lane.objects.filter(pk=lane.pk).update(limits=limits)
        _drop(session, "package_too_large", at=lease.clock(), text=str(problem))


def _hold_too_large(session: KsefSession, problem: PackageLimitExceeded, *, at: datetime) -> None:
    """A document that is too large even alone is for a person."""
    filing = Filing.objects.get(tenant_id=session.tenant_id, session=session, state=State.SENDING)
    attempts.end(filing, End(Outcome.NOT_SENT, None, str(problem)), at=at)
    reason = Reason("document_too_large", {"problem": str(problem)[:200]})
    move(filing, State.HELD, at=at, reason=reason, session=None, next_action_at=None)


def documents_per_batch(lane: Lane) -> int:
    """How many documents KSeF takes in one package of this company."""
    return int(lane.limits.get("documents_per_batch", BACKFILL_SIZE))


def _drop(session: KsefSession, code: str, *, at: datetime, text: str = "") -> None:
    """Give up a batch that was never closed: KSeF processed nothing of it."""
    # Storage that stays away for hours is nobody's fault; a package that KSeF could not use may be one of ours.
    blameless = not session.reference or code in {"upload_time_over", "switched_off"}
    outcome = Outcome.NOT_SENT if blameless else Outcome.SESSION_FAILED
    give_back(session, End(outcome, None, text), at=at, reason=Reason(code))
    finish(session, KsefSession.State.ABANDONED, at=at, code=code, status_text=text[:1000])
    wake(session.lane_id, at=at)
    log.warning("batch.dropped", session=str(session.pk), reference=session.reference, why=code)


def _status_is_open(line: Line, session: KsefSession) -> bool:
    status = line.call(lambda ksef: session_status(ksef, session.reference)).status
    return status.code == 100


def _is_switched_off(session: KsefSession) -> bool:
    """Whether a person has stopped using the connection before the close, and with it documents that may go elsewhere.

    What may have gone out before is finished where it began (ready.py).
    """
    in_use = KsefConnection.objects.active().filter(lanes=session.lane_id)
    if session.state == KsefSession.State.CLOSING or in_use.exists():
        return False
    ours = Filing.objects.filter(tenant_id=session.tenant_id, session=session, state=State.SENDING)
    return ours.filter(keep_bytes=False, offline_at__isnull=True).exists()


def _upload_time_is_over(session: KsefSession, at: datetime) -> bool:
    return session.valid_until is not None and at > session.valid_until - timedelta(minutes=1)


def _documents(session: KsefSession) -> Iterator[tuple[str, bytes]]:
    """The exact bytes of the session's documents in an order that is always the same."""
    ids = _in_order(session)
    for start in range(0, len(ids), READ_BLOCK):
        block = ids[start : start + READ_BLOCK]
        with acting_in(session.tenant_id):
            contents = dict(FilingXml.objects.filter(pk__in=[xml for _, xml in block]).values_list("pk", "content"))
        for filing_id, xml_id in block:
            yield filing_id.hex, bytes(contents[xml_id])


def _in_order(session: KsefSession) -> list[tuple[UUID, UUID]]:
    with acting_in(session.tenant_id):
        rows = Filing.objects.filter(tenant_id=session.tenant_id, session=session, state=State.SENDING)
        return sorted((pk, xml) for pk, xml in rows.values_list("pk", "xml_id") if xml)


def _compression(documents: int) -> Compression:
    # Similar invoices share their words: tar.gz is far smaller from some twenty on, a ZIP is quicker for a few.
    return Compression.TAR_GZ if documents >= TAR_GZ_FROM else Compression.ZIP
