"""Ending sign-ins: of one person everywhere, or of everybody."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from .models import User


def end_sessions_of(person: User) -> int:
    """Sign a person out everywhere, at once; says how many sessions there were."""
    sessions = list(UserSession.objects.filter(user=person))
    for session in sessions:
        session.end()
    return len(sessions)


def end_all_sessions() -> int:
    """Sign everybody out: after a leak, or when a key of the installation was lost."""
    UserSession.objects.all().delete()
    ended, _kinds = Session.objects.all().delete()
    return ended
