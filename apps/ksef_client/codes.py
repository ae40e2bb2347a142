"""Which of our errors each of KSeF's codes is (API digest, 10.2); the words for people are in `advice`."""

from collections.abc import Collection

from apps.ksef_client.errors import AccessDenied, Refused, Unavailable

# The tenant must renew, grant or change something. 9105 is here because the key may not fit the certificate.
ACCESS_DENIED = frozenset({9105, 21115, 21117, 21301, 21304, 21308, 21406, 25001, 25002, 26001, 26002})
NO_UPO = 21178
# Passes by itself or with a new challenge, key or session: nothing is wrong with what was sent.
UNAVAILABLE = frozenset({21111, 21165, NO_UPO, 21182, 21183, 21184, 21470})

UNKNOWN_KEY = 21470
SESSION_NOT_FOUND = 21173
SESSION_STATUS_FORBIDS = 21180
SESSION_FULL = 21155
# The session cannot take what was sent; the documents themselves may go in another one.
SESSION_UNUSABLE = frozenset({SESSION_FULL, 21157, SESSION_NOT_FOUND, SESSION_STATUS_FORBIDS, 21184, 21205, 21208})
# The sign-in behind a refresh token is over: sign in from the start.
SIGN_IN_OVER = frozenset({21301, 21304, 21308})


def kind_of(codes: Collection[int]) -> type[AccessDenied | Refused | Unavailable]:
    """The error for a 400 with these codes: the gravest of them; a code nobody told us about is a refusal."""
    if any(code in ACCESS_DENIED for code in codes):
        return AccessDenied
    return Unavailable if all(code in UNAVAILABLE for code in codes) else Refused
