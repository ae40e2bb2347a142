"""Every error code of the contract: what it means, what to do, and which of our errors it is (API digest, 10.2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.ksef_client.errors import AccessDenied, Refused, Unavailable

type_of_kind = type[AccessDenied | Refused | Unavailable]


@dataclass(frozen=True, slots=True)
class Code:
    """One code with a plain sentence and the next step, in both languages."""

    number: int
    kind: type_of_kind
    pl: str
    en: str
    next_pl: str
    next_en: str


_REPORT = ("Zgłoś to nam: to błąd programu.", "Report it to us: it is a fault of the program.")
_CREDENTIAL = ("Wymień poświadczenie w ustawieniach połączenia.", "Replace the credential in the connection settings.")
_WAIT = ("Nic nie rób: próba zostanie powtórzona.", "Nothing to do: it will be tried again.")
_NEW_SESSION = (
    "Nic nie rób: dokumenty zostaną wysłane w nowej sesji.",
    "Nothing to do: the documents will go in a new session.",
)


def _code(number: int, kind: type_of_kind, pl: str, en: str, todo: tuple[str, str]) -> Code:
    return Code(number, kind, pl, en, *todo)


_ALL = (
    _code(9101, Refused, "KSeF nie przyjął dokumentu logowania.", "KSeF did not take the sign-in document.", _REPORT),
    _code(9102, Refused, "Dokument logowania nie ma podpisu.", "The sign-in document carries no signature.", _REPORT),
    _code(
        9103, Refused, "Dokument logowania ma za dużo podpisów.", "The sign-in document is signed too often.", _REPORT
    ),
    _code(
        9105,
        AccessDenied,
        "KSeF nie uznał podpisu na dokumencie logowania.",
        "KSeF did not accept the signature on the sign-in document.",
        (
            "Sprawdź, czy klucz należy do certyfikatu, i wczytaj je ponownie.",
            "Check that the key belongs to the certificate, and upload both again.",
        ),
    ),
    _code(21001, Refused, "KSeF nie mógł odczytać zapytania.", "KSeF could not read the request.", _REPORT),
    _code(21111, Unavailable, "Wyzwanie logowania jest nieważne.", "The sign-in challenge is not valid.", _WAIT),
    _code(
        21115,
        AccessDenied,
        "KSeF nie uznał certyfikatu.",
        "KSeF did not accept the certificate.",
        _CREDENTIAL,
    ),
    _code(
        21117,
        AccessDenied,
        "Certyfikat nie pasuje do firmy, w której imieniu się logujemy.",
        "The certificate does not fit the company we sign in for.",
        ("Sprawdź NIP i certyfikat.", "Check the NIP and the certificate."),
    ),
    _code(
        21155,
        Refused,
        "Sesja osiągnęła limit liczby faktur.",
        "The session has reached its number of invoices.",
        _NEW_SESSION,
    ),
    _code(
        21157, Refused, "Rozmiar części paczki się nie zgadza.", "The size of a package part is wrong.", _NEW_SESSION
    ),
    _code(21161, Refused, "Paczka ma za dużo części.", "The package has too many parts.", _REPORT),
    _code(
        21164,
        Refused,
        "W KSeF nie ma faktury o tym numerze.",
        "KSeF has no invoice with this number.",
        ("Sprawdź numer KSeF.", "Check the KSeF number."),
    ),
    _code(
        21165,
        Unavailable,
        "Faktura ma już numer, ale nie można jej jeszcze pobrać.",
        "The invoice has its number but cannot be downloaded yet.",
        _WAIT,
    ),
    _code(
        21166,
        Refused,
        "Korekta techniczna tej faktury została już przyjęta.",
        "A technical correction of this invoice was accepted already.",
        ("Nie wysyłaj kolejnej.", "Do not send another."),
    ),
    _code(
        21167,
        Refused,
        "Faktura została przyjęta, więc nie podlega korekcie technicznej.",
        "The invoice was accepted, so it cannot be corrected technically.",
        ("Wystaw zwykłą korektę, jeśli jest potrzebna.", "Issue an ordinary correction if one is needed."),
    ),
    _code(21173, Refused, "KSeF nie zna tej sesji.", "KSeF does not know this session.", _NEW_SESSION),
    _code(
        21175,
        Refused,
        "Wynik tego zapytania już nie istnieje.",
        "The result of this query no longer exists.",
        ("Uruchom eksport ponownie.", "Start the export again."),
    ),
    _code(
        21178,
        Unavailable,
        "Tego UPO (jeszcze) nie ma.",
        "This UPO does not exist (yet).",
        _WAIT,
    ),
    _code(
        21180,
        Refused,
        "Sesja jest już zamknięta lub zakończona.",
        "The session is already closed or over.",
        _NEW_SESSION,
    ),
    _code(
        21181,
        Refused,
        "Eksport w tej roli nie jest możliwy dla tej firmy.",
        "An export in this role is not possible for this company.",
        ("Wybierz inną rolę.", "Choose another role."),
    ),
    _code(21182, Unavailable, "Trwa zbyt wiele eksportów naraz.", "Too many exports are running at once.", _WAIT),
    _code(
        21183,
        Unavailable,
        "KSeF nie uporządkował jeszcze danych z tego okresu.",
        "KSeF has not yet settled the data of this period.",
        _WAIT,
    ),
    _code(
        21184,
        Unavailable,
        "Sesja jest chwilowo niedostępna z powodu prac serwisowych.",
        "The session is unavailable for now because of maintenance.",
        _NEW_SESSION,
    ),
    _code(21205, Refused, "Część paczki nie dotarła.", "A part of the package did not arrive.", _NEW_SESSION),
    _code(
        21208,
        Refused,
        "Upłynął czas na wysłanie paczki.",
        "The time to send the package is over.",
        _NEW_SESSION,
    ),
    _code(21217, Refused, "Dokument logowania ma złe kodowanie.", "The sign-in document is encoded wrongly.", _REPORT),
    _code(
        21301,
        AccessDenied,
        "To logowanie już nie obowiązuje.",
        "This sign-in is no longer valid.",
        (
            "Zalogujemy się ponownie; jeśli to nie pomoże, wymień poświadczenie.",
            "We will sign in again; if that does not help, replace the credential.",
        ),
    ),
    _code(
        21304,
        AccessDenied,
        "KSeF nie zna tego logowania.",
        "KSeF does not know this sign-in.",
        ("Zalogujemy się ponownie.", "We will sign in again."),
    ),
    _code(
        21308,
        AccessDenied,
        "Poświadczenie należy do osoby zmarłej.",
        "The credential belongs to a deceased person.",
        _CREDENTIAL,
    ),
    _code(
        21401,
        Refused,
        "Dokument logowania jest niezgodny ze schemą.",
        "The sign-in document does not match its schema.",
        _REPORT,
    ),
    _code(21402, Refused, "Rozmiar dokumentu się nie zgadza.", "The size of the document is wrong.", _REPORT),
    _code(21403, Refused, "Skrót dokumentu się nie zgadza.", "The hash of the document is wrong.", _REPORT),
    _code(
        21405,
        Refused,
        "KSeF uznał dane zapytania za błędne.",
        "KSeF found the data of the request wrong.",
        _REPORT,
    ),
    _code(
        21406,
        AccessDenied,
        "Podpis nie pasuje do wybranego sposobu logowania.",
        "The signature does not fit the chosen way to sign in.",
        _CREDENTIAL,
    ),
    _code(
        21418,
        Refused,
        "Lista zmieniła się w trakcie czytania.",
        "The list changed while it was read.",
        ("Odczytaj listę od początku.", "Read the list from its beginning."),
    ),
    _code(
        21470,
        Unavailable,
        "KSeF wymienił klucz publiczny.",
        "KSeF has replaced its public key.",
        _WAIT,
    ),
    _code(
        25001,
        AccessDenied,
        "O certyfikat można wnioskować tylko po zalogowaniu podpisem.",
        "A certificate can be requested only after signing in with a signature.",
        ("Zaloguj się podpisem lub pieczęcią.", "Sign in with a signature or a seal."),
    ),
    _code(
        25002,
        AccessDenied,
        "O certyfikat można wnioskować tylko po zalogowaniu podpisem.",
        "A certificate can be requested only after signing in with a signature.",
        ("Zaloguj się podpisem lub pieczęcią.", "Sign in with a signature or a seal."),
    ),
    _code(
        25003,
        Refused,
        "Dane we wniosku o certyfikat różnią się od danych logowania.",
        "The data in the certificate request differ from the sign-in.",
        _REPORT,
    ),
    _code(25004, Refused, "Wniosek o certyfikat jest uszkodzony.", "The certificate request is damaged.", _REPORT),
    _code(
        25005,
        Refused,
        "KSeF nie zna tego wniosku o certyfikat.",
        "KSeF does not know this certificate request.",
        ("Złóż wniosek ponownie.", "Request the certificate again."),
    ),
    _code(
        25006,
        Refused,
        "Wykorzystano limit wniosków o certyfikat.",
        "The number of certificate requests is used up.",
        (
            "Użyj posiadanego certyfikatu lub zgłoś się do Ministerstwa.",
            "Use a certificate you have, or ask the Ministry.",
        ),
    ),
    _code(
        25007,
        Refused,
        "Wykorzystano limit posiadanych certyfikatów.",
        "The number of certificates held is used up.",
        ("Unieważnij nieużywany certyfikat.", "Revoke a certificate that is not used."),
    ),
    _code(
        25008,
        Refused,
        "W KSeF nie ma certyfikatu o tym numerze.",
        "KSeF has no certificate with this number.",
        ("Sprawdź numer seryjny.", "Check the serial number."),
    ),
    _code(
        25009,
        Refused,
        "Certyfikat jest już nieważny.",
        "The certificate is no longer valid already.",
        ("Nic nie trzeba robić.", "Nothing needs to be done."),
    ),
    _code(
        25010,
        Refused,
        "Klucz we wniosku ma zły rodzaj lub długość.",
        "The key in the request has a wrong kind.",
        _REPORT,
    ),
    _code(
        25011, Refused, "Wniosek podpisano złym algorytmem.", "The request is signed with a wrong algorithm.", _REPORT
    ),
    _code(
        26001,
        AccessDenied,
        "Nie można nadać tokenowi uprawnień, których się nie ma.",
        "A token cannot be given rights that you do not have.",
        ("Poproś właściciela firmy o nadanie uprawnień.", "Ask the owner of the company to grant the rights."),
    ),
    _code(
        26002,
        AccessDenied,
        "W tym kontekście nie można wygenerować tokena.",
        "No token can be generated in this context.",
        ("Zaloguj się w kontekście NIP.", "Sign in for a NIP."),
    ),
    _code(
        30001,
        Refused,
        "Taki podmiot już istnieje.",
        "Such a subject exists already.",
        ("Nic nie rób.", "Nothing to do."),
    ),
    _code(
        71001,
        Refused,
        "W KSeF nie ma faktury o tym numerze.",
        "KSeF has no invoice with this number.",
        ("Sprawdź numer KSeF.", "Check the KSeF number."),
    ),
    _code(
        71002,
        Refused,
        "Faktura należy już do największej liczby identyfikatorów zbiorczych.",
        "The invoice already belongs to as many collective identifiers as it may.",
        ("Użyj istniejącego identyfikatora.", "Use an existing identifier."),
    ),
    _code(
        71004,
        Refused,
        "Faktury mają różnych sprzedawców.",
        "The invoices have different sellers.",
        ("Wybierz faktury jednego sprzedawcy.", "Choose invoices of one seller."),
    ),
    _code(
        71005,
        Refused,
        "Numer KSeF podano dwa razy.",
        "A KSeF number was given twice.",
        ("Usuń powtórzenie.", "Remove the repetition."),
    ),
)

CODES = {code.number: code for code in _ALL}

UNKNOWN_KEY = 21470
SESSION_NOT_FOUND = 21173
SESSION_STATUS_FORBIDS = 21180
# The session cannot take what was sent; the documents themselves may go in another one.
SESSION_UNUSABLE = frozenset({21155, 21157, SESSION_NOT_FOUND, SESSION_STATUS_FORBIDS, 21184, 21205, 21208})
# The sign-in behind a refresh token is over: sign in from the start.
SIGN_IN_OVER = frozenset({21301, 21304, 21308})


def kind_of(numbers: Sequence[int]) -> type_of_kind:
    """The error for a 400 with these codes: the gravest of them; a code nobody told us about is a refusal."""
    kinds = [CODES[number].kind if number in CODES else Refused for number in numbers]
    gravest_first: tuple[type_of_kind, ...] = (AccessDenied, Refused, Unavailable)
    return next(kind for kind in gravest_first if kind in kinds)
