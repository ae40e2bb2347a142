"""The elements of sellers, buyers and third parties."""

from apps.fa3.codes import SellerStatus, ThirdPartyRole
from apps.fa3.party import (
    Address,
    Buyer,
    Contact,
    EuVat,
    ForeignId,
    FormerBuyer,
    FormerSeller,
    InternalId,
    Nip,
    NoId,
    OtherRole,
    Seller,
    ThirdParty,
)
from apps.fa3.xml_table import Part, Variant, child, children, constant, flag, group, leaf, union
from apps.fa3.xml_values import PERCENTAGE, RAW_TEXT, TEXT, YES_NO, code

ADDRESS = Part(
    Address,
    leaf("KodKraju", "country", TEXT),
    leaf("AdresL1", "line1", TEXT),
    leaf("AdresL2", "line2", TEXT),
    leaf("GLN", "gln", TEXT),
)

_CONTACT = Part(
    Contact,
    leaf("Email", "email", TEXT),
    leaf("Telefon", "phone", TEXT),
)

_NIP = Variant(Nip, ("NIP",), Part(Nip, leaf("NIP", "number", TEXT)))
_INTERNAL_ID = Variant(InternalId, ("IDWew",), Part(InternalId, leaf("IDWew", "number", TEXT)))
_EU_VAT = Variant(EuVat, ("KodUE",), Part(EuVat, leaf("KodUE", "country", TEXT), leaf("NrVatUE", "number", TEXT)))
_FOREIGN_ID = Variant(
    ForeignId,
    ("KodKraju", "NrID"),
    Part(ForeignId, leaf("KodKraju", "country", TEXT), leaf("NrID", "number", RAW_TEXT)),
)
_NO_ID = Variant(NoId, ("BrakID",), Part(NoId, constant("BrakID", "1")))

# TPodmiot2: whose data they are, by number and name.
BUYER_IDENTITY = group(
    "DaneIdentyfikacyjne",
    union("id", _NIP, _EU_VAT, _FOREIGN_ID, _NO_ID),
    leaf("Nazwa", "name", TEXT),
)
_SELLER_IDENTITY = group(
    "DaneIdentyfikacyjne",
    leaf("NIP", "nip", TEXT),
    leaf("Nazwa", "name", TEXT),
)
_THIRD_PARTY_IDENTITY = group(
    "DaneIdentyfikacyjne",
    union("id", _NIP, _INTERNAL_ID, _EU_VAT, _FOREIGN_ID, _NO_ID),
    leaf("Nazwa", "name", TEXT),
)

SELLER = Part(
    Seller,
    flag("PrefiksPodatnika", "has_vat_prefix", text="PL"),
    leaf("NrEORI", "eori", TEXT),
    *_SELLER_IDENTITY,
    child("Adres", "address", ADDRESS),
    child("AdresKoresp", "mail_address", ADDRESS),
    children("DaneKontaktowe", "contacts", _CONTACT),
    leaf("StatusInfoPodatnika", "status", code(SellerStatus)),
)

BUYER = Part(
    Buyer,
    leaf("NrEORI", "eori", TEXT),
    *BUYER_IDENTITY,
    child("Adres", "address", ADDRESS),
    child("AdresKoresp", "mail_address", ADDRESS),
    children("DaneKontaktowe", "contacts", _CONTACT),
    leaf("NrKlienta", "customer_number", TEXT),
    leaf("IDNabywcy", "link_key", TEXT),
    leaf("JST", "is_local_government_unit", YES_NO),
    leaf("GV", "is_vat_group_member", YES_NO),
)

THIRD_PARTY = Part(
    ThirdParty,
    leaf("IDNabywcy", "link_key", TEXT),
    leaf("NrEORI", "eori", TEXT),
    *_THIRD_PARTY_IDENTITY,
    child("Adres", "address", ADDRESS),
    child("AdresKoresp", "mail_address", ADDRESS),
    children("DaneKontaktowe", "contacts", _CONTACT),
    union(
        "role",
        Variant(ThirdPartyRole, ("Rola",), leaf("Rola", "role", code(ThirdPartyRole))),
        Variant(
            OtherRole, ("RolaInna",), Part(OtherRole, constant("RolaInna", "1"), leaf("OpisRoli", "description", TEXT))
        ),
    ),
    leaf("Udzial", "share", PERCENTAGE),
    leaf("NrKlienta", "customer_number", TEXT),
)

FORMER_SELLER = Part(
    FormerSeller,
    flag("PrefiksPodatnika", "has_vat_prefix", text="PL"),
    *_SELLER_IDENTITY,
    child("Adres", "address", ADDRESS),
)

FORMER_BUYER = Part(
    FormerBuyer,
    *BUYER_IDENTITY,
    child("Adres", "address", ADDRESS),
    leaf("IDNabywcy", "link_key", TEXT),
)
