"""The simulator's own page at /: what goes on inside, with buttons for what control can do."""

import hmac
import secrets

from werkzeug.wrappers import Request

from apps.ksef_simulator.clock import WARSAW
from apps.ksef_simulator.sending.lifecycle import code_at, counts
from apps.ksef_simulator.system import System
from apps.ksef_simulator.web.call import Reply
from apps.ksef_simulator.web.control import Control
from apps.ksef_simulator.web.faults import EFFECTS, NAMES
from apps.ksef_simulator.web.markup import (
    button,
    choice,
    code,
    field,
    figures,
    form,
    page,
    section,
    status,
    table,
    text,
)

SHOWN_SESSIONS, SHOWN_DOCUMENTS = 15, 40
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Pages:
    def __init__(self, system: System, control: Control) -> None:
        self.system, self._control = system, control
        # Known only to a page we served: another site cannot press our buttons.
        self._secret = secrets.token_urlsafe(16)

    def show(self) -> Reply:
        sections = (
            self._overview(), self._clock(), self._documents(), self._sessions(), self._faults(), self._keys(),
            self._findings(),
        )  # fmt: skip
        name = self.system.options.environment_name or "PROD"
        notice = f"A stand-in ({name}) for development and tests. Nothing here reaches the real KSeF."
        return Reply(200, page("KSeF simulator", notice, sections), "text/html; charset=utf-8", dict(HEADERS))

    def press(self, request: Request, action: str) -> Reply:
        """One button: run the same command as /control and show the page again."""
        given = {name: value for name, value in request.form.items() if value != ""}
        known = hmac.compare_digest(given.pop("secret", "").encode(), self._secret.encode())
        if not known or not self._control.admits(request.remote_addr):
            refusal = b"Load the page again; or the simulator takes commands from its own machine only."
            return Reply(403, refusal, "text/plain")
        match action:
            case "clock" if given.get("to") == "midnight":
                self._control.command("POST", "clock", {"set": self._before_midnight()})
            case "faults/remove":
                self.system.faults.remove(int(given["id"]))
            case "faults/clear":
                self._control.command("DELETE", "faults", {})
            case "faults":
                self._control.command("POST", "faults", _rule(given))
            case "clock" | "keys":
                self._control.command("POST", action, dict(given))
            case _:
                return Reply(404, b"No such button.", "text/plain")
        return Reply(303, b"", "", {"Location": "/"})

    def _overview(self) -> str:
        system, now = self.system, self.system.clock.now()
        found = system.ledger.counts(now)
        refused = sum(count for name, count in found.items() if name.isdigit() and int(name) >= 400)
        values: dict[str, object] = {
            "contract": "2.9.0",
            "sessions": found["sessions"],
            "documents": found["documents"],
            "accepted": found.get("200", 0),
            "refused": refused,
            "sign-ins": system.sign_ins.count(),
            "limits": "in force" if system.limiter.enforced else "off",
        }
        return section("Overview", figures(values))

    def _clock(self) -> str:
        clock = self.system.clock
        local = clock.now().astimezone(WARSAW)
        state = "stands still" if clock.frozen_at is not None else f"{clock.offset:+.0f} s from real time"
        return section(
            "Clock",
            f"<p>{local:%Y-%m-%d %H:%M:%S} in Warsaw <span class='quiet'>({text(state)})</span></p>",
            button("clock", "+ 1 hour", self._secret, advance=3600),
            button("clock", "+ 12 hours", self._secret, advance=12 * 3600),
            button("clock", "To 23:59:50", self._secret, to="midnight"),
            button("clock", "Stop", self._secret, freeze=1),
            button("clock", "Run on", self._secret, release=1),
            button("clock", "Real time", self._secret, real=1),
        )

    def _before_midnight(self) -> str:
        local = self.system.clock.now().astimezone(WARSAW)
        return local.replace(hour=23, minute=59, second=50, microsecond=0).isoformat()

    def _documents(self) -> str:
        now = self.system.clock.now()
        rows = [
            (
                text(each.facts.number if each.facts else "unreadable"),
                text(each.facts.seller_nip if each.facts else ""),
                status(each.code_at(now), "; ".join(each.details[:1]) if each.code_at(now) == each.code else ""),
                code(each.ksef_number or ""),
                code(each.session),
            )
            for each in self.system.ledger.latest(SHOWN_DOCUMENTS)
        ]
        head = ("Number", "Seller", "Status", "KSeF number", "Session")
        return section("Latest documents", table(head, rows, "No document has arrived yet."))

    def _sessions(self) -> str:
        now = self.system.clock.now()
        found = sorted(self.system.ledger.sessions.values(), key=lambda each: each.created_at, reverse=True)
        rows = []
        for each in found[:SHOWN_SESSIONS]:
            total, good, bad = counts(each, now)
            number = code_at(self.system, each, now)
            state = status(number, each.description(number))
            rows.append(
                (code(each.reference), text(each.kind), text(each.context), state, text(f"{total} / {good} / {bad}"))
            )
        head = ("Session", "Kind", "Context", "Status", "Documents / good / bad")
        return section("Latest sessions", table(head, rows, "No session has been opened yet."))

    def _faults(self) -> str:
        rows = [
            (
                text(rule.effect),
                text(rule.operation),
                text(rule.arguments or ""),
                text(f"{rule.hits} of {'any number' if rule.times is None else rule.times}"),
                button("faults/remove", "Remove", self._secret, id=rule.id),
            )
            for rule in self.system.faults.rules()
        ]
        inside = (
            choice("effect", "Effect", {name: f"{name}: {words}" for name, words in EFFECTS.items()})
            + choice("operation", "Call", {"*": "any", **{name: name for name in NAMES}})
            + field("times", "Times", "1", "number")
            + field("skip", "After calls", "0", "number")
            + field("status", "HTTP status", "", "number")
            + field("code", "KSeF code", "", "number")
            + field("seconds", "Seconds", "", "number")
            + choice("when", "When", {"before": "before the effect", "after": "after the effect"})
        )
        return section(
            "Faults",
            table(("Effect", "Call", "With", "Hits", ""), rows, "No fault is ordered."),
            form("faults", "Order this fault", self._secret, inside),
            button("faults/clear", "Clear all", self._secret),
        )

    def _keys(self) -> str:
        rows = [
            (
                text(key.usage),
                code(key.key_id),
                text(f"{key.valid_from:%Y-%m-%d %H:%M}"),
                text(f"{key.valid_to:%Y-%m-%d %H:%M}"),
            )
            for key in self.system.keys.published()
        ]
        return section(
            "Public keys",
            table(("Usage", "publicKeyId", "From (UTC)", "Until (UTC)"), rows, "No key is published."),
            button("keys", "Rotate as planned", self._secret, kind="planned"),
            button("keys", "Rotate at once", self._secret, kind="emergency"),
            button("keys", "New certificate, same key", self._secret, kind="recertify"),
        )

    def _findings(self) -> str:
        found = self.system.report.as_json()
        rows = [(text(name), text(count)) for name, count in found["totals"].items()]
        refused = [(text(context), text(groups)) for context, groups in found["tooManyRequests"].items()]
        return section(
            "Findings",
            table(("What", "Times"), rows, "Nothing to complain about."),
            table(("Refused with 429", "By group"), refused, ""),
            '<p class="quiet">All of it as JSON: <code>GET /control/report</code></p>',
        )


def _rule(given: dict[str, str]) -> dict[str, object]:
    numbers = {"times", "skip", "status", "code"}
    rule: dict[str, object] = {name: int(value) if name in numbers else value for name, value in given.items()}
    if rule.get("times") == 0:
        rule["times"] = None
    return rule
