"""The status service "Latarnia": public, separate from the API, here under /latarnia."""

from typing import Any

from werkzeug.wrappers import Request

from apps.ksef_simulator.web.call import Reply, json_reply

STATUSES = ("AVAILABLE", "MAINTENANCE", "FAILURE", "TOTAL_FAILURE")


class Latarnia:
    def __init__(self) -> None:
        self._status = "AVAILABLE"
        self._messages: list[dict[str, Any]] = []
        self._down = False

    def set(self, change: dict[str, Any]) -> None:
        status = change.get("status", self._status)
        if status not in STATUSES:
            raise ValueError(f"status is one of {', '.join(STATUSES)}")
        self._status = status
        self._messages = list(change.get("messages", self._messages if status != "AVAILABLE" else []))
        self._down = bool(change.get("down", False))

    def as_json(self) -> dict[str, Any]:
        return {"status": self._status, "messages": self._messages, "down": self._down}

    def answer(self, request: Request, path: str) -> Reply:
        if self._down:
            return Reply(504, b"<html><body>504 Gateway Time-out</body></html>", "text/html")
        match request.method, path:
            case "GET", "status":
                shown: dict[str, Any] = {"status": self._status}
                # Messages are absent while everything works.
                return json_reply(shown | ({"messages": self._messages} if self._messages else {}))
            case "GET", "messages":
                return json_reply(self._messages)
        return json_reply({"error": "not found"}, 404)
