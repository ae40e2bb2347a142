"""What a correction corrects, and the advances a final document settles."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from apps.fa3.codes import CorrectionType
from apps.fa3.party import FormerBuyer, FormerSeller


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedDocument:
    """DaneFaKorygowanej: the original, never an earlier correction."""

    issued_on: date  # DataWystFaKorygowanej
    number: str  # NrFaKorygowanej
    ksef_number: str | None  # NrKSeFFaKorygowanej; None says it was issued outside KSeF (NrKSeFN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """The correction block of KOR, KOR_ZAL and KOR_ROZ."""

    documents: tuple[CorrectedDocument, ...]
    reason: str | None = None  # PrzyczynaKorekty
    type: CorrectionType | None = None  # TypKorekty
    period: str | None = None  # OkresFaKorygowanej, collective corrections only
    right_number: str | None = None  # NrFaKorygowany, when the number was what was wrong
    former_seller: FormerSeller | None = None  # Podmiot1K
    former_buyers: tuple[FormerBuyer, ...] = ()  # Podmiot2K
    total_before: Decimal | None = None  # P_15ZK, KOR_ZAL and KOR_ROZ only
    exchange_rate_before: Decimal | None = None  # KursWalutyZK, only beside P_15ZK


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialAdvance:
    """ZaliczkaCzesciowa: one of several payments an advance document covers."""

    received_on: date  # P_6Z
    amount: Decimal  # P_15Z
    exchange_rate: Decimal | None = None  # KursWalutyZW


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvanceDocument:
    """FakturaZaliczkowa that has a KSeF number."""

    ksef_number: str  # NrKSeFFaZaliczkowej


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideAdvanceDocument:
    """FakturaZaliczkowa issued outside KSeF (NrKSeFZN)."""

    number: str  # NrFaZaliczkowej
