"""manage.py rotate_keys: after a new master key was added, or to give every tenant a new data key."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.connections.rotation import finish_renewal, renew, rewrap
from apps.tenants.platform import tenant_ids
from apps.vault import SecretUnreadable


class Command(BaseCommand):
    help = "Wraps every data key with the newest master key. Runs while the service works; run again after a break."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", type=UUID, help="only this tenant")
        parser.add_argument(
            "--new-data-keys", action="store_true", help="also make new data keys and seal secrets anew"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        tenants = [options["tenant"]] if options["tenant"] else tenant_ids()
        wrapped = sealed = 0
        failed = []
        for number, tenant_id in enumerate(tenants, start=1):
            try:
                wrapped += rewrap(tenant_id)
                sealed += renew(tenant_id) if options["new_data_keys"] else finish_renewal(tenant_id)
            except SecretUnreadable as error:
                failed.append(tenant_id)
                self.stderr.write(f"{tenant_id}: {error}")
            if number % 100 == 0:
                self.stdout.write(f"{number} of {len(tenants)} tenants")
        self.stdout.write(f"{wrapped} data keys wrapped anew, {sealed} rows of secrets sealed anew.")
        if failed:
            raise CommandError(f"{len(failed)} tenant(s) could not be rotated; keep the old master key and run again.")
