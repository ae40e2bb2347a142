"""`manage.py end_sessions ola@example.pl` or `--all`: the operator signs people out at once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.tenants.models import User
from apps.tenants.sessions import end_all_sessions, end_sessions_of
from apps.tenants.sign_ins import note


class Command(BaseCommand):
    help = "End the sessions of one person, by e-mail address, or of everybody."

    def add_arguments(self, parser: CommandParser) -> None:
        whom = parser.add_mutually_exclusive_group(required=True)
        whom.add_argument("email", nargs="?", help="the address the person signs in with")
        whom.add_argument("--all", action="store_true", help="everybody, platform staff too")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        if options["all"]:
            ended = end_all_sessions()
            note("person.sessions_ended", person=None, by="operator", of="everybody", count=ended)
        else:
            person = User.objects.filter(email__iexact=options["email"]).first()
            if person is None:
                raise CommandError(f"Nobody signs in with {options['email']}.")
            ended = end_sessions_of(person)
            note("person.sessions_ended", person=person, by="operator", count=ended)
        self.stdout.write(f"Sessions ended: {ended}.")
