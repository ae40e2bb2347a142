"""Every session and document the simulator holds, and the index that finds duplicates."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from apps.ksef_simulator.sending.records import Document, Facts, Session, restored_document
from apps.ksef_simulator.store import Store

Key = tuple[str, str, str]


def duplicate_key(facts: Facts) -> Key:
    """Seller, kind and number: all that makes two invoices the same to KSeF."""
    return facts.seller_nip, facts.kind, facts.number


class Ledger:
    def __init__(self, store: Store) -> None:
        self._store = store
        self.lock = threading.RLock()
        self.sessions: dict[str, Session] = {each.reference: each for each in store.all("session", Session)}
        self._documents: dict[str, Document] = {}
        self._by_number: dict[str, Document] = {}
        self._by_key: dict[Key, Document] = {}
        self._by_hash: dict[str, list[Document]] = {}
        self._corrections: dict[str, list[Document]] = {}
        for document in sorted(store.all("document", restored_document), key=lambda each: (each.session, each.ordinal)):
            self._place(self.sessions[document.session], document)
        for document in self._documents.values():
            self._index_accepted(document)

    def add_session(self, session: Session) -> None:
        with self.lock:
            self.sessions[session.reference] = session
        self.save_session(session)

    def save_session(self, session: Session) -> None:
        self._store.put("session", session.reference, session)

    def add(self, session: Session, documents: Iterable[tuple[Document, bytes]], **changes: Any) -> None:
        """Keep documents with their packed XML and changes to their session: all or none, then let them be seen."""
        batch = list(documents)
        records: list[tuple[str, str, object]] = [("document", each.reference, each) for each, _ in batch]
        if changes:
            records.append(("session", session.reference, replace(session, **changes)))
        self._store.put_many(records, [(document.reference, content) for document, content in batch])
        with self.lock:
            for document, _ in batch:
                self._place(session, document)
            for name, value in changes.items():
                setattr(session, name, value)

    def save(self, document: Document) -> None:
        self._store.put("document", document.reference, document)

    def accept(self, document: Document) -> Document | None:
        """Take the document's key, or give back the earlier document that holds it."""
        if document.facts is None:
            raise ValueError("only a document that was read can be accepted")
        with self.lock:
            earlier = self._by_key.get(duplicate_key(document.facts))
            if earlier is None:
                self._by_key[duplicate_key(document.facts)] = document
            return earlier

    def numbered(self, document: Document) -> None:
        with self.lock:
            self._index_accepted(document)

    def content(self, document: Document) -> bytes:
        return self._store.content(document.reference)

    def document(self, reference: str) -> Document | None:
        return self._documents.get(reference)

    def by_number(self, ksef_number: str) -> Document | None:
        return self._by_number.get(ksef_number)

    def by_hash(self, sha256: str) -> list[Document]:
        return self._by_hash.get(sha256, [])

    def corrections_of(self, sha256: str) -> list[Document]:
        """Documents that were sent as technical corrections of this content."""
        return self._corrections.get(sha256, [])

    def accepted(self) -> Iterator[Document]:
        with self.lock:
            found = list(self._by_number.values())
        yield from found

    def sessions_of(self, context: str) -> list[Session]:
        with self.lock:
            found = [each for each in self.sessions.values() if each.context == context]
        return sorted(found, key=lambda each: (each.created_at, each.reference), reverse=True)

    def latest(self, count: int) -> list[Document]:
        """The documents that arrived last, newest first."""
        with self.lock:
            return list(islice(reversed(self._documents.values()), count))

    def counts(self, now: datetime) -> dict[str, int]:
        with self.lock:
            documents = list(self._documents.values())
        counts = {"sessions": len(self.sessions), "documents": len(documents)}
        for document in documents:
            name = str(document.code_at(now))
            counts[name] = counts.get(name, 0) + 1
        return counts

    def _place(self, session: Session, document: Document) -> None:
        session.documents.append(document)
        session.updated_at = max(session.updated_at, document.received_at)
        if document.stuck_by is not None:
            session.stuck.append(document)
        self._index(document)

    def _index(self, document: Document) -> None:
        self._documents[document.reference] = document
        self._by_hash.setdefault(document.hash, []).append(document)
        if document.corrected_hash:
            self._corrections.setdefault(document.corrected_hash, []).append(document)

    def _index_accepted(self, document: Document) -> None:
        if document.accepted and document.ksef_number and document.facts:
            self._by_number[document.ksef_number] = document
            self._by_key[duplicate_key(document.facts)] = document
