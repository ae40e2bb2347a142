"""Every error code of the contract in plain words (API digest, 10.2)."""

from apps.ksef_client.advice.words import CREDENTIAL, NEW_SESSION, REPORT, WAIT, Advice, advice

CODES: dict[int, Advice] = {
    9101: advice("KSeF nie przyjął dokumentu logowania.", "KSeF did not take the sign-in document.", REPORT),
    9102: advice("Dokument logowania nie ma podpisu.", "The sign-in document carries no signature.", REPORT),
    9103: advice("Dokument logowania ma za dużo podpisów.", "The sign-in document is signed too often.", REPORT),
    9105: advice(
        "KSeF nie uznał podpisu na dokumencie logowania.",
        "KSeF did not accept the signature on the sign-in document.",
        (
            "Sprawdź, czy klucz należy do certyfikatu, i wczytaj je ponownie.",
            "Check that the key belongs to the certificate, and upload both again.",
        ),
    ),
    21001: advice("KSeF nie mógł odczytać zapytania.", "KSeF could not read the request.", REPORT),
    21111: advice("Wyzwanie logowania jest nieważne.", "The sign-in challenge is not valid.", WAIT),
    21115: advice("KSeF nie uznał certyfikatu.", "KSeF did not accept the certificate.", CREDENTIAL),
    21117: advice(
        "Certyfikat nie pasuje do firmy, w której imieniu się logujemy.",
        "The certificate does not fit the company we sign in for.",
        ("Sprawdź NIP i certyfikat.", "Check the NIP and the certificate."),
    ),
    21155: advice(
        "Sesja osiągnęła limit liczby faktur.", "The session has reached its number of invoices.", NEW_SESSION
    ),
    21157: advice("Rozmiar części paczki się nie zgadza.", "The size of a package part is wrong.", NEW_SESSION),
    21161: advice("Paczka ma za dużo części.", "The package has too many parts.", REPORT),
    21164: advice(
        "W KSeF nie ma faktury o tym numerze.",
        "KSeF has no invoice with this number.",
        ("Sprawdź numer KSeF.", "Check the KSeF number."),
    ),
    21165: advice(
        "Faktura ma już numer, ale nie można jej jeszcze pobrać.",
        "The invoice has its number but cannot be downloaded yet.",
        WAIT,
    ),
    21166: advice(
        "Korekta techniczna tej faktury została już przyjęta.",
        "A technical correction of this invoice was accepted already.",
        ("Nie wysyłaj kolejnej.", "Do not send another."),
    ),
    21167: advice(
        "Faktura została przyjęta, więc nie podlega korekcie technicznej.",
        "The invoice was accepted, so it cannot be corrected technically.",
        ("Wystaw zwykłą korektę, jeśli jest potrzebna.", "Issue an ordinary correction if one is needed."),
    ),
    21173: advice("KSeF nie zna tej sesji.", "KSeF does not know this session.", NEW_SESSION),
    21175: advice(
        "Wynik tego zapytania już nie istnieje.",
        "The result of this query no longer exists.",
        ("Uruchom eksport ponownie.", "Start the export again."),
    ),
    21178: advice("Tego UPO (jeszcze) nie ma.", "This UPO does not exist (yet).", WAIT),
    21180: advice("Sesja jest już zamknięta lub zakończona.", "The session is already closed or over.", NEW_SESSION),
    21181: advice(
        "Eksport w tej roli nie jest możliwy dla tej firmy.",
        "An export in this role is not possible for this company.",
        ("Wybierz inną rolę.", "Choose another role."),
    ),
    21182: advice("Trwa zbyt wiele eksportów naraz.", "Too many exports are running at once.", WAIT),
    21183: advice(
        "KSeF nie uporządkował jeszcze danych z tego okresu.", "KSeF has not yet settled the data of this period.", WAIT
    ),
    21184: advice(
        "Sesja jest chwilowo niedostępna z powodu prac serwisowych.",
        "The session is unavailable for now because of maintenance.",
        NEW_SESSION,
    ),
    21205: advice("Część paczki nie dotarła.", "A part of the package did not arrive.", NEW_SESSION),
    21208: advice("Upłynął czas na wysłanie paczki.", "The time to send the package is over.", NEW_SESSION),
    21217: advice("Dokument logowania ma złe kodowanie.", "The sign-in document is encoded wrongly.", REPORT),
    21301: advice(
        "To logowanie już nie obowiązuje.",
        "This sign-in is no longer valid.",
        (
            "Zalogujemy się ponownie; jeśli to nie pomoże, wymień poświadczenie.",
            "We will sign in again; if that does not help, replace the credential.",
        ),
    ),
    21304: advice(
        "KSeF nie zna tego logowania.",
        "KSeF does not know this sign-in.",
        ("Zalogujemy się ponownie.", "We will sign in again."),
    ),
    21308: advice("Poświadczenie należy do osoby zmarłej.", "The credential belongs to a deceased person.", CREDENTIAL),
    21401: advice(
        "Dokument logowania jest niezgodny ze schemą.", "The sign-in document does not match its schema.", REPORT
    ),
    21402: advice("Rozmiar dokumentu się nie zgadza.", "The size of the document is wrong.", REPORT),
    21403: advice("Skrót dokumentu się nie zgadza.", "The hash of the document is wrong.", REPORT),
    21405: advice("KSeF uznał dane zapytania za błędne.", "KSeF found the data of the request wrong.", REPORT),
    21406: advice(
        "Podpis nie pasuje do wybranego sposobu logowania.",
        "The signature does not fit the chosen way to sign in.",
        CREDENTIAL,
    ),
    21418: advice(
        "Lista zmieniła się w trakcie czytania.",
        "The list changed while it was read.",
        ("Odczytaj listę od początku.", "Read the list from its beginning."),
    ),
    21470: advice("KSeF wymienił klucz publiczny.", "KSeF has replaced its public key.", WAIT),
    25001: advice(
        "O certyfikat można wnioskować tylko po zalogowaniu podpisem.",
        "A certificate can be requested only after signing in with a signature.",
        ("Zaloguj się podpisem lub pieczęcią.", "Sign in with a signature or a seal."),
    ),
    25002: advice(
        "O certyfikat można wnioskować tylko po zalogowaniu podpisem.",
        "A certificate can be requested only after signing in with a signature.",
        ("Zaloguj się podpisem lub pieczęcią.", "Sign in with a signature or a seal."),
    ),
    25003: advice(
        "Dane we wniosku o certyfikat różnią się od danych logowania.",
        "The data in the certificate request differ from the sign-in.",
        REPORT,
    ),
    25004: advice("Wniosek o certyfikat jest uszkodzony.", "The certificate request is damaged.", REPORT),
    25005: advice(
        "KSeF nie zna tego wniosku o certyfikat.",
        "KSeF does not know this certificate request.",
        ("Złóż wniosek ponownie.", "Request the certificate again."),
    ),
    25006: advice(
        "Wykorzystano limit wniosków o certyfikat.",
        "The number of certificate requests is used up.",
        (
            "Użyj posiadanego certyfikatu lub zgłoś się do Ministerstwa.",
            "Use a certificate you have, or ask the Ministry.",
        ),
    ),
    25007: advice(
        "Wykorzystano limit posiadanych certyfikatów.",
        "The number of certificates held is used up.",
        ("Unieważnij nieużywany certyfikat.", "Revoke a certificate that is not used."),
    ),
    25008: advice(
        "W KSeF nie ma certyfikatu o tym numerze.",
        "KSeF has no certificate with this number.",
        ("Sprawdź numer seryjny.", "Check the serial number."),
    ),
    25009: advice(
        "Certyfikat jest już nieważny.",
        "The certificate is no longer valid already.",
        ("Nic nie trzeba robić.", "Nothing needs to be done."),
    ),
    25010: advice("Klucz we wniosku ma zły rodzaj lub długość.", "The key in the request has a wrong kind.", REPORT),
    25011: advice("Wniosek podpisano złym algorytmem.", "The request is signed with a wrong algorithm.", REPORT),
    26001: advice(
        "Nie można nadać tokenowi uprawnień, których się nie ma.",
        "A token cannot be given rights that you do not have.",
        ("Poproś właściciela firmy o nadanie uprawnień.", "Ask the owner of the company to grant the rights."),
    ),
    26002: advice(
        "W tym kontekście nie można wygenerować tokena.",
        "No token can be generated in this context.",
        ("Zaloguj się w kontekście NIP.", "Sign in for a NIP."),
    ),
    30001: advice("Taki podmiot już istnieje.", "Such a subject exists already.", ("Nic nie rób.", "Nothing to do.")),
    71001: advice(
        "W KSeF nie ma faktury o tym numerze.",
        "KSeF has no invoice with this number.",
        ("Sprawdź numer KSeF.", "Check the KSeF number."),
    ),
    71002: advice(
        "Faktura należy już do największej liczby identyfikatorów zbiorczych.",
        "The invoice already belongs to as many collective identifiers as it may.",
        ("Użyj istniejącego identyfikatora.", "Use an existing identifier."),
    ),
    71004: advice(
        "Faktury mają różnych sprzedawców.",
        "The invoices have different sellers.",
        ("Wybierz faktury jednego sprzedawcy.", "Choose invoices of one seller."),
    ),
    71005: advice(
        "Numer KSeF podano dwa razy.", "A KSeF number was given twice.", ("Usuń powtórzenie.", "Remove the repetition.")
    ),
}
