"""Receipts (UPO v4-3): for one document, or for all accepted documents of a session."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.ksef_simulator.clock import warsaw_stamp
from apps.ksef_simulator.sending.records import Document, Session
from apps.ksef_simulator.signatures.seal import Seal
from apps.ksef_simulator.signin.principal import Identifier

NAMESPACE = "http://upo.schematy.mf.gov.pl/KSeF/v4-3"
_CONTEXT_ELEMENT = {
    "Nip": "Nip",
    "InternalId": "IdWewnetrzny",
    "NipVatUe": "IdZlozonyVatUE",
    "PeppolId": "IdDostawcyUslugPeppol",
}


@dataclass(frozen=True, slots=True)
class Receipt:
    body: bytes
    sha256: str

    @classmethod
    def of(cls, body: bytes) -> "Receipt":
        return cls(body, base64.b64encode(hashlib.sha256(body).digest()).decode())


class Receipts:
    """Writes receipts; the same question always gives the same bytes, so none needs to be kept."""

    def __init__(self, seal: Seal, issuer: str) -> None:
        self._seal, self._issuer = seal, issuer

    def for_document(self, session: Session, document: Document) -> Receipt:
        return self._write(session, [document], "", document.acquired_at or document.received_at)

    def for_session(self, session: Session, documents: Sequence[Document], at: datetime) -> Receipt:
        count = len(documents)
        page = (
            "<OpisPotwierdzenia><Strona>1</Strona><LiczbaStron>1</LiczbaStron><ZakresDokumentowOd>1</ZakresDokumentowOd>"
            f"<ZakresDokumentowDo>{count}</ZakresDokumentowDo>"
            f"<CalkowitaLiczbaDokumentow>{count}</CalkowitaLiczbaDokumentow></OpisPotwierdzenia>"
        )
        return self._write(session, documents, page, at)

    def _write(self, session: Session, documents: Sequence[Document], page: str, at: datetime) -> Receipt:
        inside = (
            f"<NazwaPodmiotuPrzyjmujacego>{_text(self._issuer)}</NazwaPodmiotuPrzyjmujacego>"
            f"<NumerReferencyjnySesji>{session.reference}</NumerReferencyjnySesji>{_authentication(session)}{page}"
            f"<NazwaStrukturyLogicznej>Schemat_FA(3)_v1-0E.xsd</NazwaStrukturyLogicznej>"
            f"<KodFormularza>{session.form}</KodFormularza>{''.join(map(_entry, documents))}"
        )
        root = f'<Potwierdzenie xmlns="{NAMESPACE}">'
        return Receipt.of(self._seal.sign(root, inside, "</Potwierdzenie>", NAMESPACE, at))


def _authentication(session: Session) -> str:
    context = Identifier.parse(session.context)
    element = _CONTEXT_ELEMENT[context.type]
    if session.token_reference is not None:
        proof = f"<NumerReferencyjnyTokenaKSeF>{session.token_reference}</NumerReferencyjnyTokenaKSeF>"
    else:
        proof = f"<SkrotDokumentuUwierzytelniajacego>{session.document_hash}</SkrotDokumentuUwierzytelniajacego>"
    where = f"<IdKontekstu><{element}>{_text(context.value)}</{element}></IdKontekstu>"
    return f"<Uwierzytelnienie>{where}{proof}</Uwierzytelnienie>"


def _entry(document: Document) -> str:
    facts = document.facts
    if facts is None or document.acquired_at is None:
        raise ValueError("only accepted documents have receipts")
    return (
        f"<Dokument><NipSprzedawcy>{facts.seller_nip}</NipSprzedawcy>"
        f"<NumerKSeFDokumentu>{document.ksef_number}</NumerKSeFDokumentu>"
        f"<NumerFaktury>{_text(facts.number)}</NumerFaktury>"
        f"<DataWystawieniaFaktury>{facts.issue_date}</DataWystawieniaFaktury>"
        f"<DataPrzeslaniaDokumentu>{warsaw_stamp(document.received_at)}</DataPrzeslaniaDokumentu>"
        f"<DataNadaniaNumeruKSeF>{warsaw_stamp(document.acquired_at)}</DataNadaniaNumeruKSeF>"
        f"<SkrotDokumentu>{document.hash}</SkrotDokumentu><TrybWysylki>{document.mode}</TrybWysylki></Dokument>"
    )


def _text(value: str) -> str:
    """Character data in canonical form (C14N 1.0, section 2.3)."""
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#xD;")
