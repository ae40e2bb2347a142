"""manage.py rotate_keys: after a new master key was added, or to give every tenant a new data key."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.connections.rotation import finish_renewal, renew, rewrap
from apps.tenants.platform import tenant_ids
from apps.tenants.second_factor_rotation import old_second_factors, rewrap_second_factor
from apps.vault import SecretUnreadable


class Command(BaseCommand):
    help = (
        "Wraps every data key and second factor with the newest master key. "
        "Runs while the service works; run it again after a break."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", type=UUID, help="only this tenant")
        parser.add_argument(
            "--new-data-keys", action="store_true", help="also make new data keys and seal secrets anew"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        tenants = [options["tenant"]] if options["tenant"] else tenant_ids()
        self._failed = 0
        wrapped = sealed = people = 0
        for number, tenant_id in enumerate(tenants, start=1):
            with self._telling(f"tenant {tenant_id}"):
                wrapped += rewrap(tenant_id)
                sealed += renew(tenant_id) if options["new_data_keys"] else finish_renewal(tenant_id)
            if number % 100 == 0:
                self.stdout.write(f"{number} of {len(tenants)} tenants")
        for identifier in [] if options["tenant"] else old_second_factors():
            with self._telling(f"second factor {identifier}"):
                people += rewrap_second_factor(identifier)
        self.stdout.write(
            f"{wrapped} data keys and {people} second factors wrapped anew, {sealed} rows of secrets sealed anew."
        )
        if self._failed:
            raise CommandError(f"{self._failed} could not be rotated; keep the old master key and run again.")
        if not options["tenant"]:
            self.stdout.write("Nothing needs an older master key any more, except backups from before this moment.")

    @contextmanager
    def _telling(self, of: str) -> Iterator[None]:
        """What does not open is named, and the rest goes on."""
        try:
            yield
        except SecretUnreadable as error:
            self._failed += 1
            self.stderr.write(f"{of}: {error}")
