"""The control API under /control: loopback only, JSON, no bearer."""

import ipaddress
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from werkzeug.wrappers import Request

from apps.ksef_simulator.keys import SYMMETRIC_USAGE, TOKEN_USAGE
from apps.ksef_simulator.people.tokens import PERMISSIONS
from apps.ksef_simulator.signin.principal import Identifier
from apps.ksef_simulator.system import System
from apps.ksef_simulator.web.call import Reply, json_reply
from apps.ksef_simulator.web.evidence import documents, report
from apps.ksef_simulator.web.faults import EFFECTS, NAMES, Rule

USAGES = {"token": TOKEN_USAGE, "symmetric": SYMMETRIC_USAGE}
Body = dict[str, Any]


class BadCommand(Exception):
    """The command cannot be understood; the text says what was expected."""


def is_loopback(address: str | None) -> bool:
    return address is not None and ipaddress.ip_address(address).is_loopback


class Control:
    def __init__(self, system: System) -> None:
        self.system = system
        self._commands: dict[tuple[str, str], Callable[[Body], Any]] = {
            ("GET", ""): self._overview,
            ("GET", "report"): self._report,
            ("DELETE", "report"): self._clear_report,
            ("GET", "documents"): self._documents,
            ("GET", "faults"): self._faults,
            ("POST", "faults"): self._add_fault,
            ("DELETE", "faults"): self._clear_faults,
            ("GET", "clock"): self._clock,
            ("POST", "clock"): self._move_clock,
            ("POST", "keys"): self._rotate,
            ("GET", "tokens"): self._tokens,
            ("POST", "tokens"): self._add_token,
            ("POST", "tokens/revoke"): self._revoke_token,
            ("GET", "limits"): self._limits,
            ("POST", "limits"): self._set_limits,
            ("GET", "latarnia"): self._latarnia,
            ("POST", "latarnia"): self._set_latarnia,
        }

    def answer(self, request: Request, path: str) -> Reply:
        if not self.admits(request.remote_addr):
            return json_reply({"error": "control is for this machine only"}, 403)
        raw = request.get_data()
        if raw and request.mimetype != "application/json":
            # A page of another site could send anything else without being asked.
            return json_reply({"error": "Content-Type: application/json was expected"}, 415)
        try:
            body = json.loads(raw or b"{}")
            if not isinstance(body, dict):
                raise BadCommand("a JSON object was expected")
            return json_reply(self.command(request.method, path.rstrip("/"), dict(request.args) | body))
        except (BadCommand, ValueError, KeyError, TypeError) as error:
            return json_reply({"error": f"{type(error).__name__}: {error}"}, 400)

    def admits(self, address: str | None) -> bool:
        """Commands come from this machine, unless --open-control lets everybody in."""
        return self.system.options.open_control or is_loopback(address)

    def command(self, method: str, path: str, body: Body) -> Any:
        """Run one command; ValueError, KeyError, TypeError or BadCommand say that it was not understood."""
        command = self._commands.get((method, path))
        if command is not None:
            return command(body)
        if method == "DELETE" and path.startswith("faults/"):
            return {"removed": self.system.faults.remove(int(path.removeprefix("faults/")))}
        raise BadCommand(f"no command {method} /control/{path}")

    def _overview(self, _: Body) -> Any:
        return {
            "contract": "2.9.0",
            "environment": self.system.options.environment_name,
            "commands": sorted(f"{method} /control/{path}" for method, path in self._commands),
            "effects": EFFECTS,
            "operations": NAMES,
        }

    def _report(self, body: Body) -> Any:
        return report(self.system, with_documents=str(body.get("documents", "1")) not in ("0", "false"))

    def _clear_report(self, _: Body) -> Any:
        self.system.report.clear()
        self.system.limiter.forget()
        return {"cleared": True}

    def _documents(self, body: Body) -> Any:
        start, count = int(body.get("offset", 0)), int(body.get("count", 1000))
        return {"documents": documents(self.system)[start : start + count]}

    def _faults(self, _: Body) -> Any:
        return {"faults": [rule.as_json() for rule in self.system.faults.rules()]}

    def _add_fault(self, body: Body) -> Any:
        known = {"effect", "operation", "context", "skip", "times", "probability"}
        settings = {name: body[name] for name in known & body.keys()}
        arguments = {name: value for name, value in body.items() if name not in known}
        return self.system.faults.add(Rule(**settings, arguments=arguments)).as_json()

    def _clear_faults(self, _: Body) -> Any:
        self.system.faults.clear()
        return {"cleared": True}

    def _clock(self, _: Body) -> Any:
        clock = self.system.clock
        return {"now": clock.now().isoformat(), "frozen": clock.frozen_at is not None, "offset": clock.offset}

    def _move_clock(self, body: Body) -> Any:
        clock = self.system.clock
        if "set" in body:
            clock.set(datetime.fromisoformat(body["set"]))
        clock.advance(float(body.get("advance", 0)))
        if body.get("freeze"):
            clock.freeze()
        if body.get("release"):
            clock.release()
        if body.get("real"):
            clock.frozen_at, clock.offset = None, 0.0
        self.system.store.set("clock-offset", clock.offset)
        return self._clock(body)

    def _rotate(self, body: Body) -> Any:
        """`kind`: planned (the old key lives on for `overlap` seconds), emergency or recertify; one `usage` or both."""
        kind = body.get("kind", "planned")
        if kind not in ("planned", "emergency", "recertify"):
            raise BadCommand("kind is planned, emergency or recertify")
        made = []
        for usage in [USAGES[body["usage"]]] if "usage" in body else USAGES.values():
            if kind == "recertify":
                key = self.system.keys.recertify(usage)
            else:
                overlap = float(body.get("overlap", 86400))
                key = self.system.keys.rotate(usage, emergency=kind == "emergency", overlap=overlap)
            made.append({"usage": usage, "publicKeyId": key.key_id, "certificateId": key.certificate_id})
        return {"keys": made}

    def _tokens(self, _: Body) -> Any:
        now = self.system.clock.now()
        return {"tokens": [token.as_json(now) for token in self.system.tokens.all()]}

    def _add_token(self, body: Body) -> Any:
        """Make a token for `nip` (or `context`), from the given `token` text or a new one; `permissions` optional."""
        context = Identifier.parse(body["context"]) if "context" in body else Identifier("Nip", body["nip"])
        permissions = list(body.get("permissions", PERMISSIONS))
        if "token" in body:
            made = self.system.tokens.install(context, body["token"], permissions)
            return {"referenceNumber": made.reference, "token": body["token"]}
        owner = Identifier("Nip", context.nip)
        made, text = self.system.tokens.generate(context, owner, permissions, "Token z panelu symulatora")
        return {"referenceNumber": made.reference, "token": text}

    def _revoke_token(self, body: Body) -> Any:
        found = self.system.tokens.find(body["token"]) if "token" in body else None
        token = found or self.system.tokens.get(body.get("referenceNumber", ""))
        if token is None:
            raise BadCommand("no such token")
        self.system.tokens.revoke(token)
        return {"revoked": token.reference}

    def _limits(self, _: Body) -> Any:
        limiter = self.system.limiter
        return {
            "enforced": limiter.enforced,
            "global": limiter.global_enforced,
            "shared": limiter.shared,
            "limits": limiter.published,
            "overrides": limiter.overrides,
            "usage": limiter.usage(self.system.clock.seconds()),
        }

    def _set_limits(self, body: Body) -> Any:
        """`enforced` and `global` on or off; `limits` replaces groups; `shared` maps a group to another's counter."""
        limiter = self.system.limiter
        limiter.global_enforced = bool(body.get("global", limiter.global_enforced))
        limiter.shared = dict(body.get("shared", limiter.shared))
        if "enforced" in body:
            limiter.enforced = bool(body["enforced"])
        limiter.published.update(body.get("limits", {}))
        if body.get("forget"):
            limiter.forget()
        return self._limits(body)

    def _latarnia(self, _: Body) -> Any:
        return self.system.latarnia.as_json()

    def _set_latarnia(self, body: Body) -> Any:
        """`status`, `messages` as the service would publish them; `down` makes it answer 504."""
        self.system.latarnia.set(body)
        return self.system.latarnia.as_json()
