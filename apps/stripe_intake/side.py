"""SideObjects: the tax rates and products of one connection, remembered between documents."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime

from apps.connections.models import StripeConnection
from apps.connections.stripe_access import StripeAccessDenied
from apps.tenants.context import acting_in

from .models import StripeFeed, StripeSideObject

# A key may be given a permission later; asked again after a day, or at once when the key changes.
REFUSED_FOR = timedelta(days=1)


class SideObjects:
    """Read from the database once and kept while one worker serves one connection."""

    def __init__(self, connection: StripeConnection, *, at: datetime) -> None:
        self._connection = connection
        self._at = at
        self._known: dict[str, StripeSideObject] = {}
        self._refused = self._read_refused()

    def known(self, stripe_id: str, *, not_older_than: timedelta) -> dict[str, Any] | None:
        """The object as last read, empty when Stripe has none, None when it must be read (again)."""
        row = self._known.get(stripe_id) or self._stored(stripe_id)
        if row is None or row.fetched_at < self._at - not_older_than:
            return None
        self._known[stripe_id] = row
        content: dict[str, Any] = row.content
        return content

    def keep(self, stripe_id: str, content: dict[str, Any]) -> dict[str, Any]:
        """Remember an object just read, or that there is none."""
        with acting_in(self._connection.tenant_id):
            row, _ = StripeSideObject.objects.update_or_create(
                tenant_id=self._connection.tenant_id,
                connection=self._connection,
                stripe_id=stripe_id,
                defaults={"content": content, "fetched_at": self._at},
            )
        self._known[stripe_id] = row
        return content

    def allows(self, extra: str) -> bool:
        """Whether something a document can do without may be asked for."""
        return extra not in self._refused

    def refuse(self, extra: str, denial: StripeAccessDenied) -> None:
        """The key may not read it: do without, and do not ask for every document. A bad key may read nothing at all."""
        if denial.key_is_bad:
            raise denial
        self._refused[extra] = self._at
        with acting_in(self._connection.tenant_id):
            StripeFeed.objects.filter(connection=self._connection).update(
                refused_extras={name: moment.isoformat() for name, moment in self._refused.items()}
            )

    def _stored(self, stripe_id: str) -> StripeSideObject | None:
        with acting_in(self._connection.tenant_id):
            return StripeSideObject.objects.filter(connection=self._connection, stripe_id=stripe_id).first()

    def _read_refused(self) -> dict[str, datetime]:
        with acting_in(self._connection.tenant_id):
            feed = StripeFeed.objects.filter(connection=self._connection).first()
        noted = {name: parse_datetime(text) for name, text in (feed.refused_extras if feed else {}).items()}
        return {name: moment for name, moment in noted.items() if moment and moment > self._at - REFUSED_FOR}
