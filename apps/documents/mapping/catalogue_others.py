"""What people read about skips and warnings."""

from apps.documents.mapping.catalogue_holds import Texts
from apps.documents.mapping.reasons import Code, Text

_NOTHING = Text("Nic nie trzeba robić.", "Nothing to do.")

SKIP_TEXTS: Texts = {
    Code.NOT_FINALIZED: (
        Text(
            "Dokument nie jest zatwierdzony w Stripe, więc jeszcze nie ma czego wysyłać.",
            "The document is not finalised in Stripe, so there is nothing to file yet.",
        ),
        Text(
            "Nic nie trzeba robić: po zatwierdzeniu dokument wróci tu sam.",
            "Nothing to do: once it is finalised the document comes back by itself.",
        ),
    ),
    Code.VOID: (
        Text(
            "Fakturę unieważniono w Stripe, zanim trafiła do KSeF; nie została wystawiona.",
            "The invoice was voided in Stripe before it reached KSeF; it was never issued.",
        ),
        _NOTHING,
    ),
    Code.CREDIT_NOTE_VOID: (
        Text(
            "Notę kredytową unieważniono w Stripe, zanim jej korekta trafiła do KSeF.",
            "The credit note was voided in Stripe before its correction reached KSeF.",
        ),
        _NOTHING,
    ),
    Code.BEFORE_KSEF_START: (
        Text(
            "Dokument z dnia {day} jest starszy niż początek KSeF tej firmy ({start}).",
            "The document of {day} is older than this company's start in KSeF ({start}).",
        ),
        Text(
            "Nic nie trzeba robić. Jeżeli data początku jest inna, zmień ją w ustawieniach.",
            "Nothing to do. If the start was another day, change it in the settings.",
        ),
    ),
    Code.EXCLUDED: (
        Text("Dokument wyłączono: {value}.", "The document was excluded: {value}."),
        Text(
            "Aby go wysłać, cofnij wyłączenie albo usuń ksef_skip z metadanych.",
            "To file it, take the exclusion back or remove ksef_skip from the metadata.",
        ),
    ),
    Code.B2C: (
        Text(
            "Nabywca „{name}” ({country}) nie ma numeru podatkowego, więc uznano go za konsumenta; dla konsumentów "
            "e-Faktura jest dobrowolna.",
            "The buyer “{name}” ({country}) has no tax number and counts as a consumer; for consumers the e-invoice is "
            "voluntary.",
        ),
        Text(
            "Nic nie trzeba robić. Jeżeli to firma, podaj jej numer; zasady dla konsumentów są w ustawieniach.",
            "Nothing to do. If it is a business, enter its number; the rules for consumers are in the settings.",
        ),
    ),
    Code.ZERO_TOTAL: (
        Text(
            "Kwota dokumentu wynosi zero (okres próbny, pełny rabat, brak zużycia).",
            "The total of the document is zero (trial, full discount, no usage).",
        ),
        Text(
            "Nic nie trzeba robić. Takie dokumenty można wysyłać po zmianie ustawień.",
            "Nothing to do. The settings can have such documents filed.",
        ),
    ),
    Code.ORIGINAL_NOT_IN_SCOPE: (
        Text(
            "Faktury pierwotnej nie wysłano do KSeF, więc nie ma czego korygować.",
            "The original invoice was not filed in KSeF, so there is nothing to correct.",
        ),
        _NOTHING,
    ),
}

WARNING_TEXTS: Texts = {
    Code.TEXT_TRUNCATED: (
        Text(
            "Tekst pola {field} skrócono do {limit} znaków.",
            "The text of {field} was cut to {limit} characters.",
        ),
        Text("Skróć tekst w Stripe.", "Shorten the text in Stripe."),
    ),
    Code.NEGATIVE_LINES: (
        Text(
            "Dokument ma pozycje ujemne ({count}): zwykle rozliczenie niewykorzystanego okresu wcześniejszej faktury.",
            "The document has negative rows ({count}): usually unused time of an earlier invoice.",
        ),
        Text(
            "Sprawdź z księgowym, czy nie powinna to być korekta wcześniejszej faktury.",
            "Ask your accountant whether this should be a correction of the earlier invoice.",
        ),
    ),
    Code.TAX_ROUNDING: (
        Text(
            "Podatek {tax} {currency} przy stawce {rate} różni się o zaokrąglenie od {expected}.",
            "The tax of {tax} {currency} at {rate} differs by rounding from {expected}.",
        ),
        _NOTHING,
    ),
    Code.P1_REDATED: (
        Text(
            "Dokument ze Stripe z {stripe_day} wystawiono z datą {filing_date}. Termin ustawowy minął po drodze: "
            "{deadline}.",
            "The Stripe document of {stripe_day} was issued as of {filing_date}. Legal deadline passed on the way: "
            "{deadline}.",
        ),
        Text(
            "Nabywca ma w pliku Stripe inną datę; obowiązuje data w KSeF.",
            "The buyer's Stripe file shows another date; the one in KSeF counts.",
        ),
    ),
    Code.SHIPPING_RATE_DIFFERS: (
        Text(
            "Dostawa ma inną stawkę niż wszystkie towary, a powinna dzielić ich los.",
            "Shipping has another rate than all goods, whose fate it should share.",
        ),
        Text("Sprawdź stawkę dostawy w Stripe.", "Check the tax rate of shipping in Stripe."),
    ),
    Code.REFUND_WITHOUT_CREDIT_NOTE: (
        Text(
            "Zwrócono {amount} bez noty kredytowej: cena mogła spaść bez dokumentu.",
            "{amount} was refunded without a credit note: the price may have been reduced without a document.",
        ),
        Text(
            "Jeżeli sprzedaż się zmieniła, wystaw notę kredytową w Stripe.",
            "If the sale changed, issue a credit note in Stripe.",
        ),
    ),
    Code.BALANCE_TOPUP: (
        Text(
            "Saldo klienta zasilono pieniędzmi z góry: była to zaliczka z własnym obowiązkiem podatkowym.",
            "The customer's balance was filled by money in advance: that was an advance with its own tax point.",
        ),
        Text("Omów to z księgowym.", "Discuss it with your accountant."),
    ),
    Code.VIES_UNCHECKED: (
        Text(
            "Numer VAT UE nabywcy {value} nie jest potwierdzony w VIES (stan: {status}).",
            "The buyer's EU VAT number {value} is not confirmed in VIES (state: {status}).",
        ),
        Text("Sprawdź numer w VIES.", "Check the number in VIES."),
    ),
}
