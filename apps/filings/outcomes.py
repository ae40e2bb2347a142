"""What KSeF's status codes mean for a document and for a whole session (API digest, 5.3 and 5.4)."""

from enum import StrEnum, auto


class Verdict(StrEnum):
    """What happens with a document after its status was read."""

    WAIT = auto()  # not final, whatever the code
    ACCEPTED = auto()
    AGAIN = auto()  # these bytes were not judged: they may go again in another session
    DUPLICATE = auto()  # something with this number is in KSeF: ours or another's
    REJECTED = auto()  # judged and refused: a person looks


# KSeF's or our own technical trouble, never the document's: 405 the session failed, 435 could not be decrypted,
# 500 unknown, 550 "cancelled by the system, try again".
_AGAIN = frozenset({405, 435, 500, 550})


def verdict_on_document(code: int) -> Verdict:
    """A code nobody told us about is a refusal from 400 up, and a wait below."""
    if code == 200:
        return Verdict.ACCEPTED
    if code < 400:
        return Verdict.WAIT
    if code == 440:
        return Verdict.DUPLICATE
    return Verdict.AGAIN if code in _AGAIN else Verdict.REJECTED


class SessionVerdict(StrEnum):
    """What happens with a session after its status was read."""

    OPEN = auto()  # takes documents, or waits for its parts or its close
    PROCESSING = auto()
    DONE = auto()  # at least one good document, receipts are ready
    ALL_REJECTED = auto()  # every document was judged and refused: each says why
    FAILED = auto()  # no document was judged: all may go again once none is found in it


def verdict_on_session(code: int) -> SessionVerdict:
    """The verdict for a session's status code."""
    if code == 200:
        return SessionVerdict.DONE
    if code == 100:
        return SessionVerdict.OPEN
    if code < 400:
        return SessionVerdict.PROCESSING
    return SessionVerdict.ALL_REJECTED if code == 445 else SessionVerdict.FAILED


# KSeF could not read the key of the session: its public key may have changed (F11, F12).
KEY_NOT_READ = 415

# The package or the key was useless, or the session was cancelled before KSeF read a document of it: no document of it
# can have been taken (API digest, 5.3).
NOTHING_JUDGED = frozenset({405, KEY_NOT_READ, 420, 430, 435, 440})
