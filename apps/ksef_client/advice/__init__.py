"""Words for people: what an error or a status of KSeF means and what to do, in Polish and English."""

from apps.ksef_client.advice.codes import CODES
from apps.ksef_client.advice.statuses import ENROLMENT, EXPORT, FORBIDDEN, INVOICE, SESSION, SIGN_IN
from apps.ksef_client.advice.words import CREDENTIAL, REPORT, SIGN_AGAIN, WAIT, Advice, advice
from apps.ksef_client.credentials import CredentialProblem
from apps.ksef_client.errors import AccessDenied, KsefError, OutcomeUnknown, Unavailable

__all__ = ["CODES", "ENROLMENT", "EXPORT", "FORBIDDEN", "INVOICE", "SESSION", "SIGN_IN", "Advice", "advice_for"]

_WAF = FORBIDDEN["security-service-blocked"]
_TOO_OFTEN = advice("KSeF prosi o chwilę przerwy.", "KSeF asks for a pause.", WAIT)
_AWAY = advice("KSeF jest chwilowo niedostępny.", "KSeF is unavailable for the moment.", WAIT)
_LOST = advice(
    "Nie wiadomo, czy KSeF wykonał polecenie: odpowiedź nie dotarła.",
    "It is not known whether KSeF did what was asked: its answer did not arrive.",
    (
        "Program sprawdzi to w KSeF, zanim cokolwiek powtórzy.",
        "The program will look in KSeF before repeating anything.",
    ),
)
_DENIED = advice("KSeF odmówił dostępu.", "KSeF refused access.", CREDENTIAL)
_EXPIRED = advice("Sesja logowania wygasła.", "The sign-in has run out.", SIGN_AGAIN)
_GONE = advice(
    "KSeF nie przechowuje już tych danych.",
    "KSeF no longer keeps these data.",
    ("Zacznij tę czynność od nowa.", "Start this again from the beginning."),
)
_REFUSED = advice("KSeF odrzucił zapytanie.", "KSeF refused the request.", REPORT)


def advice_for(error: KsefError) -> Advice:
    """The plainest true sentence about an error; KSeF's own text stays available in the error."""
    if isinstance(error.__cause__, CredentialProblem):
        return advice(error.__cause__.pl, error.__cause__.en, CREDENTIAL)
    if error.is_waf:
        return _WAF
    for code in error.trouble.codes:
        if known := CODES.get(code) or SIGN_IN.get(code):
            return known
    if error.trouble.reason_code in FORBIDDEN:
        return FORBIDDEN[error.trouble.reason_code]
    by_status = {401: _EXPIRED, 410: _GONE, 429: _TOO_OFTEN}
    return by_status.get(error.http_status or 0) or _by_kind(error)


def _by_kind(error: KsefError) -> Advice:
    if isinstance(error, OutcomeUnknown):
        return _LOST
    if isinstance(error, Unavailable):
        return _AWAY
    return _DENIED if isinstance(error, AccessDenied) else _REFUSED
