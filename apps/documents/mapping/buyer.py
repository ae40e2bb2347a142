"""Who buys: identity, name, address, and whether a consumer's document is filed at all (fa3-mapping 2.5, 2.6)."""

from dataclasses import dataclass

from apps.documents.mapping.address import fa3_address
from apps.documents.mapping.buyer_ids import BuyerIds, clean_id, ids_from_override, read_ids
from apps.documents.mapping.company_name import looks_like_company
from apps.documents.mapping.geography import COUNTRIES, POLAND, region_of
from apps.documents.mapping.overrides import (
    FileWithoutId,
    Overrides,
    SetBuyerAddress,
    SetBuyerCountry,
    SetBuyerId,
    SetBuyerName,
    TreatAsConsumer,
)
from apps.documents.mapping.reasons import Code, Reason
from apps.documents.mapping.settings import Settings
from apps.documents.mapping.source import Address, Customer
from apps.documents.mapping.wording import Wording
from apps.fa3 import document as fa3
from apps.fa3.nip import is_valid_nip

_NAME_LIMIT = 512
_EMAIL_LIMIT = 255
_YES = frozenset({"1", "true", "yes", "on", "tak"})


@dataclass(frozen=True, slots=True)
class Buyer:
    """The buyer as far as it is known without the rows."""

    ids: BuyerIds
    name: str
    country: str | None  # billing country, None when nothing tells it
    address: fa3.Address | None
    email: str
    is_consumer: bool  # presumed or declared a natural person outside business
    is_declared: bool  # a person or the customer's metadata said which
    has_wrong_id: bool  # there is a number, but none that can be used
    units: tuple[fa3.ThirdParty, ...]
    is_related_party: bool

    @property
    def is_known_business(self) -> bool:
        return not self.is_consumer and (self.is_declared or self.has_wrong_id or not self.ids.is_empty)

    def party(self, identity: fa3.BuyerId) -> fa3.Buyer:
        """Podmiot2."""
        roles = {unit.role for unit in self.units}
        return fa3.Buyer(
            id=identity,
            name=self.name,
            address=self.address,
            contacts=(fa3.Contact(email=self.email),) if self.email else (),
            is_local_government_unit=fa3.ThirdPartyRole.LOCAL_GOVERNMENT_RECIPIENT in roles,
            is_vat_group_member=fa3.ThirdPartyRole.VAT_GROUP_RECIPIENT in roles,
        )


def is_marked(value: str | None) -> bool:
    """True for a metadata value that says yes."""
    return value is not None and value.strip().lower() in _YES


def read_buyer(
    customer: Customer, overrides: Overrides, settings: Settings, wording: Wording
) -> tuple[Buyer, list[Reason]]:
    """The buyer, and what is missing or wrong."""
    faults: list[Reason] = []
    is_consumer, is_declared = _consumer_by_declaration(customer, overrides)
    ids = BuyerIds() if is_consumer else _ids(customer, overrides, faults)
    has_wrong_id = ids.is_empty and bool(faults or customer.has_unreadable_ids)
    is_consumer = is_consumer or (ids.is_empty and not is_declared and not has_wrong_id)
    address = _address(customer, overrides)
    country = _country(address, ids, overrides)
    lines = fa3_address(address, country or "", wording)
    buyer = Buyer(
        ids=ids,
        name=_name(customer, overrides, wording),
        country=country,
        address=lines,
        email=_email(customer) if settings.send_buyer_email else "",
        is_consumer=is_consumer,
        is_declared=is_declared,
        has_wrong_id=has_wrong_id,
        units=_units(customer, wording, faults),
        is_related_party=is_marked(customer.marks.get("ksef_tp")),
    )
    return buyer, faults + _missing(buyer, address)


def consumer_policy(buyer: Buyer, overrides: Overrides, settings: Settings) -> Reason | None:
    """Why a document for a buyer without a number is not filed as it stands; None when it is."""
    if buyer.country is None or buyer.has_wrong_id or not buyer.ids.is_empty:
        return None
    where = {"name": buyer.name, "country": buyer.country}
    if not buyer.is_consumer:
        # Foreign businesses may have no number; a Polish one always has a NIP (handbook 2.1.5).
        return Reason(Code.BUYER_LOOKS_LIKE_COMPANY, "customer_name", where) if buyer.country == POLAND else None
    policy = settings.b2c_policy[region_of(buyer.country)]
    if decision := overrides.get(TreatAsConsumer):
        policy = "file" if decision.file else "skip"
    elif not buyer.is_declared and looks_like_company(buyer.name) and (buyer.country == POLAND or policy == "skip"):
        return Reason(Code.BUYER_LOOKS_LIKE_COMPANY, "customer_name", where)
    code = {"skip": Code.B2C, "hold": Code.B2C_DECISION}.get(policy)
    return Reason(code, "customer_tax_ids", where) if code else None


def entered_address(entered: SetBuyerAddress) -> Address:
    """An address as a person entered it."""
    return Address(
        line1=entered.line1,
        line2=entered.line2,
        postal_code=entered.postal_code,
        city=entered.city,
        state=entered.state,
        country=entered.country,
    )


def _consumer_by_declaration(customer: Customer, overrides: Overrides) -> tuple[bool, bool]:
    """Whether the buyer is a consumer, and whether somebody said so either way."""
    if overrides.has(TreatAsConsumer):
        return True, True
    if overrides.has(FileWithoutId) or overrides.has(SetBuyerId):
        return False, True
    kind = customer.marks.get("ksef_buyer_type", "").strip().lower()
    return kind == "consumer", kind in ("consumer", "business")


def _ids(customer: Customer, overrides: Overrides, faults: list[Reason]) -> BuyerIds:
    if entered := overrides.get(SetBuyerId):
        return ids_from_override(entered, faults)
    if overrides.has(FileWithoutId):
        return BuyerIds()
    return read_ids(customer.tax_ids, faults)


def _address(customer: Customer, overrides: Overrides) -> Address:
    entered = overrides.get(SetBuyerAddress)
    return entered_address(entered) if entered else customer.address


def _country(address: Address, ids: BuyerIds, overrides: Overrides) -> str | None:
    if entered := overrides.get(SetBuyerCountry):
        return entered.country
    country = Wording.clean(address.country) or ids.country
    return country if country in COUNTRIES else None


def _name(customer: Customer, overrides: Overrides, wording: Wording) -> str:
    entered = overrides.get(SetBuyerName)
    return wording.fit(entered.name if entered else customer.name, _NAME_LIMIT, "customer_name")


def _email(customer: Customer) -> str:
    """The address, empty when it has not the form of one or is too long: a cut one would be somebody else's."""
    email = Wording.clean(customer.email)
    before, _, after = email.partition("@")
    return email if before and after and len(email) <= _EMAIL_LIMIT else ""


def _missing(buyer: Buyer, address: Address) -> list[Reason]:
    faults = []
    if not buyer.name:
        faults.append(Reason(Code.BUYER_NAME_MISSING, "customer_name"))
    if buyer.address is None and not buyer.is_consumer:
        faults.append(Reason(Code.BUYER_ADDRESS_MISSING, "customer_address"))
    if buyer.country is None:
        params = {"value": Wording.clean(address.country)[:20] or "–"}
        faults.append(Reason(Code.BUYER_COUNTRY_MISSING, "customer_address.country", params))
    return faults


def _units(customer: Customer, wording: Wording, faults: list[Reason]) -> tuple[fa3.ThirdParty, ...]:
    """A local government unit or VAT group member stands beside the buyer (XSD JST, GV)."""
    units = []
    for mark, role in (
        ("jst", fa3.ThirdPartyRole.LOCAL_GOVERNMENT_RECIPIENT),
        ("gv", fa3.ThirdPartyRole.VAT_GROUP_RECIPIENT),
    ):
        value = customer.marks.get(f"ksef_{mark}_nip")
        if value is None:
            continue
        number = clean_id(value).removeprefix("PL")
        if not is_valid_nip(number):
            field = f"customer.metadata.ksef_{mark}_nip"
            faults.append(Reason(Code.BUYER_NIP_INVALID, field, {"value": wording.clean(value)}))
        name = wording.fit(
            customer.marks.get(f"ksef_{mark}_name", ""), _NAME_LIMIT, f"customer.metadata.ksef_{mark}_name"
        )
        units.append(fa3.ThirdParty(id=fa3.Nip(number=number), role=role, name=name or None))
    return tuple(units)
