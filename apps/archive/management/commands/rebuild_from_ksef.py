"""manage.py rebuild_from_ksef: restore documents, KSeF numbers, exact bytes and receipts. Sends nothing."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.archive.rebuild import NotRebuilt, Rebuilt, hold_back, rebuild_company
from apps.tenants.platform import tenant_ids


class Command(BaseCommand):
    help = "Restores documents from Stripe and their KSeF numbers, bytes and receipts from KSeF; may be run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("tenants", type=UUID, nargs="*", help="ids of companies")
        parser.add_argument("--all", action="store_true", help="every company")
        parser.add_argument("--since", type=_day, default="2026-02-01", help="first day, YYYY-MM-DD (UTC)")
        parser.add_argument("--without-stripe", action="store_true", help="its documents are all here already")

    def handle(self, *_: Any, **options: Any) -> None:
        tenants = list(tenant_ids()) if options["all"] else options["tenants"]
        if not tenants:
            raise CommandError("Name companies by their ids, or --all.")
        # All of them first: reading Stripe for one company may bring in documents of others.
        for tenant_id in tenants:
            hold_back(tenant_id, at=timezone.now())
        failed = [tenant_id for tenant_id in tenants if not self._rebuild(tenant_id, options)]
        if failed:
            raise CommandError(f"Not restored: {len(failed)} of {len(tenants)}. Run it again for them.")

    def _rebuild(self, tenant_id: UUID, options: dict[str, Any]) -> bool:
        since, read_stripe = options["since"], not options["without_stripe"]
        try:
            for rebuilt in rebuild_company(tenant_id, since=since, clock=timezone.now, read_stripe=read_stripe):
                self._say(rebuilt)
        except NotRebuilt as why:
            self.stderr.write(f"{tenant_id}: {why}")
            return False
        return True

    def _say(self, rebuilt: Rebuilt) -> None:
        report = rebuilt.report
        self.stdout.write(
            f"{rebuilt.connection}: {report.in_ksef} in KSeF, {report.already_known} known, "
            f"{report.restored} restored, {report.receipts} receipts"
        )
        for name in report.without_document:
            self.stdout.write(f"  in KSeF, but not among the documents from Stripe: {name}")
        for name in report.without_receipt:
            self.stdout.write(f"  without a receipt yet: {name}")


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
