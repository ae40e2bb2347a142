"""From a Stripe invoice or credit note to an FA(3) document, a hold or a skip; pure, no Django, no network, no clock.

Front door: `map.map_document` and `map.correct_buyer`; `case.preview` for one case as JSON. Read in this order:

    normalise*, read, source             any API version -> one internal value; what cannot be read becomes a reason
    settings, seller, related, setup     what the mapping works with besides; overrides: what a person decided
    buyer*, address, company_name        who buys (fa3-mapping 2.5, 2.6)
    evidence, category, vies             the VAT category of a row: a table of 22 rules (2.9)
    figures, pricing, rows, line_rows    what a row is worth, its quantity and price (2.8)
    totals                               buckets, tax as charged, the four legal ways (2.10)
    dating, exchange, row_rates          dates (2.2) and exchange rates (2.12)
    draft, invoice, payment, annotate    an invoice put together (2.11, 2.13)
    original, credit_rows, difference    a credit note against its original (3.1 to 3.5)
    correction, before_after, category_move, void, buyer_correction, correction_*    the kinds of correction (3)
    gate, reasons, catalogue*, outcome                verdicts, their order and words (5)
    origin, provenance*                               where each value came from

Decided where the rules are silent:
- a field that cannot be read takes the code of the step it belongs to, with the field and what is wrong with it;
- three codes are our own: EXCLUDED (a person, or metadata ksef_skip), PREPAID_DOCUMENT (setting prepaid_document) and
  NUMBER_INVALID (a number of which nothing can be written, or too much: it is never cut);
- a draft, a void or a document before the start is not looked at further; every other skip lists all that applies;
- a payment after the day of filing is not stated; a rate of an unknown TaxRate is never taken for "no tax";
- Northern Ireland is told by a postal code BT or, without one, by an XI number;
- a tax number too long for NrID holds (BUYER_VAT_FORMAT), because a cut number would be another one;
- several reasons that all mean that no tax is due count as one; any other mixture is TAX_UNSUPPORTED;
- the tolerance of 2.10 is the smallest unit of the currency for each row, so one yen, ten thousandths of a dinar;
- a correction repeats the annotations of its original, but the prefix PL only with a row that asks for it (4);
- an original issued before ksef_start of which no filing is known is outside KSeF; an accepted one without its number
  is waited for; a bare amount on a taxed original that does not say its tax is CREDIT_NOTE_UNALLOCATED.
"""
