"""VAT categories of rows, the totals they belong to, and the annotations they ask for."""

from collections import Counter
from collections.abc import Iterator

from apps.fa3.document import Bucket, BucketKind, Document, Kind, Row
from apps.fa3.facts import Facts
from apps.fa3.problem import Problem
from apps.fa3.row_sums import bucket_of, is_collective, net_of, rows_by_bucket, sum_of

# Advances and final documents state only a part of what their rows say, simplified ones need not state totals.
_ADDED_UP = frozenset({Kind.INVOICE, Kind.CORRECTION})


def rows_have_one_category(document: Document, _: Facts) -> Iterator[Problem]:
    """P_12 and P_12_XII exclude each other; an ordinary document needs one of them on every row."""
    for place, row in enumerate(document.rows, 1):
        if row.category is not None and row.oss_rate is not None:
            yield Problem(
                code="TWO_CATEGORIES",
                path=f"Fa/FaWiersz[{place}]/P_12_XII",
                pl="Pozycja ma stawkę krajową i stawkę OSS. Zostaw jedną z nich.",
                en="The row has a domestic category and an OSS rate. Keep one of them.",
            )
        if document.kind is Kind.INVOICE and bucket_of(row, document) is None:
            yield Problem(
                code="CATEGORY_MISSING",
                path=f"Fa/FaWiersz[{place}]/P_12",
                pl="Pozycja nie ma stawki podatku. Podaj stawkę.",
                en="The row has no tax category. Enter one.",
            )


def buckets_and_rows_agree(document: Document, _: Facts) -> Iterator[Problem]:
    """Every category has its total, every total a row."""
    if document.kind not in _ADDED_UP or is_collective(document):
        return
    of_rows = rows_by_bucket(document)
    of_totals = {bucket.kind for bucket in document.buckets}
    for kind in BucketKind:
        if kind in of_rows and kind not in of_totals and _needs_total(of_rows[kind], document):
            yield Problem(
                code="BUCKET_MISSING",
                path=f"Fa/P_13_{kind}",
                pl=f"Pozycje mają stawkę, której suma P_13_{kind} nie stoi na dokumencie. Dodaj sumę.",
                en=f"Rows have a category whose total P_13_{kind} is not on the document. Add the total.",
            )
        if kind in of_totals and kind not in of_rows:
            yield Problem(
                code="BUCKET_WITHOUT_ROW",
                path=f"Fa/P_13_{kind}",
                pl=f"Suma P_13_{kind} stoi na dokumencie bez żadnej pozycji. Usuń sumę albo popraw stawki.",
                en=f"The total P_13_{kind} has no row. Remove the total or correct the categories.",
            )


def buckets_stand_once(document: Document, _: Facts) -> Iterator[Problem]:
    for kind, count in Counter(bucket.kind for bucket in document.buckets).items():
        if count > 1:
            yield Problem(
                code="BUCKET_TWICE",
                path=f"Fa/P_13_{kind}",
                pl=f"Suma P_13_{kind} stoi więcej niż raz. Połącz kwoty.",
                en=f"The total P_13_{kind} stands more than once. Merge the amounts.",
            )


def tax_in_pln_follows_the_currency(document: Document, _: Facts) -> Iterator[Problem]:
    """P_14_xW stands with every Polish rate in a foreign currency and nowhere else (art. 106e(11))."""
    for bucket in document.buckets:
        is_due = document.currency != "PLN" and bucket.kind.bears_polish_tax
        if is_due and bucket.tax_pln is None:
            yield Problem(
                code="TAX_IN_PLN_MISSING",
                path=f"Fa/P_14_{bucket.kind}W",
                pl=f"Podatek w walucie {document.currency} wymaga przeliczenia na złote (P_14_{bucket.kind}W).",
                en=f"Tax in {document.currency} must also be stated in złoty (P_14_{bucket.kind}W).",
            )
        if not is_due and bucket.tax_pln is not None:
            yield Problem(
                code="TAX_IN_PLN_UNEXPECTED",
                path=f"Fa/P_14_{bucket.kind}W",
                pl="Podatek w złotych podaje się tylko dla polskich stawek w walucie obcej. Usuń tę kwotę.",
                en="Tax in złoty stands only with Polish rates in a foreign currency. Remove the amount.",
            )


def taxed_buckets_have_tax(document: Document, _: Facts) -> Iterator[Problem]:
    """P_13_1 to P_13_4 never stand without P_14; totals without tax never with it."""
    for bucket in document.buckets:
        if _tax_is_misplaced(bucket):
            yield Problem(
                code="BUCKET_TAX",
                path=f"Fa/P_14_{bucket.kind}",
                pl=f"Suma P_13_{bucket.kind} i kwota podatku nie pasują do siebie: sprawdź, czy stawka ma podatek.",
                en=f"The total P_13_{bucket.kind} and its tax do not fit: check whether the rate bears tax.",
            )


def exemption_names_its_basis(document: Document, _: Facts) -> Iterator[Problem]:
    """P_19 with the provision of law, art. 106e(1)(19)."""
    kinds = {bucket.kind for bucket in document.buckets} | {row.bucket for row in document.rows}
    if BucketKind.EXEMPT in kinds and document.annotations.exemption is None:
        yield Problem(
            code="EXEMPTION_BASIS_MISSING",
            path="Fa/Adnotacje/Zwolnienie",
            pl="Sprzedaż zwolniona wymaga podstawy prawnej zwolnienia. Podaj przepis.",
            en="Exempt sales need the legal basis of the exemption. Enter the provision.",
        )


def split_payment_has_its_goods(document: Document, _: Facts) -> Iterator[Problem]:
    """P_18A speaks of goods and services of Annex 15 only."""
    is_founded = any(row.is_annex_15 for row in document.rows)
    # A correction repeats the annotations of its original, whichever of its rows it touches.
    if document.annotations.is_split_payment and document.correction is None and not is_founded:
        yield Problem(
            code="SPLIT_PAYMENT_UNFOUNDED",
            path="Fa/Adnotacje/P_18A",
            pl="Mechanizm podzielonej płatności wymaga pozycji z załącznika nr 15. Oznacz pozycję albo ustaw 2.",
            en="Split payment needs a row of Annex 15. Mark the row or set the annotation to 2.",
        )


VAT_RULES = (
    rows_have_one_category,
    buckets_and_rows_agree,
    buckets_stand_once,
    tax_in_pln_follows_the_currency,
    taxed_buckets_have_tax,
    exemption_names_its_basis,
    split_payment_has_its_goods,
)


def _needs_total(rows: list[Row], document: Document) -> bool:
    """In a correction rows may cancel out (old and new state), which needs no total."""
    return document.kind is Kind.INVOICE or sum_of(rows, net_of) != 0


def _tax_is_misplaced(bucket: Bucket) -> bool:
    if bucket.kind.bears_polish_tax:
        return bucket.tax is None
    return bucket.tax is not None and bucket.kind is not BucketKind.OSS
