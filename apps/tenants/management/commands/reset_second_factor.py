"""`manage.py reset_second_factor ola@example.pl`: for whoever lost the app and the recovery codes.

The operator first makes sure who asks, as docs/security.md says; the password stays as it is.
"""

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.mail import send_mail
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from apps.tenants.models import User
from apps.tenants.sessions import end_sessions_of
from apps.tenants.sign_ins import note


class Command(BaseCommand):
    help = "Remove a person's second factors and end their sessions; they set up a new one at the next sign-in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address the person signs in with")
        parser.add_argument("--reason", required=True, help="how it was made sure who asked; kept in the audit log")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        person = User.objects.filter(email__iexact=options["email"]).first()
        if person is None:
            raise CommandError(f"Nobody signs in with {options['email']}.")
        removed = Authenticator.objects.filter(user=person).delete()[0]
        ended = end_sessions_of(person)
        words = {"reason": options["reason"]}
        note("person.second_factor_removed", person=person, by="operator", words=words, sessions=ended)
        send_mail(
            _("KSeF Kit: your second factor was removed"),
            _(
                "Whoever runs this service removed your second factor and signed you out. You set up a new one at your "
                "next sign-in. If you did not ask for this, answer at once."
            ),
            None,
            [person.email],
        )
        self.stdout.write(f"Second factors removed: {removed}. Sessions ended: {ended}.")
