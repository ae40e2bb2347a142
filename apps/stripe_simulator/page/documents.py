from __future__ import annotations

from itertools import islice

from markupsafe import Markup

from apps.stripe_simulator.arithmetic.rounding import exponent
from apps.stripe_simulator.book import Change
from apps.stripe_simulator.records.credit_notes import CreditNote
from apps.stripe_simulator.records.events import ScenarioRun
from apps.stripe_simulator.records.invoices import Invoice

from .html import Child, button, el, table
from .sections import chip
from .texts import Texts

_ON_A_PAGE = 12

Document = Invoice | CreditNote


def documents_section(change: Change, t: Texts, page: int) -> Markup:
    found = _newest(change, page)
    promises, steps = _promises(change)
    rows = [_row(change, document, t, promises, steps) for document in found[:_ON_A_PAGE]]
    headings = [t("number"), t("buyer"), t("total"), t("status"), t("expected"), t("ksef"), t("actions")]
    older = len(found) > _ON_A_PAGE
    links = [
        el("a", t("newer"), href=f"/?page={page - 1}#documents") if page else None,
        el("a", t("older"), href=f"/?page={page + 1}#documents") if older else None,
    ]
    return el(
        "section",
        el("h2", t("documents")),
        table(headings, rows, empty=t("no_documents")),
        el("div", *links, class_="pager"),
        id="documents",
    )


def numbers_of(change: Change) -> dict[str, str]:
    """Numbers of the documents that the latest deliveries may be about."""
    recent: list[Document] = [
        *islice(change.newest_first(Invoice), 200),
        *islice(change.newest_first(CreditNote), 200),
    ]
    return {document.id: document.number or document.id for document in recent}


def _newest(change: Change, page: int) -> list[Document]:
    """One page of invoices and credit notes together, and one document more if there are any."""
    needed = (page + 1) * _ON_A_PAGE + 1
    both: list[Document] = [
        *islice(change.newest_first(Invoice), needed),
        *islice(change.newest_first(CreditNote), needed),
    ]
    # A credit note stands above the invoice of the same second.
    both.sort(key=_place, reverse=True)
    return both[page * _ON_A_PAGE : needed]


def _place(document: Document) -> tuple[int, str]:
    made_at = document.finalized_at if isinstance(document, Invoice) else None
    return made_at or document.created, document.number or ""


def _promises(change: Change) -> tuple[dict[str, str], dict[str, str]]:
    """What is expected of each document, and which document has a next step in which run."""
    promises: dict[str, str] = {}
    steps: dict[str, str] = {}
    for run in change.newest_first(ScenarioRun):
        for expectation in run.expectations:
            promises[expectation.object] = expectation.expected
        if run.phase < run.phases:
            steps[run.expectations[-1].object] = run.id
    return promises, steps


def _row(change: Change, document: Document, t: Texts, promises: dict[str, str], steps: dict[str, str]) -> list[Child]:
    invoice = document if isinstance(document, Invoice) else change.get(Invoice, document.invoice)
    total = document.totals.total if isinstance(document, Invoice) else -document.total
    promised = promises.get(document.id)
    return [
        el("span", document.number or "–", title=document.id),
        invoice.buyer.name,
        t.amount(total, document.currency, exponent(document.currency)),
        chip(document.status, t.state(document.status)),
        chip(promised, t.outcome(promised)) if promised else "–",
        document.metadata.get("ksef_number", "–"),
        _buttons(document, t, steps.get(document.id)),
    ]


def _buttons(document: Document, t: Texts, run_id: str | None) -> Markup:
    if isinstance(document, CreditNote):
        return Markup("–")
    made: list[Markup] = []
    if document.status in ("open", "uncollectible"):
        made.append(button("/do/pay", t("pay"), id=document.id, method="card"))
        made.append(button("/do/pay", t("pay_blik"), id=document.id, method="blik"))
    if document.status in ("open", "paid", "uncollectible") and document.totals.total > 0:
        made.append(button("/do/credit", t("credit_all"), id=document.id))
        made.append(button("/do/credit", t("credit_one"), id=document.id, quantity="1"))
    if document.status in ("open", "uncollectible"):
        made.append(button("/do/void", t("void"), class_="danger", id=document.id))
    if document.status == "open":
        made.append(button("/do/uncollectible", t("uncollectible"), id=document.id))
    step = button("/do/continue", t("next_step"), class_="main", id=run_id) if run_id else Markup("")
    if not made:
        return step or Markup("–")
    return step + el(
        "details",
        el("summary", t("choose"), aria_label=f"{t('actions')}: {document.number}"),
        el("div", *made, class_="choices"),
    )
