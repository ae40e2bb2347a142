"""Every status of the contract in plain words: sign-ins, sessions, documents, exports and certificate requests."""

from apps.ksef_client.advice.words import (
    ASK_OWNER,
    CONTACT_MINISTRY,
    CREDENTIAL,
    DONE,
    FIX_DOCUMENT,
    NEW_SESSION,
    REPORT,
    SIGN_AGAIN,
    WAIT,
    Advice,
    advice,
)

_FAILED = advice("W KSeF wystąpił nieznany błąd.", "An unknown error occurred in KSeF.", WAIT)
_CANCELLED = advice(
    "KSeF przerwał przetwarzanie z przyczyn wewnętrznych.", "KSeF broke off for internal reasons.", WAIT
)
_BAD_KEY = advice(
    "KSeF nie odczytał klucza szyfrującego: prawdopodobnie wymienił swój klucz publiczny.",
    "KSeF could not read the encryption key: it has probably replaced its public key.",
    NEW_SESSION,
)
_NO_GOOD_DOCUMENT = advice(
    "KSeF odrzucił wszystkie dokumenty sesji.",
    "KSeF rejected every document of the session.",
    ("Sprawdź przyczynę przy każdym dokumencie.", "See the reason at each document."),
)

SIGN_IN: dict[int, Advice] = {
    100: advice("Logowanie trwa.", "The sign-in is under way.", WAIT),
    200: advice("Zalogowano.", "Signed in.", DONE),
    400: advice("Logowanie się nie powiodło.", "The sign-in failed.", CREDENTIAL),
    415: advice(
        "To poświadczenie nie ma żadnych uprawnień w tej firmie.",
        "This credential has no rights in this company.",
        ASK_OWNER,
    ),
    425: advice("Logowanie zostało unieważnione.", "The sign-in was ended.", SIGN_AGAIN),
    450: advice("KSeF nie przyjął tokena.", "KSeF did not accept the token.", CREDENTIAL),
    460: advice("KSeF nie przyjął certyfikatu.", "KSeF did not accept the certificate.", CREDENTIAL),
    470: advice("Poświadczenie należy do osoby zmarłej.", "The credential belongs to a deceased person.", CREDENTIAL),
    480: advice(
        "Ministerstwo zablokowało logowanie z powodu podejrzenia incydentu bezpieczeństwa.",
        "The Ministry has blocked signing in on suspicion of a security incident.",
        CONTACT_MINISTRY,
    ),
    500: _FAILED,
    550: _CANCELLED,
}

SESSION: dict[int, Advice] = {
    100: advice("Sesja jest otwarta.", "The session is open.", WAIT),
    150: advice("KSeF przetwarza paczkę.", "KSeF is processing the package.", WAIT),
    170: advice("Sesja jest zamknięta, KSeF kończy pracę.", "The session is closed, KSeF is finishing.", WAIT),
    200: advice("Sesja zakończona, UPO jest gotowe.", "The session is done and its UPO is ready.", DONE),
    405: advice("Paczka dotarła uszkodzona.", "The package arrived damaged.", NEW_SESSION),
    415: _BAD_KEY,
    420: advice("W paczce było za dużo dokumentów.", "The package held too many documents.", NEW_SESSION),
    430: advice("KSeF nie rozpakował paczki.", "KSeF could not unpack the package.", NEW_SESSION),
    435: advice("KSeF nie odszyfrował paczki.", "KSeF could not decrypt the package.", NEW_SESSION),
    440: advice(
        "Sesja została anulowana: nic w niej nie przesłano albo minął czas.",
        "The session was cancelled: nothing was sent in it, or its time was over.",
        NEW_SESSION,
    ),
    445: _NO_GOOD_DOCUMENT,
    500: _FAILED,
}

INVOICE: dict[int, Advice] = {
    100: advice("KSeF przyjął dokument do przetworzenia.", "KSeF has taken the document in for processing.", WAIT),
    150: advice("KSeF przetwarza dokument.", "KSeF is processing the document.", WAIT),
    200: advice("Dokument ma numer KSeF.", "The document has its KSeF number.", DONE),
    405: advice(
        "Dokument nie został sprawdzony, bo nie powiodła się cała sesja.",
        "The document was not looked at because its whole session failed.",
        NEW_SESSION,
    ),
    410: advice(
        "To poświadczenie nie może wystawiać faktur tego sprzedawcy.",
        "This credential may not issue invoices of this seller.",
        ASK_OWNER,
    ),
    415: advice(
        "Faktury z załącznikiem nie można wysłać w ten sposób.",
        "An invoice with an attachment cannot be sent this way.",
        ("Wyślij ją w paczce, po zgłoszeniu w e-Urzędzie.", "Send it in a batch, after registering for attachments."),
    ),
    430: advice("Plik faktury jest nieprawidłowy.", "The file of the invoice is not right.", REPORT),
    435: advice("KSeF nie odszyfrował faktury.", "KSeF could not decrypt the invoice.", NEW_SESSION),
    440: advice(
        "W KSeF jest już faktura tego sprzedawcy o tym numerze i rodzaju.",
        "KSeF already has an invoice of this seller with this number and kind.",
        (
            "Porównaj ją z wysłaną: jeśli to ta sama, nie trzeba nic robić.",
            "Compare it with the one sent: if it is the same, nothing needs to be done.",
        ),
    ),
    450: advice("KSeF odrzucił treść faktury.", "KSeF rejected the content of the invoice.", FIX_DOCUMENT),
    500: _FAILED,
    550: _CANCELLED,
}

EXPORT: dict[int, Advice] = {
    100: advice("Eksport trwa.", "The export is under way.", WAIT),
    200: advice("Eksport jest gotowy.", "The export is ready.", DONE),
    210: advice("Eksport wygasł.", "The export has expired.", ("Uruchom eksport ponownie.", "Start the export again.")),
    415: _BAD_KEY,
    420: advice(
        "KSeF nie uporządkował jeszcze danych z tego okresu.", "KSeF has not yet settled the data of this period.", WAIT
    ),
    500: _FAILED,
    550: _CANCELLED,
}

ENROLMENT: dict[int, Advice] = {
    100: advice("KSeF przyjął wniosek o certyfikat.", "KSeF has taken the certificate request in.", WAIT),
    200: advice("Certyfikat został wydany.", "The certificate was issued.", DONE),
    400: advice(
        "KSeF odrzucił wniosek o certyfikat.",
        "KSeF rejected the certificate request.",
        (
            "Unieważnij nieużywany certyfikat albo złóż wniosek z nowym kluczem.",
            "Revoke a certificate that is not used, or request one with a new key.",
        ),
    ),
    500: _FAILED,
    550: _CANCELLED,
}

FORBIDDEN: dict[str, Advice] = {
    "missing-permissions": advice(
        "Poświadczenie nie ma potrzebnych uprawnień.", "The credential lacks the rights for this.", ASK_OWNER
    ),
    "ip-not-allowed": advice(
        "Tego poświadczenia nie wolno używać z adresu tego serwera.",
        "This credential may not be used from this server's address.",
        ("Dopisz adres serwera do dozwolonych.", "Add the server's address to those allowed."),
    ),
    "insufficient-resource-access": advice(
        "Te dane należą do innej firmy.", "These data belong to another company.", REPORT
    ),
    "auth-method-not-allowed": advice(
        "Tej czynności nie można wykonać po zalogowaniu tokenem.",
        "This cannot be done after signing in with a token.",
        ("Zaloguj się certyfikatem.", "Sign in with a certificate."),
    ),
    "security-service-blocked": advice(
        "Zapora przed KSeF zablokowała połączenia z tego serwera.",
        "The firewall before KSeF has blocked connections from this server.",
        WAIT,
    ),
    "context-type-not-allowed": advice(
        "Tej czynności nie można wykonać w tym kontekście.",
        "This cannot be done in this context.",
        ("Zaloguj się w kontekście NIP.", "Sign in for a NIP."),
    ),
}
