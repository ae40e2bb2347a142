"""Processing closed batches in the background: verify, decrypt, unpack, judge every document."""

import base64
import hashlib
import logging
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from itertools import islice
from typing import IO, TYPE_CHECKING

from apps.ksef_simulator.clock import later
from apps.ksef_simulator.sending.archives import Unreadable, files_in
from apps.ksef_simulator.sending.checks import Rules
from apps.ksef_simulator.sending.cipher import decrypt
from apps.ksef_simulator.sending.judge import judge, rules_for, sha256
from apps.ksef_simulator.sending.lifecycle import CANCELLED_EMPTY
from apps.ksef_simulator.sending.parts import content_name
from apps.ksef_simulator.sending.records import BATCH, Document, Session
from apps.ksef_simulator.store import packed

if TYPE_CHECKING:
    from apps.ksef_simulator.system import System

IN_MEMORY = 64_000_000
CHUNK = 250
WORKERS = 2
_log = logging.getLogger(__name__)


class Failed(Exception):
    """The package as a whole is refused with this session status; no document of it was taken."""

    def __init__(self, code: int, *details: str) -> None:
        super().__init__(code)
        self.code, self.details = code, list(details)


class Ending(Exception):
    """The simulator is being ended; the next start takes the package up again."""


class Packages:
    def __init__(self, system: "System") -> None:
        self._system = system
        self._ending = threading.Event()
        self._sessions = ThreadPoolExecutor(WORKERS, thread_name_prefix="package")
        self._judges = ThreadPoolExecutor(WORKERS, thread_name_prefix="judge")

    def resume(self) -> None:
        """Take up the packages that were closed but not finished when the last run ended."""
        for session in list(self._system.ledger.sessions.values()):
            if session.kind == BATCH and session.closed_at is not None and not session.code:
                self.process(session)

    def process(self, session: Session) -> None:
        self._sessions.submit(self._process, session)

    def close(self) -> None:
        self._ending.set()
        self._sessions.shutdown(wait=True, cancel_futures=True)
        self._judges.shutdown(wait=True, cancel_futures=True)

    def _process(self, session: Session) -> None:
        try:
            documents = self._documents(session)
        except Ending:
            return
        except Failed as failure:
            self._end(session, failure.code, failure.details, [])
        except Exception:  # noqa: BLE001 - whatever it was, the caller must see a status
            _log.exception("package %s", session.reference)
            self._end(session, 500, [], [])
        else:
            good = any(document.code == 200 for document, _ in documents)
            self._end(session, session.forced_code or (200 if good else 445), [], documents)

    def _documents(self, session: Session) -> list[tuple[Document, bytes]]:
        if session.forced_code is not None and session.forced_code != 200:
            raise Failed(session.forced_code)
        limits = self._system.context_limits.of(session.context)["batchSession"]
        most = limits["maxInvoiceWithAttachmentSizeInMB"] * 1_000_000
        batch = session.batch or {}
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as archive:
            digest = self._assemble(session, archive)
            # Once through the archive to judge it as a whole, a second time to take the documents.
            count = _counted(archive, batch["compression"], most, limits["maxInvoices"])
            if digest != batch["hash"]:
                raise Failed(405, "Skrót pliku paczki nie zgadza się z zadeklarowaną wartością.")
            if not count:
                raise Failed(440, CANCELLED_EMPTY)
            archive.seek(0)
            return self._judge_all(session, files_in(archive, batch["compression"], most))

    def _judge_all(self, session: Session, files: Iterator[tuple[str, bytes]]) -> list[tuple[Document, bytes]]:
        """Judge in chunks, a few ahead of the reader, so that memory holds a few hundred plain files at most."""
        judged: list[tuple[Document, bytes]] = []
        waiting: deque[Future[list[tuple[Document, bytes]]]] = deque()
        numbered = enumerate(files, 1)
        while chunk := list(islice(numbered, CHUNK)):
            waiting.append(self._judges.submit(self._judge_chunk, session, chunk))
            if self._ending.is_set():
                raise Ending
            if len(waiting) > WORKERS:
                judged += waiting.popleft().result()
        return judged + [each for future in waiting for each in future.result()]

    def _judge_chunk(
        self, session: Session, chunk: list[tuple[int, tuple[str, bytes]]]
    ) -> list[tuple[Document, bytes]]:
        rules = rules_for(self._system, session, session.created_at)
        return [self._judged(session, rules, ordinal, name, xml) for ordinal, (name, xml) in chunk]

    def _assemble(self, session: Session, archive: IO[bytes]) -> str:
        """Write the plain archive and return its hash."""
        batch, digest = session.batch or {}, hashlib.sha256()
        for number in sorted(batch["parts"], key=int):
            part = self._system.store.content(content_name(session, number))
            if sha256(part) != batch["parts"][number]["fileHash"]:
                raise Failed(405, f"Skrót części '{number}' nie zgadza się z zadeklarowaną wartością.")
            plain = decrypt(session.key or b"", session.iv, part)
            if plain is None:
                raise Failed(435, f"Nie można odszyfrować części '{number}'.")
            digest.update(plain)
            archive.write(plain)
        archive.seek(0)
        return base64.b64encode(digest.digest()).decode()

    def _judged(self, session: Session, rules: Rules, ordinal: int, name: str, xml: bytes) -> tuple[Document, bytes]:
        # The whole package counts as accepted when its session was opened (API docs, tryby offline).
        document = Document(
            reference=self._system.numbers.reference("EE", session.closed_at or session.created_at),
            session=session.reference,
            ordinal=ordinal,
            received_at=session.created_at,
            due_at=self._due(session, ordinal),
            hash=sha256(xml),
            size=len(xml),
            declared_offline=session.offline,
            file_name=name[:128],
        )
        judge(self._system, session, document, xml, rules)
        return document, packed(xml)

    def _due(self, session: Session, documents: int) -> datetime:
        options = self._system.options
        base = options.delay if options.batch_delay_base is None else options.batch_delay_base
        start = session.closed_at or session.created_at
        return later(start, base + documents * options.batch_delay_per_invoice)

    def _end(self, session: Session, code: int, details: list[str], documents: list[tuple[Document, bytes]]) -> None:
        finished_at = self._system.clock.now()
        for document, _ in documents:
            _not_before(document, finished_at, self._system.options.storage_delay)
        due_at = max([self._due(session, len(documents)), *(each.due_at for each, _ in documents)])
        self._system.ledger.add(session, documents, code=code, details=details, due_at=due_at)
        self._system.store.drop_contents(f"part {session.reference} ")


def _counted(archive: IO[bytes], compression: str, most: int, limit: int) -> int:
    count = 0
    try:
        for count, _ in enumerate(files_in(archive, compression, most), 1):
            if count > limit:
                raise Failed(420, f"Przekroczono limit {limit} faktur w sesji.")
    except Unreadable as error:
        raise Failed(430, str(error)) from error
    return count


def _not_before(document: Document, finished_at: datetime, storage_delay: float) -> None:
    """Nothing gets a number before it was processed: whoever reads up to a moment must not miss it."""
    document.due_at = max(document.due_at, finished_at)
    if document.acquired_at is not None:
        document.acquired_at = document.due_at
        document.stored_at = later(document.due_at, storage_delay)
