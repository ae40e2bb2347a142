"""Who is named in the document, and by which number."""

from collections.abc import Iterator

from apps.fa3.document import (
    BucketKind,
    Buyer,
    BuyerId,
    Document,
    EuVat,
    ForeignId,
    InternalId,
    Nip,
    ThirdPartyId,
    ThirdPartyRole,
)
from apps.fa3.facts import Facts
from apps.fa3.nip import is_valid_nip
from apps.fa3.problem import Problem

_NIP_LENGTH = 10


def nips_are_valid(document: Document, _: Facts) -> Iterator[Problem]:
    """KSeF checks the sum of every NIP in production, and of those inside internal numbers."""
    for path, number in _nips(document):
        if not is_valid_nip(number):
            yield Problem(
                code="NIP_INVALID",
                path=path,
                pl=f"NIP {number} ma błędną sumę kontrolną. Popraw numer.",
                en=f"The checksum of NIP {number} is wrong. Correct the number.",
            )


def polish_number_stands_in_nip(document: Document, _: Facts) -> Iterator[Problem]:
    """The buyer finds the document in KSeF only by the field NIP (information sheet 2.10, handbook 2.1.4)."""
    match document.buyer.id:
        case EuVat(country="PL", number=number) | ForeignId(country="PL", number=number) if is_valid_nip(number):
            yield Problem(
                code="POLISH_NIP_MISPLACED",
                path="Podmiot2/DaneIdentyfikacyjne",
                pl=f"Polski NIP {number} wpisano jako numer zagraniczny; nabywca nie zobaczy dokumentu. Użyj pola NIP.",
                en=f"The Polish NIP {number} is given as a foreign one; the buyer will not see it. Use the NIP field.",
            )


def special_buyers_name_their_unit(document: Document, _: Facts) -> Iterator[Problem]:
    """JST = 1 and GV = 1 ask for a third party with role 8 or 10 (XSD JST, GV)."""
    roles = {party.role for party in document.third_parties}
    if document.buyer.is_local_government_unit and ThirdPartyRole.LOCAL_GOVERNMENT_RECIPIENT not in roles:
        yield _missing_unit("JST", "8")
    if document.buyer.is_vat_group_member and ThirdPartyRole.VAT_GROUP_RECIPIENT not in roles:
        yield _missing_unit("GV", "10")


def link_key_has_old_data(document: Document, _: Facts) -> Iterator[Problem]:
    """IDNabywcy ties new data of a buyer to the old ones; alone it says nothing."""
    has_old_data = document.correction is not None and document.correction.former_buyers
    if document.buyer.link_key is not None and not has_old_data:
        yield Problem(
            code="LINK_KEY_ALONE",
            path="Podmiot2/IDNabywcy",
            pl="Klucz nabywcy podano bez dawnych danych nabywcy. Usuń klucz albo dodaj dawne dane.",
            en="A buyer's key is given without the buyer's former data. Remove the key or add the data.",
        )


def intra_eu_sales_have_both_numbers(document: Document, _: Facts) -> Iterator[Problem]:
    """np II and 0 WDT need the buyer's EU number and the seller's prefix PL; the prefix has no other reason."""
    kinds = _bucket_kinds(document)
    is_intra_eu = bool(kinds & {BucketKind.EU_SERVICE, BucketKind.ZERO_INTRA_EU})
    if is_intra_eu and not _has_foreign_eu_number(document.buyer):
        yield Problem(
            code="EU_NUMBER_MISSING",
            path="Podmiot2/DaneIdentyfikacyjne/NrVatUE",
            pl="Stawka np II lub 0 WDT wymaga numeru VAT UE nabywcy z innego państwa. Podaj numer albo zmień stawkę.",
            en="A sale as np II or 0 WDT needs the buyer's VAT number of another member state. Enter it.",
        )
    if is_intra_eu and not document.seller.has_vat_prefix:
        yield Problem(
            code="PREFIX_MISSING",
            path="Podmiot1/PrefiksPodatnika",
            pl="Stawka np II lub 0 WDT wymaga prefiksu PL sprzedawcy.",
            en="A sale as np II or 0 WDT needs the seller's prefix PL.",
        )
    is_explained = is_intra_eu or document.annotations.is_simplified_triangle or not kinds
    if document.seller.has_vat_prefix and not is_explained:
        yield Problem(
            code="PREFIX_UNEXPECTED",
            path="Podmiot1/PrefiksPodatnika",
            pl="Prefiks PL sprzedawcy stoi bez pozycji np II lub 0 WDT. Usuń prefiks albo popraw stawki.",
            en="The seller's prefix PL stands without a row of np II or 0 WDT. Remove it or correct the categories.",
        )


def domestic_reverse_charge_needs_a_nip(document: Document, _: Facts) -> Iterator[Problem]:
    """`oo` is domestic only; for buyers abroad it is always np (information sheet 10.3)."""
    if not isinstance(document.buyer.id, Nip) and BucketKind.DOMESTIC_REVERSE_CHARGE in _bucket_kinds(document):
        yield Problem(
            code="REVERSE_CHARGE_ABROAD",
            path="Podmiot2/DaneIdentyfikacyjne",
            pl="Stawka oo dotyczy tylko nabywców z polskim NIP. Dla nabywcy zagranicznego użyj np I albo np II.",
            en="Category oo is for buyers with a Polish NIP only. Use np I or np II for a buyer abroad.",
        )


PARTY_RULES = (
    nips_are_valid,
    polish_number_stands_in_nip,
    special_buyers_name_their_unit,
    link_key_has_old_data,
    intra_eu_sales_have_both_numbers,
    domestic_reverse_charge_needs_a_nip,
)


def _nips(document: Document) -> Iterator[tuple[str, str]]:
    yield "Podmiot1/DaneIdentyfikacyjne/NIP", document.seller.nip
    yield from _nip_in("Podmiot2", document.buyer.id)
    for place, party in enumerate(document.third_parties, 1):
        yield from _nip_in(f"Podmiot3[{place}]", party.id)
    if document.correction is None:
        return
    if document.correction.former_seller is not None:
        yield "Fa/Podmiot1K/DaneIdentyfikacyjne/NIP", document.correction.former_seller.nip
    for place, former in enumerate(document.correction.former_buyers, 1):
        yield from _nip_in(f"Fa/Podmiot2K[{place}]", former.id)


def _nip_in(path: str, identity: BuyerId | ThirdPartyId) -> Iterator[tuple[str, str]]:
    if isinstance(identity, Nip):
        yield f"{path}/DaneIdentyfikacyjne/NIP", identity.number
    elif isinstance(identity, InternalId):
        yield f"{path}/DaneIdentyfikacyjne/IDWew", identity.number[:_NIP_LENGTH]


def _missing_unit(mark: str, role: str) -> Problem:
    return Problem(
        code="UNIT_MISSING",
        path=f"Podmiot2/{mark}",
        pl=f"{mark} = 1 wymaga podmiotu trzeciego z rolą {role}. Dodaj jednostkę albo ustaw {mark} = 2.",
        en=f"{mark} = 1 needs a third party with role {role}. Add the unit or set {mark} = 2.",
    )


def _has_foreign_eu_number(buyer: Buyer) -> bool:
    return isinstance(buyer.id, EuVat) and buyer.id.country != "PL"


def _bucket_kinds(document: Document) -> set[BucketKind]:
    """Treatments the document speaks of, in its rows or, where it has none, its totals."""
    kinds = {bucket.kind for bucket in document.buckets}
    return kinds | {bucket for bucket in (row.bucket for row in document.rows) if bucket is not None}
