"""manage.py fa3_preview: what the mapping makes of one case, without database and network."""

import argparse
import sys
from pathlib import Path
from typing import Any, cast

from django.core.management.base import BaseCommand

from apps.documents.mapping.case import LARGEST_CASE, main
from apps.documents.mapping.reasons import Language


class Command(BaseCommand):
    help = "Read one case (a Stripe object with side data, seller and settings) and print the verdict as JSON."
    # No checks and no migrations: they would open the database.
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", help="JSON file of the case, - for standard input")
        parser.add_argument("--language", choices=("pl", "en"), default="en", help="language of the messages")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            text = _read(options["file"])
        except OSError as error:
            sys.stderr.write(f"{options['file']} cannot be read: {error.strerror or error}\n")
            sys.exit(2)
        output, notes, status = main(text, cast(Language, options["language"]))
        sys.stderr.write(notes)
        self.stdout.write(output, ending="")
        if status:
            sys.exit(status)


def _read(name: str) -> bytes:
    """At most one byte more than a case may have, so that an endless input is refused too."""
    if name == "-":
        return sys.stdin.buffer.read(LARGEST_CASE + 1)
    with Path(name).open("rb") as file:
        return file.read(LARGEST_CASE + 1)
