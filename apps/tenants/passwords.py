"""What a password must not be: on the lists of known ones, or put together from what everybody would try."""

import hashlib
import os
import re
from functools import lru_cache
from pathlib import Path

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.utils.translation import gettext as _

from .context import acting_as
from .models import Membership, User

# Words that belong to this place (OWASP ASVS 5.0, 6.1.2); names of a person's companies are added to them.
CONTEXT_WORDS = frozenset(
    """
    ksef ksefkit kit stripe invoice invoices invoicing faktura faktury fakturowanie podatki podatek vat nip upo jpk
    ksiegowa ksiegowosc ksiegowy biuro rachunkowe firma polska poland accountant accounting tax taxes ministerstwo
    finanse finansow administrator owner haslo tajne
    """.split()  # noqa: SIM905 words are easier to read and to add to
)
# Three pieces that anyone has on a list are no secret; four words chosen by chance are.
TOO_FEW_PIECES = 3
SHORTEST_PIECE = 3
# Cutting takes time that grows with the square of the length; what is longer is no word from a list.
LONGEST_CUT = 128
BLOCK = 4096
LOOKALIKES = str.maketrans("013457@$!", "oieastasi")


class NotPutTogether:
    """Refuses what can be cut into at most three known pieces: common passwords, our words, numbers, one sign again."""

    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) > LONGEST_CUT:
            return
        known = _common() | CONTEXT_WORDS | _company_words(user)
        plain = re.sub(r"[\W_]+", "", password.casefold())
        spellings = {plain, plain.translate(LOOKALIKES), password.casefold()}
        if any(_pieces(spelling, known) <= TOO_FEW_PIECES for spelling in spellings):
            raise ValidationError(self.get_help_text(), code="password_put_together")

    def get_help_text(self) -> str:
        return _(
            "Your password can’t be put together from a few well-known words, names and numbers. "
            "Four words chosen by chance are good."
        )


class NotBreached:
    """Refuses what stands in a file of breached passwords that the operator keeps; nothing is asked over a network."""

    def __init__(self, path: str = "") -> None:
        self.path = Path(path) if path else None
        if self.path and not self.path.is_file():
            raise ImproperlyConfigured(f"BREACHED_PASSWORDS_FILE is {path}, and there is no such file.")

    def validate(self, password: str, user: User | None = None) -> None:  # noqa: ARG002 as Django calls it
        if self.path and stands_in(self.path, hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest()):
            raise ValidationError(
                _("This password is in a published collection of stolen ones. Please choose another."),
                code="password_breached",
            )

    def get_help_text(self) -> str:
        return _("Your password can’t be one that was stolen somewhere before.")


def stands_in(path: Path, digest: str) -> bool:
    """Look a SHA-1 up in a file of lines `DIGEST:COUNT` in ascending order, by halving, without reading it whole."""
    wanted = digest.upper().encode()
    with path.open("rb") as lines:
        # The line, if it is there, begins at low or later and before high.
        low, high = 0, lines.seek(0, os.SEEK_END)
        while high - low > BLOCK:
            middle = (low + high) // 2
            lines.seek(middle)
            lines.readline()  # the rest of a line that began before
            following = lines.readline()[:40].upper()
            if following and following <= wanted:
                low = middle
            else:
                high = middle + 1
        lines.seek(low)
        block = lines.read(high - low + BLOCK)
    return any(line[:40].upper() == wanted for line in block.splitlines())


def _pieces(text: str, known: frozenset[str] | set[str]) -> int:
    """The fewest known pieces that make up the whole text; more than allowed when it cannot be cut so."""
    out_of_reach = TOO_FEW_PIECES + 1
    fewest = [0] + [out_of_reach] * len(text)
    for end in range(1, len(text) + 1):
        for start in range(end):
            if fewest[start] + 1 < fewest[end] and _is_known(text[start:end], known):
                fewest[end] = fewest[start] + 1
    return fewest[-1]


def _is_known(piece: str, known: frozenset[str] | set[str]) -> bool:
    if piece.isdigit() or len(set(piece)) == 1:
        return True
    return len(piece) >= SHORTEST_PIECE and piece in known


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)


def _company_words(user: User | None) -> frozenset[str]:
    if user is None or user._state.adding:
        return frozenset()
    with acting_as(user.id):
        names = Membership.objects.filter(user=user).values_list("tenant__name", flat=True)
        return frozenset(word for name in names for word in re.findall(r"\w{3,}", name.casefold()))
