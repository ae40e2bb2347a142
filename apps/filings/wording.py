"""Sentences for the engine's own codes: why a document is where it is, what a lane plans, what an alarm means.

Codes of the mapping (BUYER_NIP_INVALID …) and of KSeF's API have wordings of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Lazy = str | Promise


@dataclass(frozen=True, slots=True)
class Words:
    """What happened and what follows, and what a person can do; empty when there is nothing to do."""

    text: Lazy
    step: Lazy = ""


_NOTHING = _("Nothing to do: it goes on by itself.")
_RETRY = _("Look at what KSeF says, correct it and retry; the number stays the same.")
_REPORT = _("Report it to us: it is a fault of the program. Nothing is lost.")

_WORDS: dict[str, Words] = {
    # Why a document is where it is.
    "no_connection": Words(
        _("No KSeF connection fits this document yet, so it waits."),
        _("Connect KSeF. Test documents go to TEST, live documents only to PROD."),
    ),
    "after_another": Words(
        _("It corrects the same invoice as %(number)s and goes after it, so that the order stays right."), _NOTHING
    ),
    "DUPLICATE_NUMBER": Words(
        _("The number %(number)s is held by another document (%(other)s). KSeF takes each number once."),
        _("Give one of the two another number in Stripe, or give one of them up here."),
    ),
    "INTERNAL_ERROR": Words(_("The program failed on this document; nothing was sent."), _REPORT),
    "profile_missing": Words(
        _("The company has no profile for this day, so nothing can be filed in its name."),
        _("Complete the company profile."),
    ),
    "answer_lost": Words(
        _("KSeF's answer was lost on the way. Before anything is sent again we look whether it arrived."), _NOTHING
    ),
    "never_landed": Words(_("KSeF never received it. The very same document is sent again."), _NOTHING),
    "not_found": Words(_("KSeF closed the session without this document. It is sent again."), _NOTHING),
    "not_sent": Words(_("Nothing reached KSeF. It is sent again."), _NOTHING),
    "not_opened": Words(_("KSeF did not open a session. Nothing was sent; we try again."), _NOTHING),
    "orphan": Words(_("KSeF's answer to opening a session was lost. Nothing was processed; we try again."), _NOTHING),
    "close_refused": Words(_("KSeF could not use the package. Nothing of it was processed; it goes again."), _NOTHING),
    "upload_refused": Words(_("KSeF did not take the package. Nothing of it was processed; it goes again."), _NOTHING),
    "package_too_large": Words(_("The package was too large for KSeF. It goes again in smaller ones."), _NOTHING),
    "session_unknown": Words(
        _("KSeF does not know the session any more. What was in it is sent again, unchanged."), _NOTHING
    ),
    "document_too_large": Words(
        _("The document is too large for KSeF (%(problem)s). Nothing was sent."),
        _("Make it shorter in Stripe, for instance with fewer lines; then retry."),
    ),
    "dated_anew": Words(_("A new day began before it went out, so it is dated anew and sent."), _NOTHING),
    "package_differs": Words(_("The package had to be made anew. Nothing of it was processed."), _NOTHING),
    "upload_time_over": Words(
        _("The time to upload the package ran out. Nothing was processed; it goes again."), _NOTHING
    ),
    "switched_off": Words(
        _("The KSeF connection was switched off before the package was complete. KSeF took nothing of it."),
        _("Nothing to do: it goes through the connection in use, or waits until there is one for it."),
    ),
    "session_failed": Words(
        _("KSeF gave the whole session back (%(code)s) without judging its documents. They are sent again."), _NOTHING
    ),
    "ksef_failed": Words(_("KSeF failed while working on it (%(code)s). The same document is sent again."), _NOTHING),
    "keeps_failing": Words(
        _("It was sent %(tries)s times and KSeF or we failed each time, so it is not sent again by itself."),
        _("Retry when KSeF is well again; if it fails again, report it to us."),
    ),
    "receipt_missing": Words(
        _("KSeF accepted it and gave it a number; the receipt is not there yet. We keep asking for it."), _NOTHING
    ),
    "rejected": Words(_("KSeF refused it (%(code)s: %(description)s). Legally it was never issued."), _RETRY),
    "duplicate": Words(
        _("KSeF already has a document with this number. We are finding out whether it is this very one."), _NOTHING
    ),
    "duplicate_foreign": Words(
        _("KSeF has another document under this number (%(original)s), with other content."),
        _("Find out who filed it. Give this document another number in Stripe, or give it up here."),
    ),
    "duplicate_unverified": Words(
        _("KSeF has a document under this number (%(original)s), but does not let us see whether it is this one."),
        _("Give the token the right to read invoices and retry, or compare the two by hand."),
    ),
    "duplicate_unnamed": Words(
        _("KSeF says that it has a document with this number, but not which."),
        _("Look for the number in KSeF; then retry or give it up."),
    ),
    "receipt_mismatch": Words(
        _("A receipt KSeF handed out does not fit this document, so it was not stored."), _REPORT
    ),
    "found_in_ksef": Words(_("It was found in KSeF and restored from there. Its receipt is being fetched.")),
    "abandoned": Words(_("A person decided not to file it: %(why)s")),
    # What a lane plans.
    "nothing_waits": Words(_("Nothing waits to be sent.")),
    "gathering": Words(_("Waiting for more documents, to send them together (%(count)s so far)."), _NOTHING),
    "batch_begun": Words(_("A batch is on its way.")),
    "going_on": Words(_("Sending one document after the other.")),
    "new_day": Words(_("The day is ending in Poland: what waits is dated and sent right after midnight."), _NOTHING),
    # What a session does.
    "packing": Words(_("Packing a batch of %(count)s.")),
    "processing": Words(_("KSeF is working on a batch of %(count)s.")),
    "held_open": Words(_("The session is kept open for further documents.")),
    "looking_up": Words(_("Looking up what became of %(count)s documents."), _NOTHING),
    "close_again": Words(_("KSeF's answer to closing the session was lost; it is closed again."), _NOTHING),
    "done": Words(_("All documents of the session are settled.")),
    "failed": Words(_("The session ended without an accepted document.")),
    # Why a lane pauses.
    "budget": Words(_("We paused ourselves: our share of KSeF's limit (%(group)s) is used up for now."), _NOTHING),
    "ksef_down": Words(_("KSeF does not answer. Documents wait here and go out when it is back."), _NOTHING),
    "ksef_blocked": Words(
        _("The firewall in front of KSeF refuses our address, so nothing is sent for five minutes at a time."),
        _("If it lasts, report our address to KSeF's helpdesk. Documents wait here; nothing is lost."),
    ),
    "ksef_asked": Words(_("KSeF asked for a pause."), _NOTHING),
    "ksef_unavailable": Words(_("KSeF could not be used just now. We try again."), _NOTHING),
    "signing_in": Words(_("Signing in to KSeF.")),
    "rebuilding": Words(_("After a loss everything is compared with KSeF first; nothing is sent until that is done.")),
    "no_credential": Words(
        _("There is no KSeF token or certificate, so nothing can be sent."), _("Enter one in the KSeF connection.")
    ),
    "access_denied": Words(
        _("KSeF refuses our sign-in or a right is missing. Nothing is sent until that is settled. It says: %(said)s"),
        _("Renew the token or grant the right in KSeF, then check the connection."),
    ),
    "call_refused": Words(_("KSeF refused a request of ours. It says: %(said)s"), _REPORT),
    "internal_error": Words(_("The program failed; it tries again later."), _REPORT),
    # Alarms.
    "session_stuck": Words(
        _("KSeF has worked on %(count)s documents for %(minutes)s minutes. Nothing is sent twice; we keep asking."),
        _NOTHING,
    ),
    "key_not_read": Words(
        _("KSeF cannot read what is encrypted with the key it published. Documents wait and go again by themselves."),
        _NOTHING,
    ),
    "receipts_missing": Words(
        _("KSeF accepted %(count)s documents but has not handed out their receipts. We keep asking for them."), _NOTHING
    ),
    "became_offline": Words(
        _("KSeF counts %(count)s documents as issued offline, because they are dated before the day they arrived."),
        _("Check the visualisation: an offline document carries two QR codes."),
    ),
    "deadline_near": Words(
        _("%(count)s documents must reach KSeF by %(deadline)s and cannot go by themselves."),
        _("Decide on what needs you before that moment."),
    ),
    "ksef_differs": Words(
        _("KSeF and we do not hold the same: %(count)s differences."), _("Look at the list and settle each of them.")
    ),
    "credential_ends": Words(
        _("The access to KSeF ends on %(date)s. After that nothing can be filed."),
        _("Open the KSeF connection: renew its certificate there, move to one, or enter a new token."),
    ),
    "credential_ended": Words(
        _("The access to KSeF ended on %(date)s. Documents wait; nothing is lost."),
        _("Open the KSeF connection: renew its certificate there, move to one, or enter a new token."),
    ),
    "offline_certificate_ends": Words(
        _("The certificate for documents issued offline ends on %(date)s; without it none can be issued."),
        _("Open the KSeF connection and ask for a new one."),
    ),
    "offline_certificate_ended": Words(
        _("The certificate for documents issued offline ended on %(date)s: while KSeF is down documents wait."),
        _("Open the KSeF connection and ask for a new one."),
    ),
    "credential_old": Words(
        _("The credential for %(where)s has not been changed for %(days)s days."),
        _("Make a new one there, enter it in the connections, then end the old one."),
    ),
    "audit_broken": Words(
        _("The audit log does not hold from entry %(entry)s on: it was changed outside this program."),
        _("Keep the database as it is and report it to us; filing goes on."),
    ),
    "receipt_signature": Words(
        _("The signature of a receipt could not be verified. Its content fits what was sent, so it was kept."), _REPORT
    ),
}


def words_for(code: str, params: Mapping[str, Any]) -> Words:
    """The sentences for a code; a code without words is shown as it is rather than hidden."""
    words = _WORDS.get(code)
    if words is None:
        return Words(code)
    return Words(_filled(words.text, params), _filled(words.step, params))


def knows(code: str) -> bool:
    """Whether this is a code of the engine."""
    return code in _WORDS


def _filled(text: Lazy, params: Mapping[str, Any]) -> str:
    class Values(dict[str, Any]):
        def __missing__(self, key: str) -> str:
            return "…"

    return str(text) % Values(params) if "%(" in str(text) else str(text)
