"""manage.py audit_verify: check every tenant's audit chain, print each head, name the first broken entry."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.audit.verify import verify
from apps.tenants.context import acting_in
from apps.tenants.platform import tenant_ids


class Command(BaseCommand):
    help = "Checks the audit chains; exit 1 and the first broken entry of each tenant whose chain does not hold."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", type=UUID, help="only this tenant")
        parser.add_argument("--head", help="SEQUENCE:HASH from an earlier run; proves that the end was not cut off")

    def handle(self, *args: Any, **options: Any) -> None:
        head = _parsed(options["head"]) if options["head"] else None
        broken = 0
        for tenant_id in [options["tenant"]] if options["tenant"] else tenant_ids():
            with acting_in(tenant_id):
                report = verify(tenant_id, known_head=head)
            if report.intact:
                self.stdout.write(f"{tenant_id} intact {report.entries}:{report.head.hex()}")
            else:
                broken += 1
                self.stdout.write(f"{tenant_id} BROKEN at entry {report.broken_at}: {report.fault}")
        if broken:
            raise CommandError(f"{broken} audit chain(s) do not hold.")


def _parsed(text: str) -> tuple[int, bytes]:
    sequence, _, digest = text.partition(":")
    try:
        return int(sequence), bytes.fromhex(digest)
    except ValueError:
        raise CommandError("--head takes SEQUENCE:HASH as an earlier run printed it.") from None
