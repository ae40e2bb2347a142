"""What people read about each hold: (what it means and why nothing was sent, what they can do)."""

from apps.documents.mapping.reasons import Code, Text

Texts = dict[Code, tuple[Text, Text]]

_CONNECTION: Texts = {
    Code.MODE_MISMATCH: (
        Text(
            "Dokument pochodzi z innego trybu Stripe ({value}) niż to środowisko KSeF. Dokument testowy wysłany do "
            "produkcyjnego KSeF byłby prawdziwą fakturą z podatkiem do zapłaty, dlatego nic nie wysłano.",
            "The document comes from another Stripe mode ({value}) than this KSeF environment. A test document sent to "
            "production KSeF would be a real invoice with tax due, so nothing was sent.",
        ),
        Text(
            "Połącz konto Stripe we właściwym trybie albo zmień środowisko KSeF tej firmy.",
            "Connect the Stripe account in the right mode, or change this company's KSeF environment.",
        ),
    ),
    Code.ISSUER_NOT_TENANT: (
        Text(
            "Fakturę wystawia inne konto Stripe ({value}), więc sprzedawcą może być ktoś inny. Nic nie wysłano.",
            "Another Stripe account ({value}) issues this invoice, so the seller may be somebody else. Nothing was "
            "sent.",
        ),
        Text(
            "Jeżeli to konto należy do tej samej firmy, dodaj je w ustawieniach połączenia; w przeciwnym razie wyłącz "
            "dokument.",
            "If that account belongs to the same company, add it in the connection settings; otherwise exclude the "
            "document.",
        ),
    ),
    Code.SELLER_NIP_INVALID: (
        Text(
            "NIP w profilu firmy ({value}) ma błędną budowę lub sumę kontrolną. KSeF odrzuciłby każdy dokument.",
            "The NIP in the company profile ({value}) has a wrong form or checksum. KSeF would refuse every document.",
        ),
        Text("Popraw NIP w profilu firmy: dziesięć cyfr.", "Correct the NIP in the company profile: ten digits."),
    ),
}

_ORIGINAL: Texts = {
    Code.WAITING_ORIGINAL: (
        Text(
            "Faktura pierwotna nie ma jeszcze numeru KSeF, a korektę wolno wysłać dopiero po niej.",
            "The original invoice has no KSeF number yet, and a correction may only follow it.",
        ),
        Text(
            "Nic nie trzeba robić: korekta wyjdzie sama, gdy faktura dostanie numer. Jeżeli faktura czeka na decyzję, "
            "najpierw podejmij ją.",
            "Nothing to do: the correction goes out by itself once the invoice has its number. If the invoice waits "
            "for "
            "a decision, decide about it first.",
        ),
    ),
    Code.ORIGINAL_UNKNOWN: (
        Text(
            "Nie wiadomo, jaki dokument ta korekta koryguje, ani czy jest on w KSeF. Bez tego korekty wysłać nie "
            "można.",
            "It is not known which document this correction corrects, nor whether it is in KSeF. Without that it "
            "cannot be sent.",
        ),
        Text(
            "Podaj numer i datę faktury pierwotnej oraz jej numer KSeF albo zaznacz, że wystawiono ją poza KSeF.",
            "State number and date of the original invoice and its KSeF number, or say that it was issued outside "
            "KSeF.",
        ),
    ),
    Code.VOID_AFTER_FILING: (
        Text(
            "Fakturę unieważniono w Stripe, ale ma już numer KSeF, więc jest w obrocie. Cofa ją tylko korekta do zera.",
            "The invoice was voided in Stripe but has its KSeF number, so it is in legal circulation. Only a "
            "correction "
            "to zero takes it back.",
        ),
        Text(
            "Zatwierdź korektę do zera, jeżeli sprzedaży nie było. Jeżeli klient skorzystał, a nie zapłacił, korekta "
            "jest "
            "błędna: zostaje ulga na złe długi (art. 89a).",
            "Approve the correction to zero if there was no sale. If the customer used the service and did not pay, a "
            "correction is wrong: bad-debt relief remains (art. 89a).",
        ),
    ),
    Code.CREDIT_NOTE_VOIDED_AFTER_FILING: (
        Text(
            "Notę kredytową unieważniono w Stripe, ale jej korekta jest już w KSeF. Kwota może wrócić tylko nową "
            "korektą "
            "zwiększającą.",
            "The credit note was voided in Stripe, but its correction is in KSeF already. The amount can come back "
            "only "
            "by a new correction upwards.",
        ),
        Text(
            "Zatwierdź korektę zwiększającą albo wyłącz dokument z podaniem powodu.",
            "Approve the correction upwards, or exclude the document with a reason.",
        ),
    ),
    Code.LINES_INCOMPLETE: (
        Text(
            "Nie udało się odczytać wszystkiego, co Stripe ma o tym dokumencie.",
            "Not everything Stripe holds about this document could be read.",
        ),
        Text(
            "Nic nie trzeba robić: dokument zostanie odczytany ponownie. Jeżeli to się powtarza, sprawdź go w Stripe.",
            "Nothing to do: the document will be read again. If this repeats, look at it in Stripe.",
        ),
    ),
}

_BUYER: Texts = {
    Code.BUYER_NIP_INVALID: (
        Text(
            "NIP nabywcy ({value}) ma błędną budowę lub sumę kontrolną. KSeF odrzuciłby dokument, więc go nie wysłano.",
            "The buyer's NIP ({value}) has a wrong form or checksum. KSeF would refuse the document, so it was not "
            "sent.",
        ),
        Text(
            "Podaj tu właściwy numer albo oznacz nabywcę jako konsumenta. W Stripe popraw numer na przyszłość: gotowa "
            "faktura zachowuje stary.",
            "Enter the right number here, or mark the buyer as a consumer. Correct it in Stripe for the future: a "
            "finalised invoice keeps the old one.",
        ),
    ),
    Code.BUYER_ID_CONFLICT: (
        Text(
            "Nabywca ma w Stripe różne polskie numery ({numbers}) i nie wiadomo, który jest właściwy.",
            "The buyer has different Polish numbers in Stripe ({numbers}), and it is not known which one is right.",
        ),
        Text("Wybierz jeden z nich.", "Choose one of them."),
    ),
    Code.BUYER_VAT_FORMAT: (
        Text(
            "Numer podatkowy nabywcy ({value}) nie ma budowy, jakiej wymaga faktura.",
            "The buyer's tax number ({value}) does not have a form that the invoice can carry.",
        ),
        Text("Podaj właściwy numer.", "Enter the right number."),
    ),
    Code.BUYER_LOOKS_LIKE_COMPANY: (
        Text(
            "Nabywca „{name}” ({country}) wygląda na firmę, a nie ma numeru podatkowego. Pominięcie dokumentu mogłoby "
            "ukryć obowiązkową fakturę.",
            "The buyer “{name}” ({country}) looks like a company but has no tax number. Leaving the document out could "
            "hide a mandatory invoice.",
        ),
        Text(
            "Podaj numer, wyślij bez numeru (nie dla firm z Polski) albo potwierdź, że to konsument.",
            "Enter the number, file without one (not for Polish companies), or confirm that it is a consumer.",
        ),
    ),
    Code.B2C_DECISION: (
        Text(
            "Nabywca „{name}” ({country}) nie ma numeru podatkowego, a ustawienia każą za każdym razem pytać.",
            "The buyer “{name}” ({country}) has no tax number, and your settings ask every time.",
        ),
        Text("Zdecyduj: wyślij albo pomiń.", "Decide: file or skip."),
    ),
    Code.BUYER_NAME_MISSING: (
        Text("Brak nazwy nabywcy, a faktura musi ją mieć.", "The buyer's name is missing; an invoice must have it."),
        Text("Wpisz nazwę nabywcy.", "Enter the buyer's name."),
    ),
    Code.BUYER_ADDRESS_MISSING: (
        Text(
            "Brak adresu nabywcy, a faktura dla firmy musi go mieć (art. 106e ust. 1 pkt 3).",
            "The buyer's address is missing; an invoice to a business must have it (art. 106e(1)(3)).",
        ),
        Text("Wpisz adres nabywcy.", "Enter the buyer's address."),
    ),
    Code.BUYER_COUNTRY_MISSING: (
        Text(
            "Kraj nabywcy jest nieznany ({value}), a od niego zależy podatek.",
            "The buyer's country is not known ({value}), and the tax depends on it.",
        ),
        Text("Wpisz kraj nabywcy.", "Enter the buyer's country."),
    ),
}

_CATEGORIES: Texts = {
    Code.EU_B2B_NO_VAT_ID: (
        Text(
            "Rozliczenie podatku przez nabywcę z UE wymaga jego numeru VAT UE, a takiego numeru nie ma.",
            "Tax settled by a buyer in the EU needs the buyer's EU VAT number, and there is none.",
        ),
        Text("Podaj numer VAT UE albo wybierz inną stawkę.", "Enter the EU VAT number or choose another category."),
    ),
    Code.VIES_UNVERIFIED: (
        Text(
            "Numer VAT UE nabywcy {value} nie jest potwierdzony (stan: {status}), a tu jest to warunkiem.",
            "The buyer's EU VAT number {value} is not confirmed (state: {status}), which is a condition here.",
        ),
        Text(
            "Sprawdź numer w VIES i potwierdź go albo zmień numer lub stawkę.",
            "Check the number in VIES and confirm it, or change the number or the category.",
        ),
    ),
    Code.EU_CONSUMER_NO_TAX: (
        Text(
            "Konsument z UE nie zapłacił podatku, a taka sprzedaż musi zawierać VAT polski albo z procedury OSS.",
            "A consumer in the EU was charged no tax; such a sale must bear Polish VAT or VAT under OSS.",
        ),
        Text(
            "Sprawdź Stripe Tax i OSS, a dla tego dokumentu wybierz stawkę.",
            "Check Stripe Tax and OSS, and choose the category for this document.",
        ),
    ),
    Code.FOREIGN_VAT: (
        Text(
            "Naliczono VAT innego państwa UE ({value}), a procedura OSS jest wyłączona.",
            "VAT of another EU state was charged ({value}), and OSS is switched off.",
        ),
        Text(
            "Włącz OSS w ustawieniach, jeżeli z niej korzystasz; sprzedaż z rejestracji w innym państwie wyłącz.",
            "Switch on OSS in the settings if you use it; exclude sales under a registration in another state.",
        ),
    ),
    Code.FOREIGN_TAX: (
        Text(
            "Naliczono podatek spoza UE ({value}), dla którego e-Faktura nie ma miejsca.",
            "Tax of a state outside the EU was charged ({value}); the e-invoice has no place for it.",
        ),
        Text("Wyłącz dokument z podaniem powodu.", "Exclude the document with a reason."),
    ),
    Code.UNKNOWN_RATE: (
        Text(
            "Stawka podatku ({value}) nie jest stawką polską albo jej wysokość nie jest znana.",
            "The tax rate ({value}) is no Polish rate, or its percentage is not known.",
        ),
        Text(
            "Przypisz stawkę Stripe w ustawieniach albo wybierz stawkę dla tego dokumentu.",
            "Map the Stripe tax rate in the settings, or choose the category for this document.",
        ),
    ),
    Code.MULTIPLE_TAXES: (
        Text(
            "Pozycja ma więcej niż jeden podatek, a na fakturze może stać jeden.",
            "A row bears more than one tax; an invoice row can state only one.",
        ),
        Text("Wybierz stawkę dla tej pozycji.", "Choose the category of this row."),
    ),
    Code.TAX_UNSUPPORTED: (
        Text(
            "Z danych o podatku ({value}) nie wynika, jaką stawkę ma mieć pozycja.",
            "What is known of the tax ({value}) does not tell the category of the row.",
        ),
        Text(
            "Przypisz stawkę lub produkt w ustawieniach albo wybierz stawkę dla tego dokumentu.",
            "Map the tax rate or the product, or choose the category for this document.",
        ),
    ),
    Code.ZERO_RATE_AMBIGUOUS: (
        Text(
            "Stawka 0% na usłudze dla nabywcy z zagranicy może znaczyć różne rzeczy.",
            "A zero rate on a service for a buyer abroad can mean different things.",
        ),
        Text("Wybierz stawkę dla tej pozycji.", "Choose the category of this row."),
    ),
    Code.NO_TAX_DOMESTIC: (
        Text(
            "Sprzedaż w Polsce nie ma podatku ani powodu jego braku.",
            "A sale in Poland bears no tax and states no reason for that.",
        ),
        Text(
            "Przypisz stawkę w ustawieniach, ustaw zwolnienie albo wybierz stawkę dla tego dokumentu.",
            "Map the tax rate in the settings, set the exemption, or choose the category for this document.",
        ),
    ),
    Code.DOMESTIC_REVERSE_CHARGE: (
        Text(
            "Odwrotne obciążenie w kraju dotyczy tylko gazu, energii i uprawnień do emisji dla nabywcy z NIP.",
            "Domestic reverse charge is only for gas, power and emission allowances to a buyer with a NIP.",
        ),
        Text(
            "Wybierz stawkę dla tej pozycji; oo tylko dla towarów z art. 145e.",
            "Choose the category of this row; oo only for supplies of art. 145e.",
        ),
    ),
    Code.EXEMPT_SELLER_CHARGED_VAT: (
        Text(
            "Firma jest zwolniona z VAT, a na fakturze naliczono podatek. Podatek wykazany trzeba zapłacić (art. 108).",
            "The company is exempt from VAT, but tax was charged. Tax that is shown is due (art. 108).",
        ),
        Text(
            "Zmień status VAT w ustawieniach albo popraw fakturę w Stripe.",
            "Change the VAT status in the settings, or correct the invoice in Stripe.",
        ),
    ),
    Code.EXEMPTION_BASIS_MISSING: (
        Text(
            "Sprzedaż jest zwolniona, a podstawa prawna zwolnienia nie jest znana (art. 106e ust. 1 pkt 19).",
            "The sale is exempt, but the legal basis is not known (art. 106e(1)(19)).",
        ),
        Text("Wpisz przepis, na przykład art. 113 ust. 1.", "Enter the provision, for example art. 113 ust. 1."),
    ),
}

_FIGURES: Texts = {
    Code.TOTAL_MISMATCH: (
        Text(
            "Kwoty w Stripe nie sumują się, a na fakturze muszą się zgadzać co do grosza.",
            "The figures of Stripe do not add up; on an invoice they must agree to the grosz.",
        ),
        Text(
            "Sprawdź dokument w Stripe; wystaw go ręcznie i wyłącz z podaniem powodu albo popraw.",
            "Look at the document in Stripe; file it by hand and exclude it with a reason, or correct it.",
        ),
    ),
    Code.TAX_MISMATCH: (
        Text(
            "Podatek {tax} {currency} nie wynika ze stawki {rate} żadnym ze sposobów ustawy (wyszłoby {expected}).",
            "The tax of {tax} {currency} follows from the rate {rate} by none of the ways of the Act (it would be "
            "{expected}).",
        ),
        Text(
            "Sprawdź stawkę w Stripe; wyślij kwotę mimo to z podaniem powodu albo popraw dokument.",
            "Check the rate in Stripe; file the amount anyway with a reason, or correct the document.",
        ),
    ),
    Code.NEGATIVE_TOTAL: (
        Text(
            "Kwota do zapłaty jest ujemna ({total} {currency}): to zmniejszenie wcześniejszej sprzedaży.",
            "The total is negative ({total} {currency}): it reduces earlier sales.",
        ),
        Text(
            "Wystaw w Stripe notę kredytową do wcześniejszej faktury albo zatwierdź dokument.",
            "Issue a credit note against the earlier invoice in Stripe, or approve the document.",
        ),
    ),
    Code.NEGATIVE_BUCKET: (
        Text(
            "Wartość sprzedaży w jednej ze stawek jest ujemna ({net}): to zmniejszenie wcześniejszej sprzedaży.",
            "The value at one of the rates is negative ({net}): it reduces earlier sales.",
        ),
        Text(
            "Wystaw w Stripe notę kredytową do wcześniejszej faktury albo zatwierdź dokument.",
            "Issue a credit note against the earlier invoice in Stripe, or approve the document.",
        ),
    ),
    Code.NEGATIVE_LINE: (
        Text(
            "Pozycja jest ujemna ({value}), a ustawienia każą takie zatrzymywać.",
            "A row is negative ({value}), and your settings hold such documents.",
        ),
        Text(
            "Wystaw w Stripe notę kredytową do wcześniejszej faktury albo zatwierdź dokument.",
            "Issue a credit note against the earlier invoice in Stripe, or approve the document.",
        ),
    ),
    Code.BILLING_CREDITS: (
        Text(
            "Użyto środków przyznanych klientowi. Płatne są zaliczką lub bonem, darmowe rabatem; Stripe tego nie mówi.",
            "A credit grant was used. A paid one is an advance or a voucher, a free one a discount; Stripe does not "
            "say.",
        ),
        Text(
            "Potraktuj je jak rabat albo rozlicz ręcznie jako zaliczkę.",
            "Treat it as a discount, or handle it by hand as an advance.",
        ),
    ),
    Code.AMOUNT_PRECISION: (
        Text(
            "Kwoty nie da się zapisać na fakturze z dwoma miejscami po przecinku.",
            "An amount cannot be written on the invoice with two decimal places.",
        ),
        Text(
            "Wystaw dokument ręcznie i wyłącz z podaniem powodu.",
            "File the document by hand and exclude it with a reason.",
        ),
    ),
    Code.CURRENCY_UNSUPPORTED: (
        Text(
            "Waluty {value} nie ma na liście e-Faktury albo jej najmniejsza jednostka w Stripe jest niepewna.",
            "The currency {value} is not on the list of the e-invoice, or its smallest unit in Stripe is uncertain.",
        ),
        Text(
            "Potwierdź najmniejszą jednostkę albo wystaw dokument ręcznie.",
            "Confirm the smallest unit, or file the document by hand.",
        ),
    ),
    Code.FX_RATE_MISSING: (
        Text(
            "Kurs {currency} ({source}) na potrzebny dzień nie jest jeszcze wczytany; starszego użyć nie wolno.",
            "The rate of {currency} ({source}) for the day needed is not loaded yet; an older one must not be used.",
        ),
        Text(
            "Nic nie trzeba robić: dokument wyjdzie sama, gdy kurs będzie wczytany.",
            "Nothing to do: the document goes out by itself once the rate is loaded.",
        ),
    ),
    Code.TAX_ONLY_CREDIT: (
        Text(
            "Nota oddaje sam podatek ({tax}), bez wartości netto; nie wiadomo, dokąd przechodzi podstawa.",
            "The note gives back the tax alone ({tax}), with no net value; it is not known where the base goes.",
        ),
        Text(
            "Wskaż nową stawkę i numer VAT UE nabywcy, jeżeli go dostarczył. Błędnego NIP nie da się skorygować: wtedy "
            "korekta do zera i nowa faktura.",
            "Say the new category and the buyer's EU VAT number if it was supplied. A wrong NIP cannot be corrected: "
            "then a correction to zero and a new invoice.",
        ),
    ),
    Code.CREDIT_NOTE_UNALLOCATED: (
        Text(
            "Nota nie mówi, których pozycji faktury dotyczy, a faktura ma różne stawki.",
            "The note does not say which rows of the invoice it concerns, and the invoice has different rates.",
        ),
        Text("Wybierz pozycje i kwoty.", "Choose rows and amounts."),
    ),
    Code.OVER_CORRECTION: (
        Text(
            "Korekty razem przekroczyłyby fakturę pierwotną: zostało {left} {currency}, a nota zmienia o {correction}.",
            "The corrections together would exceed the original: {left} {currency} are left, the note changes "
            "{correction}.",
        ),
        Text(
            "Sprawdź noty tej faktury w Stripe; nadmiarową wyłącz.",
            "Check the notes of this invoice in Stripe; exclude the one too many.",
        ),
    ),
}

_DATES_AND_NUMBERS: Texts = {
    Code.DUPLICATE_NUMBER: (
        Text(
            "Numer {value} był już użyty przez tego sprzedawcę. KSeF odrzuci drugi dokument z tym numerem.",
            "The number {value} was already used by this seller. KSeF would refuse a second document with it.",
        ),
        Text(
            "Zmień prefiks numerów w jednym z kont Stripe; dla tego dokumentu podaj inny numer.",
            "Change the number prefix in one of the Stripe accounts; enter another number for this document.",
        ),
    ),
    Code.NUMBER_INVALID: (
        Text(
            "Numer dokumentu nie nadaje się do KSeF: musi mieć od 1 do 256 znaków, nie licząc znaków sterujących.",
            "The number of the document is not fit for KSeF: it needs 1 to 256 characters, control characters aside.",
        ),
        Text(
            "Podaj numer tego dokumentu; następne popraw w ustawieniach numeracji w Stripe.",
            "Enter a number for this document; for the next ones correct the numbering in Stripe.",
        ),
    ),
    Code.P1_IN_FUTURE: (
        Text(
            "Data wystawienia ({day}) jeszcze nie nadeszła, a KSeF nie przyjmuje dat przyszłych.",
            "The date of issue ({day}) has not come yet, and KSeF refuses future dates.",
        ),
        Text("Nic nie trzeba robić: dokument wyjdzie tego dnia.", "Nothing to do: the document goes out on that day."),
    ),
    Code.P1_TOO_OLD: (
        Text(
            "Dokument ma datę {stripe_day}, starszą niż poprzedni dzień roboczy, a ustawienia każą pytać.",
            "The document is dated {stripe_day}, earlier than the last business day, and your settings ask about it.",
        ),
        Text(
            "Zachowaj datę ze Stripe albo wystaw z dzisiejszą.",
            "Keep the date from Stripe, or issue it with today's date.",
        ),
    ),
    Code.PREPAID_DOCUMENT: (
        Text(
            "Abonament zapłacono {paid_on}, przed datą dokumentu {day}: zdaniem części doradców należy się zaliczkowa.",
            "The subscription was paid on {paid_on}, before the date of the document {day}: some advisers ask for an "
            "advance invoice.",
        ),
        Text(
            "Ustaw datę nie późniejszą niż zapłata albo wystaw fakturę zaliczkową ręcznie.",
            "Set a date not later than the payment, or issue an advance invoice by hand.",
        ),
    ),
    Code.DOCUMENT_TOO_LARGE: (
        Text(
            "Plik ma {size} bajtów, a KSeF przyjmuje najwyżej {limit}.",
            "The file has {size} bytes; KSeF takes at most {limit}.",
        ),
        Text(
            "Połącz pozycje w Stripe albo wystaw dokument ręcznie.",
            "Summarise rows in Stripe, or file the document by hand.",
        ),
    ),
    Code.SCHEMA_INVALID: (
        Text(
            "Dokument nie przechodzi kontroli e-Faktury. Takiego dokumentu nigdy nie wysyłamy.",
            "The document does not pass the checks of the e-invoice. Such a document is never sent.",
        ),
        Text(
            "To najpewniej nasz błąd: zgłoś go, podając numer dokumentu.",
            "This is most likely our mistake: report it with the number of the document.",
        ),
    ),
}

HOLD_TEXTS: Texts = {**_CONNECTION, **_ORIGINAL, **_BUYER, **_CATEGORIES, **_FIGURES, **_DATES_AND_NUMBERS}
