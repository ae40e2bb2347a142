"""Restore KSeF numbers, exact documents and receipts after a loss. Sends nothing; may be run again at any time."""

import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.filings.ledger import BudgetSpent
from apps.filings.line import line_of
from apps.filings.models import Lane
from apps.filings.rebuild import rebuild
from apps.filings.trouble import TROUBLES
from apps.tenants.context import acting_in


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("tenant", type=UUID, help="id of the company")
        parser.add_argument("--since", default="2026-02-01", help="first day, YYYY-MM-DD (UTC)")

    def handle(self, *_: Any, **options: Any) -> None:
        since = datetime.fromisoformat(options["since"]).replace(tzinfo=UTC)
        with acting_in(options["tenant"]):
            lanes = list(Lane.objects.select_related("connection").filter(tenant_id=options["tenant"]))
        if not lanes:
            raise CommandError("This company has not filed through any KSeF connection; connect KSeF first.")
        for lane in lanes:
            self._rebuild(lane, since)

    def _rebuild(self, lane: Lane, since: datetime) -> None:
        try:
            with line_of(lane, clock=timezone.now, wait=time.sleep) as line:
                report = rebuild(lane, line, since=since, clock=timezone.now)
        except BudgetSpent as spent:
            raise CommandError(f"KSeF's limits are used up; run this again after {spent.until:%H:%M:%S} UTC.") from None
        except TROUBLES as trouble:
            raise CommandError(f"KSeF could not be read: {trouble}") from None
        self.stdout.write(
            f"{lane.connection}: {report.in_ksef} in KSeF, {report.already_known} known, {report.restored} restored, "
            f"{report.receipts} receipts"
        )
        for name in report.without_document:
            self.stdout.write(f"  in KSeF, but not among the documents from Stripe: {name}")
        for name in report.without_receipt:
            self.stdout.write(f"  without a receipt yet: {name}")
