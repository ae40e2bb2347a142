from __future__ import annotations

_TEXTS: dict[str, tuple[str, str]] = {
    # key: (Polish, English)
    "title": ("Stripe na niby", "A stand-in for Stripe"),
    "lead": (
        "Wszystko tu jest zmyślone: firmy, pieniądze i numery. Przyciski robią to, co robiłby Stripe, i wysyłają "
        "podpisane zdarzenia do punktów odbioru.",
        "Everything here is invented: firms, money and numbers. The buttons do what Stripe would do and send signed "
        "events to the endpoints.",
    ),
    "test": ("TYLKO TEST", "TEST ONLY"),
    "language": ("Język", "Language"),
    "contents": ("Na tej stronie", "On this page"),
    "refresh": ("Odśwież", "Refresh"),
    "live_on": ("Odświeżaj co 3 s", "Refresh every 3 s"),
    "live_off": ("Przestań odświeżać", "Stop refreshing"),
    "account": ("Konto", "Account"),
    "name": ("Nazwa", "Name"),
    "account_id": ("Identyfikator konta", "Account id"),
    "api_base": ("Adres API", "API address"),
    "key": ("Klucz API (tylko test)", "API key (test only)"),
    "country": ("Kraj", "Country"),
    "api_version": ("Wersja API", "API version"),
    "next_number": ("Następny numer", "Next number"),
    "clock": ("Zegar konta", "Account's clock"),
    "missing_permissions": ("Odebrane uprawnienia klucza", "Permissions taken from the key"),
    "endpoints": ("Punkty odbioru zdarzeń", "Webhook endpoints"),
    "no_endpoints": (
        "Nie ma jeszcze żadnego. KSeF Kit zakłada go sam, gdy podłączysz do niego ten klucz.",
        "There is none yet. KSeF Kit makes one by itself when you connect this key.",
    ),
    "url": ("Adres", "Address"),
    "events": ("Zdarzenia", "Events"),
    "state": ("Stan", "State"),
    "secret": ("Sekret podpisu", "Signing secret"),
    "show": ("pokaż", "show"),
    "enable": ("Włącz", "Enable"),
    "disable": ("Wyłącz", "Disable"),
    "roll": ("Wymień sekret", "Roll secret"),
    "delete": ("Usuń", "Delete"),
    "add_endpoint": ("Dodaj punkt odbioru", "Add an endpoint"),
    "scenarios": ("Scenariusze", "Scenarios"),
    "scenarios_lead": (
        "Każdy wystawia jeden lub kilka dokumentów; obok stoi, co powinno się z nimi stać.",
        "Each issues one document or several; beside it stands what should become of them.",
    ),
    "choose": ("Wybierz…", "Choose…"),
    "expected": ("Powinno wyjść", "Should end as"),
    "play": ("Odegraj", "Play"),
    "play_all": ("Odegraj wszystkie", "Play all"),
    "generate": ("Wystaw różne dokumenty", "Make varied documents"),
    "how_many": ("Ile", "How many"),
    "documents": ("Dokumenty", "Documents"),
    "no_documents": (
        "Jeszcze nic nie wystawiono. Odegraj scenariusz.",
        "Nothing has been issued yet. Play a scenario.",
    ),
    "number": ("Numer", "Number"),
    "buyer": ("Nabywca", "Buyer"),
    "total": ("Kwota", "Total"),
    "status": ("Status", "Status"),
    "ksef": ("Numer KSeF", "KSeF number"),
    "actions": ("Co zrobić", "Actions"),
    "pay": ("Opłać kartą", "Pay by card"),
    "pay_blik": ("Opłać BLIKIEM", "Pay with BLIK"),
    "credit_all": ("Koryguj całość", "Credit all"),
    "credit_one": ("Koryguj 1 szt. pierwszej pozycji", "Credit 1 of the first line"),
    "void": ("Unieważnij", "Void"),
    "uncollectible": ("Nieściągalna", "Uncollectible"),
    "next_step": ("Następny krok scenariusza", "Next step of the scenario"),
    "newer": ("Nowsze", "Newer"),
    "older": ("Starsze", "Older"),
    "deliveries": ("Doręczenia", "Deliveries"),
    "no_deliveries": ("Jeszcze nic nie wysłano.", "Nothing has been sent yet."),
    "time": ("Czas (UTC)", "Time (UTC)"),
    "event": ("Zdarzenie", "Event"),
    "document": ("Dokument", "Document"),
    "answer": ("Ostatnia odpowiedź", "Last answer"),
    "tries": ("Próby", "Tries"),
    "resend": ("Wyślij jeszcze raz", "Send again"),
    "no_answer": ("brak odpowiedzi", "no answer"),
    "waiting": ("czeka: {}", "waiting: {}"),
    "held": ("wstrzymane: {}", "held back: {}"),
    "trouble": ("Kłopoty na życzenie", "Trouble on demand"),
    "trouble_lead": (
        "Prawdziwy Stripe też czasem wysyła dwa razy, nie po kolei albo z opóźnieniem. Zobacz, co na to KSeF Kit.",
        "The real Stripe, too, sometimes sends twice, out of order or late. See what KSeF Kit makes of it.",
    ),
    "hold": ("Wstrzymaj nowe doręczenia", "Hold new deliveries"),
    "release_same": ("Puść po kolei", "Release in order"),
    "release_reverse": ("Puść od końca", "Release in reverse"),
    "release_shuffle": ("Puść przetasowane", "Release shuffled"),
    "duplicate": ("Następne dwa razy", "Next one twice"),
    "drop": ("Zgub następne", "Lose the next one"),
    "delay": ("Następne 10 s później", "Next one 10 s late"),
    "forget_answer": ("Zignoruj następną odpowiedź", "Ignore the next answer"),
    "wrong_secret": ("Następne ze złym podpisem", "Next one wrongly signed"),
    "stale": ("Następne z podpisem sprzed godziny", "Next one signed an hour ago"),
    "api_429": ("3 × 429 z API", "3 × 429 from the API"),
    "api_500": ("3 × 500 z API", "3 × 500 from the API"),
    "clear": ("Koniec kłopotów", "End all trouble"),
    "active_trouble": ("Teraz działa", "Active now"),
    "done": ("Zrobione: {}", "Done: {}"),
    "refused": ("Nie udało się: {}", "This was refused: {}"),
    "secret_made": ("Nowy sekret podpisu: {}", "New signing secret: {}"),
    "made": ("Wystawiono dokumentów: {}", "Documents made: {}"),
    # states
    "draft": ("szkic", "draft"),
    "open": ("wystawiona", "open"),
    "paid": ("opłacona", "paid"),
    "voided": ("unieważniona", "void"),
    "uncollectible_state": ("nieściągalna", "uncollectible"),
    "issued": ("nota", "credit note"),
    "pending": ("czeka", "waiting"),
    "delivered": ("doręczone", "delivered"),
    "gave_up": ("porzucone", "given up"),
    "dropped": ("zgubione", "lost"),
    "enabled": ("włączony", "enabled"),
    "disabled": ("wyłączony", "disabled"),
    # outcomes
    "filed": ("w KSeF", "filed"),
    "held_outcome": ("wymaga decyzji", "needs a person"),
    "skipped": ("poza KSeF", "not for KSeF"),
}

_STATE_KEYS = {"void": "voided", "uncollectible": "uncollectible_state"}
_OUTCOME_KEYS = {"held": "held_outcome"}
LANGUAGES = ("pl", "en")


class Texts:
    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else "en"
        self._column = LANGUAGES.index(self.language)

    def __call__(self, key: str, *values: object) -> str:
        return _TEXTS[key][self._column].format(*values)

    def state(self, state: str) -> str:
        return self(_STATE_KEYS.get(state, state))

    def outcome(self, expected: str) -> str:
        """`held:BUYER_NIP_INVALID` in words, with its code."""
        outcome, _, code = expected.partition(":")
        words = self(_OUTCOME_KEYS.get(outcome, outcome))
        return f"{words} ({code})" if code else words

    def amount(self, minor: int, currency: str, exponent: int) -> str:
        """An amount as the language writes it: 1 234,50 zł or PLN 1,234.50."""
        sign, whole = "−" if minor < 0 else "", abs(minor)
        units, part = divmod(whole, 10**exponent)
        places = f"{part:0{exponent}d}" if exponent else ""
        if self.language == "en":
            return f"{currency.upper()} {sign}{units:,}{'.' if places else ''}{places}"
        grouped = f"{units:,}".replace(",", "\N{NO-BREAK SPACE}")
        unit = "zł" if currency == "pln" else currency.upper()
        return f"{sign}{grouped}{',' if places else ''}{places}\N{NO-BREAK SPACE}{unit}"
