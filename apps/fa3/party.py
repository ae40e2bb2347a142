"""Who sells, who buys and who else takes part (Podmiot1, Podmiot2, Podmiot3)."""

from dataclasses import dataclass
from decimal import Decimal

from apps.fa3.codes import SellerStatus, ThirdPartyRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Nip:
    """A Polish tax number; only with it does the buyer find the document in KSeF."""

    number: str  # NIP, ten digits


@dataclass(frozen=True, slots=True, kw_only=True)
class EuVat:
    """A VAT number of another member state."""

    country: str  # KodUE: Greece is EL, Northern Ireland XI
    number: str  # NrVatUE, without the country


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignId:
    """Any other tax number."""

    number: str  # NrID
    country: str | None = None  # KodKraju


@dataclass(frozen=True, slots=True, kw_only=True)
class InternalId:
    """A unit inside a taxpayer; third parties only."""

    number: str  # IDWew: NIP, hyphen, five digits


@dataclass(frozen=True, slots=True, kw_only=True)
class NoId:
    """Nobody's number is known (BrakID)."""


BuyerId = Nip | EuVat | ForeignId | NoId
ThirdPartyId = Nip | InternalId | EuVat | ForeignId | NoId


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    country: str  # KodKraju, ISO 3166-1 (Greece is GR)
    line1: str  # AdresL1
    line2: str | None = None  # AdresL2
    gln: str | None = None  # GLN


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One DaneKontaktowe."""

    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """Podmiot1."""

    nip: str
    name: str  # Nazwa
    address: Address
    has_vat_prefix: bool = False  # PrefiksPodatnika PL: intra-Community supplies and services of art. 100(1)(4)
    eori: str | None = None  # NrEORI
    mail_address: Address | None = None  # AdresKoresp
    contacts: tuple[Contact, ...] = ()  # at most 3
    status: SellerStatus | None = None  # StatusInfoPodatnika


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Podmiot2."""

    id: BuyerId
    name: str | None = None  # Nazwa; may be missing on simplified documents only
    address: Address | None = None
    eori: str | None = None  # NrEORI
    mail_address: Address | None = None  # AdresKoresp
    contacts: tuple[Contact, ...] = ()  # at most 3
    customer_number: str | None = None  # NrKlienta
    link_key: str | None = None  # IDNabywcy, ties these data to the old ones of a correction
    is_local_government_unit: bool = False  # JST; True asks for a third party with role 8
    is_vat_group_member: bool = False  # GV; True asks for a third party with role 10


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherRole:
    """A role outside the list (RolaInna)."""

    description: str  # OpisRoli


@dataclass(frozen=True, slots=True, kw_only=True)
class ThirdParty:
    """Podmiot3."""

    id: ThirdPartyId
    role: ThirdPartyRole | OtherRole
    name: str | None = None  # Nazwa
    address: Address | None = None
    eori: str | None = None  # NrEORI
    mail_address: Address | None = None  # AdresKoresp
    contacts: tuple[Contact, ...] = ()  # at most 3
    share: Decimal | None = None  # Udzial, percent of an additional buyer
    customer_number: str | None = None  # NrKlienta
    link_key: str | None = None  # IDNabywcy


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerSeller:
    """Podmiot1K: the seller's data as they stood on the corrected document."""

    nip: str
    name: str
    address: Address
    has_vat_prefix: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerBuyer:
    """Podmiot2K: a buyer's data as they stood on the corrected document; the tax number must be unchanged."""

    id: BuyerId
    name: str | None = None
    address: Address | None = None
    link_key: str | None = None  # IDNabywcy
