"""Documents of every shape the types allow, with any text and any figures that fit their fields."""

from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import strategies as st
from lxml import etree

from apps.fa3.document import (
    Address,
    Adjustment,
    AdvanceDocument,
    AgreedRate,
    Annotations,
    BankAccount,
    Bucket,
    BucketKind,
    Buyer,
    Cargo,
    Carrier,
    Contact,
    CorrectedDocument,
    Correction,
    CorrectionType,
    Description,
    Document,
    Due,
    DueTerms,
    EarlyPaymentDiscount,
    EuVat,
    Exemption,
    ExemptionLaw,
    Footer,
    ForeignId,
    FormerBuyer,
    FormerSeller,
    Gtu,
    InternalId,
    Kind,
    MarginScheme,
    Nip,
    NoId,
    Order,
    OrderRow,
    OtherCargo,
    OtherPaymentForm,
    OtherRole,
    OtherTransport,
    OutsideAdvanceDocument,
    OwnBankAccount,
    Paid,
    PaidInParts,
    PartialAdvance,
    PartPayment,
    Payment,
    PaymentForm,
    Period,
    Procedure,
    Reference,
    Registers,
    Row,
    Seller,
    SellerStatus,
    Settlement,
    Terms,
    ThirdParty,
    ThirdPartyRole,
    ToPay,
    ToSettle,
    Transport,
    TransportMode,
    VatCategory,
)
from apps.fa3.schema import FA3
from apps.fa3.text import fit_text

_XSD = "{http://www.w3.org/2001/XMLSchema}"
NIP = r"[1-9]([0-9][1-9]|[1-9][0-9])[0-9]{7}"
KSEF = NIP + r"-202[5-9](0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])-[0-9A-F]{6}-?[0-9A-F]{6}-[0-9A-F]{2}"
LINK = r"https://[a-z]{1,9}\.pl/[a-z]{0,9}\?IPKSeF=[0-9]{3}[a-zA-Z0-9]{10}"


def _codes(name: str, file: str = FA3.schema_file.name) -> list[str]:
    """The values of a code list of the schema."""
    tree = etree.parse(FA3.schema_file.parent / file)
    (declared,) = (each for each in tree.iter(f"{_XSD}simpleType") if each.get("name") == name)
    return [each.get("value", "") for each in declared.iter(f"{_XSD}enumeration")]


any_text = st.text(alphabet=st.characters(exclude_categories=()), max_size=40)
countries = st.sampled_from(_codes("TKodKraju", "KodyKrajow_v10-0E.xsd"))
eu_countries = st.sampled_from(_codes("TKodyKrajowUE"))
currencies = st.sampled_from(_codes("TKodWaluty"))
days = st.dates(date(2016, 7, 1), date(2050, 1, 1))
moments = st.datetimes(datetime(2025, 9, 1), datetime(2049, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)
money = st.integers(-(10**18) + 1, 10**18 - 1).map(lambda units: Decimal(units).scaleb(-2))
price = st.integers(-(10**22) + 1, 10**22 - 1).map(lambda units: Decimal(units).scaleb(-8))
quantity = st.integers(-(10**22) + 1, 10**22 - 1).map(lambda units: Decimal(units).scaleb(-6))
percent = st.integers(0, 10**8).map(lambda units: Decimal(units).scaleb(-6))
natural = st.integers(1, 10**14 - 1)
nips = st.from_regex(NIP, fullmatch=True)


def text(limit: int, *, least: int = 1) -> st.SearchStrategy[str]:
    """Any text, cleaned and fitted as the mapping does it."""
    raw = st.text(alphabet=st.characters(exclude_categories=()), max_size=min(limit, 30))
    return raw.map(lambda each: fit_text(each, limit).text).filter(lambda each: len(each) >= least)


def maybe(strategy):
    return st.none() | strategy


def some(strategy, most: int = 2):
    return st.lists(strategy, max_size=most).map(tuple)


def regex(pattern: str) -> st.SearchStrategy[str]:
    return st.from_regex(pattern, fullmatch=True)


addresses = st.builds(
    Address, country=countries, line1=text(512), line2=maybe(text(512)), gln=maybe(regex("[0-9]{1,13}"))
)
contacts = some(
    st.builds(Contact, email=maybe(text(20).map(lambda each: f"{each}@{each}")), phone=maybe(text(16))), most=3
)
_shared_ids = (
    st.builds(Nip, number=nips)
    | st.builds(EuVat, country=eu_countries, number=regex(r"[0-9A-Z+*]{1,12}"))
    | st.builds(ForeignId, country=maybe(countries), number=text(50))
    | st.just(NoId())
)
third_party_ids = _shared_ids | st.builds(InternalId, number=regex(NIP + "-[0-9]{5}"))
parties = {
    "address": maybe(addresses),
    "mail_address": maybe(addresses),
    "contacts": contacts,
    "eori": maybe(text(256)),
}

sellers = st.builds(
    Seller,
    nip=nips,
    name=text(512),
    has_vat_prefix=st.booleans(),
    status=maybe(st.sampled_from(SellerStatus)),
    **(parties | {"address": addresses}),
)
buyers = st.builds(
    Buyer,
    id=_shared_ids,
    name=maybe(text(512)),
    customer_number=maybe(text(256)),
    link_key=maybe(text(32)),
    is_local_government_unit=st.booleans(),
    is_vat_group_member=st.booleans(),
    **parties,
)
third_parties = st.builds(
    ThirdParty,
    id=third_party_ids,
    role=st.sampled_from(ThirdPartyRole) | st.builds(OtherRole, description=text(256)),
    name=maybe(text(512)),
    share=maybe(percent),
    customer_number=maybe(text(256)),
    link_key=maybe(text(32)),
    **parties,
)

rows = st.builds(
    Row,
    number=natural,
    uid=maybe(text(50)),
    supplied_on=maybe(days),
    name=maybe(text(512)),
    index=maybe(text(50)),
    gtin=maybe(text(20)),
    pkwiu=maybe(text(50)),
    cn=maybe(text(50)),
    pkob=maybe(text(50)),
    unit=maybe(text(256)),
    quantity=maybe(quantity),
    net_price=maybe(price),
    gross_price=maybe(price),
    discount=maybe(price),
    net=maybe(money),
    gross=maybe(money),
    tax=maybe(money),
    category=maybe(st.sampled_from(VatCategory)),
    oss_rate=maybe(percent),
    is_annex_15=st.booleans(),
    excise=maybe(money),
    gtu=maybe(st.sampled_from(Gtu)),
    procedure=maybe(st.sampled_from(Procedure)),
    exchange_rate=maybe(quantity),
    is_before=st.booleans(),
)
order_rows = st.builds(
    OrderRow,
    number=natural,
    uid=maybe(text(50)),
    name=maybe(text(512)),
    index=maybe(text(50)),
    gtin=maybe(text(20)),
    pkwiu=maybe(text(50)),
    cn=maybe(text(50)),
    pkob=maybe(text(50)),
    unit=maybe(text(256)),
    quantity=maybe(quantity),
    net_price=maybe(price),
    net=maybe(money),
    tax=maybe(money),
    category=maybe(st.sampled_from(VatCategory)),
    oss_rate=maybe(percent),
    is_annex_15=st.booleans(),
    gtu=maybe(st.sampled_from(Gtu)),
    procedure=maybe(st.sampled_from([mark for mark in Procedure if mark not in (Procedure.I_42, Procedure.I_63)])),
    excise=maybe(money),
    is_before=st.booleans(),
)


@st.composite
def bucket_tuples(draw) -> tuple[Bucket, ...]:
    kinds = draw(st.sets(st.sampled_from(BucketKind), max_size=4))
    return tuple(draw(_bucket(kind)) for kind in BucketKind if kind in kinds)


def _bucket(kind: BucketKind) -> st.SearchStrategy[Bucket]:
    if kind.bears_polish_tax:
        return st.builds(Bucket, kind=st.just(kind), net=money, tax=money, tax_pln=maybe(money))
    tax = maybe(money) if kind is BucketKind.OSS else st.none()
    return st.builds(Bucket, kind=st.just(kind), net=money, tax=tax, tax_pln=st.none())


@st.composite
def corrections(draw) -> Correction:
    total_before = draw(maybe(money))
    return Correction(
        documents=draw(st.lists(_corrected, min_size=1, max_size=2).map(tuple)),
        reason=draw(maybe(text(256))),
        type=draw(maybe(st.sampled_from(CorrectionType))),
        period=draw(maybe(text(256))),
        right_number=draw(maybe(text(256))),
        former_seller=draw(maybe(_former_sellers)),
        former_buyers=draw(some(_former_buyers)),
        total_before=total_before,
        exchange_rate_before=None if total_before is None else draw(maybe(quantity)),
    )


_corrected = st.builds(CorrectedDocument, issued_on=days, number=text(256), ksef_number=maybe(regex(KSEF)))
_former_sellers = st.builds(FormerSeller, nip=nips, name=text(512), address=addresses, has_vat_prefix=st.booleans())
_former_buyers = st.builds(
    FormerBuyer, id=_shared_ids, name=maybe(text(512)), address=maybe(addresses), link_key=maybe(text(32))
)

annotations = st.builds(
    Annotations,
    is_cash_method=st.booleans(),
    is_self_billing=st.booleans(),
    is_reverse_charge=st.booleans(),
    is_split_payment=st.booleans(),
    exemption=maybe(st.builds(Exemption, law=st.sampled_from(ExemptionLaw), text=text(256))),
    is_simplified_triangle=st.booleans(),
    margin=maybe(st.sampled_from(MarginScheme)),
)

_adjustments = some(st.builds(Adjustment, amount=money, reason=text(256)))
settlements = st.builds(
    Settlement,
    charges=_adjustments,
    total_charges=maybe(money),
    deductions=_adjustments,
    total_deductions=maybe(money),
    result=maybe(st.builds(ToPay, amount=money) | st.builds(ToSettle, amount=money)),
)
_forms = maybe(st.sampled_from(PaymentForm) | st.builds(OtherPaymentForm, description=text(256)))
_parts = st.lists(st.builds(PartPayment, amount=money, on=days, form=_forms), min_size=1, max_size=2).map(tuple)
_accounts = some(
    st.builds(
        BankAccount,
        number=text(34, least=10),
        swift=maybe(regex("[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")),
        own_account=maybe(st.sampled_from(OwnBankAccount)),
        bank_name=maybe(text(256)),
        description=maybe(text(256)),
    )
)
payments = st.builds(
    Payment,
    received=maybe(st.builds(Paid, on=days) | st.builds(PaidInParts, parts=_parts, is_complete=st.booleans())),
    due=some(
        st.builds(
            Due,
            on=maybe(days),
            terms=maybe(st.builds(DueTerms, count=st.integers(-999, 999), unit=text(50), event=text(256))),
        )
    ),
    form=_forms,
    accounts=_accounts,
    factor_accounts=_accounts,
    early_payment_discount=maybe(st.builds(EarlyPaymentDiscount, conditions=text(256), amount=text(256))),
    link=maybe(regex(LINK)),
    ksef_payment_id=maybe(regex("[0-9]{3}[a-zA-Z0-9]{10}")),
)

_references = some(st.builds(Reference, on=maybe(days), number=maybe(text(256))))
_transports = some(
    st.builds(
        Transport,
        mode=st.sampled_from(TransportMode) | st.builds(OtherTransport, description=text(50)),
        cargo=st.sampled_from(Cargo) | st.builds(OtherCargo, description=text(50)),
        carrier=maybe(st.builds(Carrier, id=_shared_ids, address=addresses, name=maybe(text(512)))),
        order_number=maybe(text(256)),
        package_unit=maybe(text(256)),
        started_at=maybe(moments),
        ended_at=maybe(moments),
        ship_from=maybe(addresses),
        ship_via=some(addresses),
        ship_to=maybe(addresses),
    ),
    most=1,
)
terms = st.builds(
    Terms,
    contracts=_references,
    orders=_references,
    batch_numbers=some(text(256)),
    delivery=maybe(text(256)),
    agreed_rate=maybe(st.builds(AgreedRate, rate=quantity, currency=currencies)),
    transports=_transports,
    is_intermediary=st.booleans(),
)

_registers = some(
    st.builds(
        Registers,
        name=maybe(text(256)),
        krs=maybe(regex("[0-9]{10}")),
        regon=maybe(regex("[0-9]{9}|[0-9]{14}")),
        bdo=maybe(regex("[0-9]{9}")),
    )
)
documents = st.builds(
    Document,
    created_at=moments,
    system=maybe(text(256)),
    seller=sellers,
    buyer=buyers,
    third_parties=some(third_parties, most=1),
    currency=currencies,
    issued_on=days,
    place=maybe(text(256)),
    number=text(256),
    warehouse_numbers=some(text(256)),
    supplied=maybe(days | st.builds(Period, first=days, last=days)),
    buckets=bucket_tuples(),
    total=money,
    exchange_rate=maybe(quantity),
    annotations=annotations,
    kind=st.sampled_from(Kind),
    correction=maybe(corrections()),
    partial_advances=some(
        st.builds(PartialAdvance, received_on=days, amount=money, exchange_rate=maybe(quantity)), most=1
    ),
    is_for_fiscal_receipt=st.booleans(),
    is_between_related_parties=st.booleans(),
    descriptions=some(st.builds(Description, key=text(256), value=text(256), row=maybe(natural))),
    advances=some(
        st.builds(AdvanceDocument, ksef_number=regex(KSEF)) | st.builds(OutsideAdvanceDocument, number=text(256))
    ),
    is_excise_refund=st.booleans(),
    rows=some(rows),
    settlement=maybe(settlements),
    payment=maybe(payments),
    terms=maybe(terms),
    order=maybe(st.builds(Order, value=money, rows=st.lists(order_rows, min_size=1, max_size=2).map(tuple))),
    footer=maybe(st.builds(Footer, texts=some(text(3500), most=3), registers=_registers)),
)
