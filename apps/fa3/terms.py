"""Contracts, orders and transport (WarunkiTransakcji)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from apps.fa3.codes import Cargo, TransportMode
from apps.fa3.party import Address, BuyerId


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A contract (Umowy) or an order (Zamowienia)."""

    on: date | None = None  # DataUmowy, DataZamowienia
    number: str | None = None  # NrUmowy, NrZamowienia


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedRate:
    """An exchange rate the parties agreed on; it has nothing to do with the tax (KursUmowny, WalutaUmowna)."""

    rate: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherTransport:
    description: str  # OpisInnegoTransportu


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCargo:
    description: str  # OpisInnegoLadunku


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """Przewoznik."""

    id: BuyerId
    address: Address
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    mode: TransportMode | OtherTransport
    cargo: Cargo | OtherCargo
    carrier: Carrier | None = None
    order_number: str | None = None  # NrZleceniaTransportu
    package_unit: str | None = None  # JednostkaOpakowania
    started_at: datetime | None = None  # DataGodzRozpTransportu
    ended_at: datetime | None = None  # DataGodzZakTransportu
    ship_from: Address | None = None  # WysylkaZ
    ship_via: tuple[Address, ...] = ()  # WysylkaPrzez
    ship_to: Address | None = None  # WysylkaDo


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """WarunkiTransakcji."""

    contracts: tuple[Reference, ...] = ()
    orders: tuple[Reference, ...] = ()
    batch_numbers: tuple[str, ...] = ()  # NrPartiiTowaru
    delivery: str | None = None  # WarunkiDostawy
    agreed_rate: AgreedRate | None = None
    transports: tuple[Transport, ...] = ()
    is_intermediary: bool = False  # PodmiotPosredniczacy
