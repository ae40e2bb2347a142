"""What each setting and each of its choices means, for the forms where a person chooses."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from apps.documents.mapping.reasons import Text


@dataclass(frozen=True, slots=True)
class SettingText:
    """A setting as a form shows it; `choices` in the order they are offered, empty for text, dates and maps."""

    label: Text
    help: Text
    choices: Mapping[str, Text] = field(default_factory=dict)


_OFF_ON = ("off", "on")


def _switch(label: Text, help_text: Text, off: Text, on: Text) -> SettingText:
    return SettingText(label, help_text, dict(zip(_OFF_ON, (off, on), strict=True)))


_SELLER = {
    "vat_status": SettingText(
        Text("Status VAT", "VAT status"),
        Text(
            "Od niego zależy, czy sprzedaż bez podatku w Polsce jest zwolniona (art. 113).",
            "Decides whether a sale without tax in Poland is exempt (art. 113).",
        ),
        {
            "active": Text("Czynny podatnik VAT", "Active VAT payer"),
            "exempt": Text(
                "Zwolniony: sprzedaż w Polsce ma stawkę zw, a naliczony podatek zatrzymuje dokument",
                "Exempt: sales in Poland are zw, and tax that was charged holds the document",
            ),
        },
    ),
    "exempt_basis": SettingText(
        Text("Podstawa zwolnienia", "Basis of the exemption"),
        Text(
            "Przepis wpisywany w P_19A, na przykład art. 113 ust. 1 ustawy o VAT.",
            "The provision written in P_19A, for example art. 113 ust. 1 ustawy o VAT.",
        ),
    ),
    "cash_method": _switch(
        Text("Metoda kasowa", "Cash method"),
        Text("Art. 21: podatek powstaje z zapłatą.", "Art. 21: tax becomes due with the payment."),
        Text("Zasady ogólne", "General rules"),
        Text(
            "Dokumenty z polską stawką mają P_16 = 1, a kurs waluty zależy od dnia zapłaty",
            "Documents with a Polish rate say P_16 = 1, and the exchange rate follows the day of payment",
        ),
    ),
    "supply": SettingText(
        Text("Co sprzedajesz", "What you sell"),
        Text(
            "Dla nabywców z zagranicy. Produkt może mówić inaczej w metadanych ksef_supply.",
            "For buyers abroad. A product may say otherwise in its metadata ksef_supply.",
        ),
        {
            "service": Text(
                "Usługi: np II dla firm z UE, np I poza UE", "Services: np II for EU firms, np I elsewhere"
            ),
            "goods": Text("Towary: 0 WDT do UE, 0 EX poza UE", "Goods: 0 WDT to the EU, 0 EX elsewhere"),
        },
    ),
    "oss": _switch(
        Text("Procedura OSS", "One Stop Shop"),
        Text("Sprzedaż konsumentom z UE ze stawką ich państwa.", "Sales to EU consumers at the rate of their state."),
        Text("Podatek innego państwa zatrzymuje dokument", "Tax of another state holds the document"),
        Text("Taka sprzedaż trafia do P_13_5 i P_14_5", "Such sales go to P_13_5 and P_14_5"),
    ),
    "tax_rate_map": SettingText(
        Text("Znaczenie stawek Stripe", "Meaning of Stripe tax rates"),
        Text(
            "Stawka 0% wpisana w Stripe ręcznie nie mówi, dlaczego podatku nie ma. Wskaż dla niej wartość P_12.",
            "A 0% rate entered in Stripe by hand does not say why there is no tax. State its P_12 value here.",
        ),
    ),
}

_SCOPE = {
    "b2c_policy": SettingText(
        Text("Nabywcy bez numeru podatkowego", "Buyers without a tax number"),
        Text(
            "Konsumenci są poza obowiązkiem KSeF, ale można wysyłać ich faktury. Wybór dla Polski, UE i reszty świata.",
            "Consumers are outside the duty, but may be filed. A choice for Poland, the EU and elsewhere.",
        ),
        {
            "skip": Text(
                "Pomijaj (nazwy wyglądające na firmy pytaj)", "Skip (ask about names that look like companies)"
            ),
            "file": Text("Wysyłaj z BrakID = 1", "File with BrakID = 1"),
            "hold": Text("Pytaj za każdym razem", "Ask every time"),
        },
    ),
    "file_on": SettingText(
        Text("Kiedy wysyłać", "When to file"),
        Text(
            "Wysłanej faktury nie można cofnąć, tylko skorygować.",
            "A filed invoice cannot be withdrawn, only corrected.",
        ),
        {
            "finalized": Text(
                "Po zatwierdzeniu: data na dokumencie Stripe i w KSeF jest ta sama",
                "On finalisation: the date on Stripe's document and in KSeF is the same",
            ),
            "paid": Text(
                "Po zapłacie: mniej korekt po nieudanych płatnościach, ale data może się zmienić",
                "On payment: fewer corrections after failed payments, but the date may change",
            ),
            "manual": Text("Ręcznie; przed terminem przypominamy", "By hand; we remind before the deadline"),
        },
    ),
    "late_p1": SettingText(
        Text("Data, gdy wysyłka się spóźni", "Date when filing is late"),
        Text(
            "Gdy dokument wychodzi później niż następnego dnia roboczego.",
            "When a document goes out later than the next business day.",
        ),
        {
            "redate": Text("Data wysyłki, z ostrzeżeniem", "The day of filing, with a warning"),
            "keep": Text("Data ze Stripe (art. 106nda ust. 16)", "The date from Stripe (art. 106nda(16))"),
            "hold": Text("Zatrzymaj i zapytaj", "Hold and ask"),
        },
    ),
    "zero_total_policy": SettingText(
        Text("Dokumenty na zero", "Documents over zero"),
        Text("Okres próbny, pełny rabat, brak zużycia.", "Trials, full discounts, no usage."),
        {"skip": Text("Pomijaj", "Skip"), "file": Text("Wysyłaj z kwotą 0,00", "File with a total of 0.00")},
    ),
    "prepaid_document": SettingText(
        Text("Abonament zapłacony przed dokumentem", "Subscription paid before its document"),
        Text(
            "Część doradców chce wtedy faktury zaliczkowej, której nie wystawiamy.",
            "Some advisers then ask for an advance invoice, which we do not issue.",
        ),
        {"vat": Text("Zwykła faktura", "An ordinary invoice"), "hold": Text("Zatrzymaj i zapytaj", "Hold and ask")},
    ),
    "ksef_start": SettingText(
        Text("Początek w KSeF", "Start in KSeF"),
        Text(
            "Starszych dokumentów nie wysyłamy. Najmniejsi sprzedawcy mogą być poza KSeF do końca 2026 roku.",
            "Older documents are not filed. The smallest sellers may stay outside until the end of 2026.",
        ),
    ),
}

_ROWS = {
    "one_off_p6": SettingText(
        Text("Data jednorazowych pozycji", "Date of one-off items"),
        Text(
            "Stripe podaje dzień utworzenia pozycji, który nie zawsze jest dniem sprzedaży.",
            "Stripe gives the day the item was created, which is not always the day of supply.",
        ),
        {
            "item_period": Text("Dzień ze Stripe jako data sprzedaży", "Stripe's day is the day of supply"),
            "none": Text("Bez daty sprzedaży", "No day of supply"),
        },
    ),
    "inclusive_style": SettingText(
        Text("Ceny zawierające podatek", "Prices with tax inside"),
        Text("Jak zapisać wiersze.", "How the rows are written."),
        {
            "gross": Text("Brutto (P_9B, P_11A): dokładnie jak w Stripe", "Gross (P_9B, P_11A): exactly as in Stripe"),
            "net": Text(
                "Netto (P_9A, P_11): dla programów, które nie czytają brutto", "Net, for programs without gross"
            ),
        },
    ),
    "discount_style": SettingText(
        Text("Rabaty", "Discounts"),
        Text("P_10 różne programy czytają różnie.", "Programs read P_10 in different ways."),
        {
            "in_price": Text("W cenie jednostkowej", "Inside the unit price"),
            "p10": Text("Pełna cena i rabat na sztukę w P_10", "Full price, and the discount per unit in P_10"),
        },
    ),
    "show_discounts": _switch(
        Text("Pokaż kwotę rabatu", "Show the discount"),
        Text("Gdy rabat jest w cenie.", "When the discount is inside the price."),
        Text("Nie", "No"),
        Text("Jako dodatkowy opis wiersza", "As a description of the row"),
    ),
    "line_vat": SettingText(
        Text("Podatek wiersza", "Tax of a row"),
        Text("P_11Vat, art. 106e ust. 10.", "P_11Vat, art. 106e(10)."),
        {
            "always": Text("Pisz, gdy wiersze sumują się do podatku", "Write it when the rows make up the tax"),
            "never": Text("Nie pisz", "Never write it"),
        },
    ),
    "negative_lines": SettingText(
        Text("Wiersze ujemne", "Negative rows"),
        Text(
            "Niewykorzystany okres po zmianie planu ściśle biorąc koryguje wcześniejszą fakturę.",
            "Unused time after a change of plan is strictly a correction of an earlier invoice.",
        ),
        {
            "allow": Text("Wysyłaj z ostrzeżeniem", "File with a warning"),
            "hold": Text("Zatrzymaj i zapytaj", "Hold and ask"),
        },
    ),
    "billing_credits": SettingText(
        Text("Środki przyznane klientowi", "Billing credits"),
        Text(
            "Płatne są zaliczką lub bonem, darmowe rabatem.",
            "Paid ones are an advance or a voucher, free ones a discount.",
        ),
        {
            "hold": Text("Zatrzymaj i zapytaj", "Hold and ask"),
            "discount": Text("Traktuj jak rabat", "Treat as a discount"),
        },
    ),
    "zero_lines": SettingText(
        Text("Wiersze na zero", "Rows over zero"),
        Text("Teksty o okresie próbnym, niezużyte liczniki.", "Texts about a trial, unused meters."),
        {"drop": Text("Opuść", "Leave out"), "keep": Text("Zachowaj", "Keep")},
    ),
    "unit": SettingText(
        Text("Jednostka miary", "Unit of measure"),
        Text("P_8A, gdy produkt nie ma własnej.", "P_8A, when the product has none of its own."),
    ),
    "fallback_item_name": SettingText(
        Text("Nazwa zastępcza pozycji", "Name for nameless rows"),
        Text("Gdy Stripe nie podaje opisu ani produktu.", "When Stripe gives neither description nor product."),
    ),
}

_MARKS_AND_MONEY = {
    "np1_b2b_p18": SettingText(
        Text("Odwrotne obciążenie dla firm spoza UE", "Reverse charge for firms outside the EU"),
        Text(
            "Adnotacja mówi o nabywcy rozliczającym podatek tego rodzaju; w niektórych krajach takiego nie ma.",
            "The note is about a buyer who settles such a tax; some countries have none.",
        ),
        {"1": Text("P_18 = 1", "P_18 = 1"), "0": Text("P_18 = 2", "P_18 = 2")},
    ),
    "fx_source": SettingText(
        Text("Źródło kursów", "Source of exchange rates"),
        Text("Art. 31a ust. 1.", "Art. 31a(1)."),
        {
            "NBP_A": Text("NBP, tabela A", "National Bank of Poland, table A"),
            "ECB": Text("Europejski Bank Centralny, przez euro", "European Central Bank, through the euro"),
        },
    ),
    "fx_rule": SettingText(
        Text("Dzień kursu", "Day of the rate"),
        Text("Wybór na co najmniej 12 miesięcy (art. 31a ust. 2a).", "A choice for at least 12 months (art. 31a(2a))."),
        {
            "vat": Text("Według VAT: sprzedaż, zapłata albo wystawienie", "As for VAT: supply, payment or issue"),
            "income_tax": Text("Jak w podatku dochodowym", "As for income tax"),
        },
    ),
    "fx_on_untaxed": _switch(
        Text("Kurs na wierszach bez podatku", "Rate on rows without tax"),
        Text("Tylko dla importu do programów księgowych.", "Only for imports into bookkeeping programs."),
        Text("Nie", "No"),
        Text("Tak, także na wierszach np, 0% i zw", "Yes, also on rows of np, 0% and zw"),
    ),
    "payment_link": _switch(
        Text("Link do płatności", "Payment link"),
        Text(
            "Adres strony płatności Stripe jako dodatkowy opis.",
            "The address of Stripe's payment page as a description.",
        ),
        Text("Nie", "No"),
        Text("Na niezapłaconych dokumentach", "On unpaid documents"),
    ),
    "send_buyer_email": _switch(
        Text("E-mail nabywcy w dokumencie", "The buyer's e-mail in the document"),
        Text("Dane w KSeF zostają na dziesięć lat.", "What is in KSeF stays for ten years."),
        Text("Nie", "No"),
        Text("Tak", "Yes"),
    ),
    "require_vies": SettingText(
        Text("Potwierdzenie numeru w VIES", "Confirmation in VIES"),
        Text(
            "Dla usług (np II) przepis wymaga numeru, nie potwierdzenia. Towary (0 WDT) zawsze je mają.",
            "For services (np II) the Act asks for a number, not for its confirmation. Goods (0 WDT) always need it.",
        ),
        {
            "off": Text("Nie sprawdzaj", "Do not check"),
            "warn": Text("Ostrzegaj", "Warn"),
            "hold": Text("Zatrzymuj", "Hold"),
        },
    ),
    "fiscal_receipt": _switch(
        Text("Faktury do paragonów", "Invoices to receipts"),
        Text("Art. 109 ust. 3d.", "Art. 109(3d)."),
        Text("Nie", "No"),
        Text("Oznaczaj każdy dokument FP", "Mark every document FP"),
    ),
    "order_field": SettingText(
        Text("Pole z numerem zamówienia", "Field with the order number"),
        Text(
            "Nazwa pola niestandardowego faktury w Stripe; jego wartość trafia do NrZamowienia.",
            "The name of a custom field of the Stripe invoice; its value goes to NrZamowienia.",
        ),
    ),
}

_CORRECTIONS = {
    "correction_style": SettingText(
        Text("Wiersze korekty", "Rows of a correction"),
        Text("Obie formy przyjmuje ministerstwo.", "The ministry accepts both."),
        {
            "difference": Text("Różnice", "Differences"),
            "before_after": Text(
                "Stan przed i po, gdy wcześniejsze korekty pozwalają go znać",
                "States before and after, where earlier corrections let us know them",
            ),
        },
    ),
    "correction_type": SettingText(
        Text("Skutek korekty", "Effect of a correction"),
        Text("TypKorekty: okres, w którym korekta działa.", "TypKorekty: the period in which it takes effect."),
        {
            "2": Text("W okresie korekty", "In the period of the correction"),
            "1": Text("W okresie faktury pierwotnej", "In the period of the original"),
            "3": Text("W innym okresie", "In another period"),
        },
    ),
    "void_policy": SettingText(
        Text("Unieważnienie po wysłaniu", "Void after filing"),
        Text(
            "Unieważnienie musi znaczyć, że sprzedaży nie było. Gdy klient skorzystał, a nie zapłacił, korekta jest "
            "błędna: zostaje ulga na złe długi (art. 89a).",
            "A void must mean that the sale did not happen. For a customer who used the service and did not pay it is "
            "wrong: bad-debt relief remains (art. 89a).",
        ),
        {
            "auto_kor": Text("Korekta do zera wychodzi sama", "A correction to zero goes out by itself"),
            "hold": Text("Zatrzymaj i zapytaj", "Hold and ask"),
        },
    ),
    "void_number_pattern": SettingText(
        Text("Numer korekty po unieważnieniu", "Number of a correction after a void"),
        Text(
            "Stripe nie wystawia wtedy dokumentu. {number} to numer unieważnionej faktury.",
            "Stripe makes no document then. {number} is the number of the voided invoice.",
        ),
    ),
}

SETTING_TEXTS: Mapping[str, SettingText] = {**_SELLER, **_SCOPE, **_ROWS, **_MARKS_AND_MONEY, **_CORRECTIONS}
