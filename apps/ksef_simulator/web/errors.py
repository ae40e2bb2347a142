"""Every refusal KSeF knows, and the forms it takes on the wire (API docs, section on errors)."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.ksef_simulator.clock import stamp

DESCRIPTIONS = {
    9101: "Nieprawidłowy dokument.",
    9102: "Brak podpisu.",
    9103: "Przekroczona liczba dozwolonych podpisów.",
    9105: "Nieprawidłowy podpis.",
    21001: "Nieczytelna treść.",
    21111: "Nieprawidłowe wyzwanie autoryzacyjne.",
    21115: "Nieprawidłowy certyfikat.",
    21117: "Nieprawidłowy identyfikator podmiotu dla wskazanego typu kontekstu.",
    21155: "Przekroczono dozwoloną liczbę faktur w sesji.",
    21157: "Nieprawidłowy rozmiar części pakietu.",
    21161: "Przekroczono dozwoloną liczbę części pakietu.",
    21164: "Faktura o podanym identyfikatorze nie istnieje.",
    21165: "Faktura o podanym numerze KSeF nie jest jeszcze dostępna.",
    21166: "Korekta techniczna niedostępna.",
    21167: "Status faktury nie pozwala na korektę techniczną.",
    21173: "Brak sesji o wskazanym numerze referencyjnym.",
    21175: "Wynik zapytania o podanym identyfikatorze nie istnieje.",
    21178: "Nie znaleziono UPO dla podanych kryteriów.",
    21180: "Status sesji nie pozwala na wykonanie operacji.",
    21181: "Nieprawidłowe żądanie eksportu faktur.",
    21182: "Osiągnięto limit trwających eksportów.",
    21183: "Zakres filtrowania wykracza poza dostępny zakres danych.",
    21184: "Sesja tymczasowo niedostępna.",
    21205: "Pakiet nie może być pusty.",
    21208: "Czas oczekiwania na requesty upload lub finish został przekroczony.",
    21217: "Nieprawidłowe kodowanie znaków.",
    21301: "Brak autoryzacji.",
    21304: "Brak uwierzytelnienia.",
    21308: "Próba wykorzystania metod autoryzacyjnych osoby zmarłej.",
    21401: "Dokument nie jest zgodny ze schemą (xsd).",
    21402: "Nieprawidłowy rozmiar pliku.",
    21403: "Nieprawidłowy skrót pliku.",
    21405: "Błąd walidacji danych wejściowych.",
    21406: "Konflikt podpisu i typu uwierzytelnienia.",
    21418: "Przekazany token kontynuacji ma nieprawidłowy format.",
    21470: "Przesłany identyfikator klucza jest nieznany lub wskazuje na wycofany klucz.",
    25001: "Brak możliwości pobrania danych do CSR dla wykorzystanego sposobu uwierzytelnienia.",
    25002: "Brak możliwości złożenia wniosku certyfikacyjnego dla wykorzystanego sposobu uwierzytelnienia.",
    25003: "Dane w CSR nie zgadzają się z danymi w użytym wektorze uwierzytelniającym.",
    25004: "Niepoprawny format CSR lub niepoprawny podpis CSR.",
    25005: "Wniosek certyfikacyjny o podanym numerze referencyjnym nie istnieje.",
    25006: "Osiągnięto limit możliwych do złożenia wniosków certyfikacyjnych.",
    25007: "Osiągnięto limit dopuszczalnej liczby posiadanych certyfikatów.",
    25008: "Certyfikat o podanym numerze seryjnym nie istnieje.",
    25009: "Nie można odwołać wskazanego certyfikatu, ponieważ jest już odwołany, zablokowany lub nieważny.",
    25010: "Nieprawidłowy typ lub długość klucza.",
    25011: "Nieprawidłowy algorytm podpisu CSR.",
    26001: "Nie można nadać tokenowi uprawnień których nie posiadasz.",
    26002: "Nie można wygenerować tokena dla obecnego typu kontekstu.",
    30001: "Podmiot lub uprawnienie już istnieje.",
    71001: "Faktura o podanym identyfikatorze nie istnieje.",
    71002: "Faktura jest już przypisana do maksymalnej liczby Identyfikatorów Zbiorczych.",
    71004: "Faktury mają różnych sprzedawców.",
    71005: "Powtórzony numer KSeF w żądaniu.",
}


class ApiError(Exception):
    """A refusal on its way to the caller."""

    status = 500
    title = "Internal Server Error"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail

    @property
    def headers(self) -> dict[str, str]:
        return {}

    def problem(self, context: "ErrorContext") -> dict[str, Any]:
        return {
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": context.path,
            "traceId": context.trace_id,
            "timestamp": stamp(context.at),
        }


@dataclass(frozen=True, slots=True)
class ErrorContext:
    path: str
    trace_id: str
    at: datetime
    problem_details: bool


class BadRequest(ApiError):
    status, title = 400, "Bad Request"

    def __init__(self, code: int, *details: str) -> None:
        super().__init__("Żądanie jest nieprawidłowe.")
        self.code, self.details = code, list(details)

    def problem(self, context: ErrorContext) -> dict[str, Any]:
        error = {"code": self.code, "description": DESCRIPTIONS[self.code], "details": self.details}
        return super().problem(context) | {"errors": [error]}

    def exception(self, context: ErrorContext) -> dict[str, Any]:
        """The older form, still the default without X-Error-Format."""
        error = {"exceptionCode": self.code, "exceptionDescription": DESCRIPTIONS[self.code], "details": self.details}
        return {
            "exception": {
                "exceptionDetailList": [error],
                "serviceCode": f"00-{context.trace_id}-{context.trace_id[:16]}-00",
                "serviceCtx": "srvSIM",
                "serviceName": "Undefined",
                "timestamp": stamp(context.at),
            }
        }


class Unauthorized(ApiError):
    status, title = 401, "Unauthorized"


class Forbidden(ApiError):
    status, title = 403, "Forbidden"

    def __init__(self, reason: str, detail: str, security: dict[str, Any] | None = None) -> None:
        super().__init__(detail)
        self.reason, self.security = reason, security

    def problem(self, context: ErrorContext) -> dict[str, Any]:
        return super().problem(context) | {"reasonCode": self.reason, "security": self.security or {}}


class NotFound(ApiError):
    status, title = 404, "Not Found"


class MethodNotAllowed(ApiError):
    status, title = 405, "Method Not Allowed"

    def __init__(self, allowed: list[str]) -> None:
        super().__init__("Metoda nie jest obsługiwana.")
        self.allowed = allowed

    @property
    def headers(self) -> dict[str, str]:
        return {"Allow": ", ".join(self.allowed)}


class Gone(ApiError):
    status, title = 410, "Gone"


class UnsupportedMediaType(ApiError):
    status, title = 415, "Unsupported Media Type"


class NotAcceptable(ApiError):
    status, title = 406, "Not Acceptable"


class TooManyRequests(ApiError):
    """A refusal that did nothing else: the request was not carried out and is not counted."""

    status, title = 429, "Too Many Requests"

    def __init__(self, limit: int, window: str, retry_after: int) -> None:
        super().__init__(f"Przekroczono limit {limit} żądań na {window}. Spróbuj ponownie po {retry_after} sekundach.")
        self.retry_after = retry_after
        self.ignored_wait = False

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.retry_after)}


def render(error: ApiError, context: ErrorContext) -> tuple[str, bytes]:
    """Media type and body: Problem Details, unless it is a 400 or 429 whose caller did not ask for them."""
    if isinstance(error, BadRequest) and not context.problem_details:
        return "application/json", _json(error.exception(context))
    if isinstance(error, TooManyRequests) and not context.problem_details:
        status = {"code": 429, "description": error.title, "details": [error.detail]}
        return "application/json", _json({"status": status})
    return "application/problem+json", _json(error.problem(context))


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
