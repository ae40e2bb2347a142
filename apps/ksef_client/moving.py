"""The way from a KSeF token to a certificate without a gap, one step at a time.

A token cannot ask for a certificate (25001), so somebody signs once: with a qualified seal or signature, or with the
Trusted Profile. The token keeps working until the certificate has signed in, and is revoked only after that.
"""

from dataclasses import dataclass
from enum import StrEnum

from apps.ksef_client.advice.words import Advice, advice


class Step(StrEnum):
    SIGN_IN_BY_SIGNATURE = "sign in by signature"
    WAIT_FOR_SIGN_IN = "wait for sign-in"
    REQUEST_CERTIFICATE = "request certificate"
    LOOK_FOR_REQUEST = "look for request"
    WAIT_FOR_CERTIFICATE = "wait for certificate"
    RETRIEVE_CERTIFICATE = "retrieve certificate"
    GRANT_RIGHTS = "grant rights"
    TRY_CERTIFICATE = "try certificate"
    SWITCH = "switch"
    REVOKE_TOKEN = "revoke token"  # noqa: S105  # nosec B105  # the name of a step
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Move:
    """How far a move has come; each fact is set when its step is done."""

    sign_in_started: bool = False  # the signed document is with KSeF, which may ask the issuer of the signature
    signed_in_by_signature: bool = False
    is_requested: bool = False  # the request left; without `enrolment` its answer was lost
    enrolment: str | None = None  # reference of the request
    is_issued: bool = False
    is_retrieved: bool = False
    lacks_rights: bool = False  # the certificate signed in but may not file
    has_signed_in: bool = False  # with the certificate, and it may file
    is_switched: bool = False  # the connection uses the certificate
    is_token_revoked: bool = False


def next_step(move: Move) -> Step:
    """What comes next. The connection switches only after the certificate has proved itself."""
    if move.is_switched:
        return Step.DONE if move.is_token_revoked else Step.REVOKE_TOKEN
    if move.has_signed_in:
        return Step.SWITCH
    if move.is_retrieved:
        return Step.GRANT_RIGHTS if move.lacks_rights else Step.TRY_CERTIFICATE
    if not move.signed_in_by_signature:
        return Step.WAIT_FOR_SIGN_IN if move.sign_in_started else Step.SIGN_IN_BY_SIGNATURE
    if move.is_issued:
        return Step.RETRIEVE_CERTIFICATE
    if move.enrolment:
        return Step.WAIT_FOR_CERTIFICATE
    return Step.LOOK_FOR_REQUEST if move.is_requested else Step.REQUEST_CERTIFICATE


_BY_ITSELF = ("Ten krok wykona program.", "The program does this step.")

STEPS: dict[Step, Advice] = {
    Step.SIGN_IN_BY_SIGNATURE: advice(
        "O certyfikat KSeF trzeba raz poprosić podpisem: pieczęcią, podpisem kwalifikowanym lub Profilem Zaufanym.",
        "A KSeF certificate is asked for once with a signature: a seal, a qualified signature or the Trusted Profile.",
        ("Pobierz plik logowania, podpisz go i wczytaj.", "Download the sign-in file, sign it and upload it."),
    ),
    Step.WAIT_FOR_SIGN_IN: advice(
        "KSeF sprawdza podpis; przy podpisie kwalifikowanym może to potrwać kilka minut.",
        "KSeF checks the signature; with a qualified one this may take some minutes.",
        _BY_ITSELF,
    ),
    Step.REQUEST_CERTIFICATE: advice(
        "Program przygotuje klucz i złoży wniosek.", "The program makes a key and sends the request.", _BY_ITSELF
    ),
    Step.LOOK_FOR_REQUEST: advice(
        "Odpowiedź KSeF na wniosek nie dotarła. Program sprawdza, czy wniosek został przyjęty, i nie złoży drugiego.",
        "KSeF's answer to the request was lost. The program looks whether the request is in, and sends no second one.",
        _BY_ITSELF,
    ),
    Step.WAIT_FOR_CERTIFICATE: advice("KSeF wystawia certyfikat.", "KSeF is issuing the certificate.", _BY_ITSELF),
    Step.RETRIEVE_CERTIFICATE: advice("Certyfikat jest gotowy.", "The certificate is ready.", _BY_ITSELF),
    Step.GRANT_RIGHTS: advice(
        "Certyfikat działa, ale jego właściciel nie może wystawiać faktur tej firmy.",
        "The certificate works, but its owner may not issue this company's invoices.",
        ("Nadaj mu w KSeF uprawnienie do wystawiania faktur.", "Grant them the right to issue invoices in KSeF."),
    ),
    Step.TRY_CERTIFICATE: advice(
        "Program zaloguje się na próbę certyfikatem; token nadal działa.",
        "The program tries to sign in with the certificate; the token keeps working.",
        _BY_ITSELF,
    ),
    Step.SWITCH: advice(
        "Certyfikat działa.",
        "The certificate works.",
        ("Przełącz połączenie na certyfikat.", "Switch the connection to the certificate."),
    ),
    Step.REVOKE_TOKEN: advice(
        "Połączenie używa certyfikatu; token jest już niepotrzebny.",
        "The connection uses the certificate; the token is no longer needed.",
        ("Unieważnij token.", "Revoke the token."),
    ),
    Step.DONE: advice("Połączenie używa certyfikatu.", "The connection uses the certificate.", _BY_ITSELF),
}
