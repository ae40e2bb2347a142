"""The states of a filing, who may follow whom, and what people see of them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    WAITING = "waiting"  # time solves it: an original without a number, a rate not yet published, no connection yet
    HELD = "held"  # a person decides
    READY = "ready"  # may be sent
    SENDING = "sending"  # the attempt is committed, KSeF's answer is not
    SENT = "sent"  # KSeF has the bytes
    UNKNOWN = "unknown"  # KSeF may have the bytes: looked up before anything is sent again
    ACCEPTED = "accepted"  # it has a KSeF number, its receipt is missing
    RECEIPTED = "receipted"  # the receipt is stored: the one good end
    REJECTED = "rejected"  # KSeF refused these bytes
    EXCLUDED = "excluded"  # not for KSeF, by a rule
    ABANDONED = "abandoned"  # not for KSeF, by a person


ALLOWED: dict[State, frozenset[State]] = {
    # Before sending, the mapping or a person may move a document to and fro.
    State.WAITING: frozenset({State.READY, State.HELD, State.EXCLUDED, State.ABANDONED}),
    State.HELD: frozenset({State.READY, State.WAITING, State.EXCLUDED, State.ABANDONED}),
    State.READY: frozenset({State.SENDING, State.WAITING, State.HELD, State.EXCLUDED, State.ABANDONED}),
    # An answer, a lost answer, or the certainty that nothing happened.
    State.SENDING: frozenset({State.SENT, State.UNKNOWN, State.READY, State.REJECTED, State.HELD}),
    # A collective receipt proves number and receipt at once. A session that failed as a whole gives its documents back.
    State.SENT: frozenset({State.ACCEPTED, State.RECEIPTED, State.REJECTED, State.UNKNOWN, State.READY, State.HELD}),
    State.UNKNOWN: frozenset({State.SENT, State.ACCEPTED, State.RECEIPTED, State.REJECTED, State.READY, State.HELD}),
    State.ACCEPTED: frozenset({State.RECEIPTED}),
    State.RECEIPTED: frozenset(),
    # A refused document never existed in KSeF: corrected, it may go again under the same number.
    State.REJECTED: frozenset({State.READY, State.WAITING, State.HELD, State.EXCLUDED, State.ABANDONED, State.UNKNOWN}),
    # A person may change their mind as long as nothing was filed.
    State.EXCLUDED: frozenset({State.READY, State.WAITING, State.HELD}),
    State.ABANDONED: frozenset({State.READY, State.WAITING, State.HELD, State.EXCLUDED}),
}

# Found in KSeF although we did not know: after a loss of our own data (rebuild.py). Nothing is sent on this way.
FOUND = frozenset({State.WAITING, State.HELD, State.READY, State.REJECTED, State.EXCLUDED, State.ABANDONED})
for _state in FOUND:
    ALLOWED[_state] |= {State.ACCEPTED}

# Nothing more happens by itself.
FINAL = frozenset({State.RECEIPTED, State.EXCLUDED, State.ABANDONED})
# The document may be in KSeF, or is.
GONE_OUT = frozenset({State.SENDING, State.SENT, State.UNKNOWN, State.ACCEPTED, State.RECEIPTED})
# These hold their number against every other document of the tenant in the same environment.
HOLDS_NUMBER = GONE_OUT | {State.READY, State.REJECTED}
# A person may have it mapped again.
CAN_RERUN = frozenset({State.WAITING, State.HELD, State.READY, State.REJECTED, State.EXCLUDED, State.ABANDONED})


class Label(TextChoices):
    """What people see."""

    QUEUED = "queued", _("Queued")
    FILING = "filing", _("Filing")
    FILED = "filed", _("Filed")
    REJECTED = "rejected", _("Rejected")
    NEEDS_YOU = "needs_you", _("Needs you")
    NOT_FOR_KSEF = "not_for_ksef", _("Not for KSeF")


LABEL_OF: dict[State, Label] = {
    State.WAITING: Label.QUEUED,
    State.READY: Label.QUEUED,
    State.SENDING: Label.FILING,
    State.SENT: Label.FILING,
    State.UNKNOWN: Label.FILING,
    State.ACCEPTED: Label.FILING,
    State.RECEIPTED: Label.FILED,
    State.REJECTED: Label.REJECTED,
    State.HELD: Label.NEEDS_YOU,
    State.EXCLUDED: Label.NOT_FOR_KSEF,
    State.ABANDONED: Label.NOT_FOR_KSEF,
}
STATES_OF: dict[Label, frozenset[State]] = {
    label: frozenset(state for state, its in LABEL_OF.items() if its is label) for label in Label
}
