from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from .api.access import PERMISSIONS, Keyring
from .book import Book, Change, Trace
from .clock import Clock
from .faults import Faults
from .journal import Journal
from .records.parties import Account
from .settings import AccountSettings, SendingSettings
from .webhooks.sender import Sender


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulator:
    """Everything one running stand-in consists of."""

    book: Book
    clock: Clock
    keyring: Keyring
    faults: Faults
    sender: Sender

    def change(self, trace: Trace | None = None) -> AbstractContextManager[Change]:
        return self.book.change(at=self.clock.now(), trace=trace)

    def open_account(self, settings: AccountSettings) -> None:
        """Open the account unless the state file already has it."""
        with self.change() as change:
            if any(change.newest_first(Account)):
                return
            change.put(
                Account(
                    id=settings.id,
                    created=change.at,
                    name=settings.name,
                    country=settings.country,
                    default_currency=settings.currency,
                    email=settings.email,
                    invoice_prefix=settings.invoice_prefix,
                    api_version=settings.api_version,
                    livemode=settings.livemode,
                    rounding=settings.rounding,
                )
            )


def make_simulator(
    *,
    key: str,
    permissions: frozenset[str] = frozenset(PERMISSIONS),
    account: AccountSettings,
    sending: SendingSettings,
    clock: Clock,
    journal: Journal | None = None,
) -> Simulator:
    """Put the parts together and open the account."""
    book, faults = Book(journal), Faults()
    simulator = Simulator(
        book=book,
        clock=clock,
        faults=faults,
        keyring=Keyring(key, permissions),
        sender=Sender(book, clock, faults, sending),
    )
    simulator.open_account(account)
    return simulator
