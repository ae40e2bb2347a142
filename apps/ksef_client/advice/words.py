"""A sentence and a next step for people, in Polish and English."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Advice:
    """What happened and what to do about it."""

    pl: str
    en: str
    next_pl: str
    next_en: str


def advice(pl: str, en: str, step: tuple[str, str]) -> Advice:
    return Advice(pl, en, *step)


REPORT = ("Zgłoś to nam: to błąd programu.", "Report it to us: it is a fault of the program.")
CREDENTIAL = ("Wymień poświadczenie w ustawieniach połączenia.", "Replace the credential in the connection settings.")
WAIT = ("Nic nie rób: program spróbuje ponownie.", "Nothing to do: the program will try again.")
NEW_SESSION = (
    "Nic nie rób: dokumenty zostaną wysłane w nowej sesji.",
    "Nothing to do: the documents will go in a new session.",
)
SIGN_AGAIN = (
    "Program zaloguje się ponownie; jeśli to nie pomoże, wymień poświadczenie.",
    "The program will sign in again; if that does not help, replace the credential.",
)
ASK_OWNER = (
    "Poproś osobę zarządzającą uprawnieniami firmy w KSeF o ich nadanie.",
    "Ask whoever manages the company's rights in KSeF to grant them.",
)
FIX_DOCUMENT = ("Popraw dane dokumentu i wyślij go ponownie.", "Correct the document's data and send it again.")
CONTACT_MINISTRY = (
    "Skontaktuj się z Ministerstwem Finansów przez formularz zgłoszeniowy KSeF.",
    "Contact the Ministry of Finance through the KSeF request form.",
)
DONE = ("Nic nie trzeba robić.", "Nothing needs to be done.")
