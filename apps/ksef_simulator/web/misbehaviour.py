"""What request faults do: before the effect, or to the answer after it."""

import time
from collections.abc import Sequence

from apps.ksef_simulator.web.call import Reply, json_reply
from apps.ksef_simulator.web.errors import BadRequest
from apps.ksef_simulator.web.faults import Rule

FIREWALL_PAGE = (
    "<!DOCTYPE html><html><head><title>Request unsuccessful</title></head><body><h1>{status}</h1>"
    "<p>Request unsuccessful. Incapsula incident ID: 0-0</p></body></html>"
)


class ConnectionDropped(Exception):
    """Close the connection without sending anything."""


def before_effect(rules: Sequence[Rule]) -> Reply | None:
    """The answer that replaces the whole call, if a rule asks for one."""
    for rule in rules:
        arguments = rule.arguments
        match rule.effect:
            case "slow":
                time.sleep(float(arguments.get("seconds", 1)))
            case "drop_before":
                raise ConnectionDropped
            case "html":
                return _html(int(arguments.get("status", 502)))
            case "error":
                raise BadRequest(int(arguments["code"]), *arguments.get("details", ()))
            case "status" if arguments.get("when", "before") == "before":
                return _status(rule)
    return None


def after_effect(rules: Sequence[Rule], reply: Reply) -> Reply:
    """The answer as it leaves, once the call has had its effect."""
    for rule in rules:
        match rule.effect:
            case "drop_after":
                raise ConnectionDropped
            case "status" if rule.arguments.get("when") == "after":
                return _status(rule)
            case "malformed":
                return Reply(reply.status, reply.body[: len(reply.body) // 2], reply.media, reply.headers, spoilt=True)
            case "truncated":
                promised = str(len(reply.body) + 100)
                headers = {**reply.headers, "Content-Length": promised}
                return Reply(reply.status, reply.body, reply.media, headers, spoilt=True)
    return reply


def _html(status: int) -> Reply:
    return Reply(status, FIREWALL_PAGE.format(status=status).encode(), "text/html", spoilt=True)


def _status(rule: Rule) -> Reply:
    status = int(rule.arguments.get("status", 500))
    match rule.arguments.get("body", "empty"):
        case "html":
            reply = _html(status)
        case "json" if status == 429:
            details = [f"Spróbuj ponownie po {rule.arguments.get('retry_after', 1)} sekundach."]
            body = {"code": 429, "description": "Too Many Requests", "details": details}
            reply = json_reply({"status": body}, status)
        case "json":
            reply = json_reply({"title": "Server Error", "status": status, "detail": "simulated"}, status)
        case _:
            reply = Reply(status)
    if "retry_after" in rule.arguments:
        reply.headers["Retry-After"] = str(rule.arguments["retry_after"])
    reply.spoilt = True
    return reply
