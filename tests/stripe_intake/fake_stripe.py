"""A Stripe at the HTTP edge: a book of objects with the calls we make, its limits, refusals and counts."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import responses
from requests import PreparedRequest

from ksefkit.settings import STRIPE_API_VERSION

API = "https://api.stripe.com"
LISTED = {"invoices": "invoice", "credit_notes": "credit_note", "events": "event", "tax_rates": "tax_rate"}
Answer = tuple[int, dict[str, str], str]


class FakeStripe:
    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.denied: set[str] = set()  # first parts of paths the key may not use
        self.bad_key = False
        self.trouble: list[tuple[int, dict[str, str], str]] = []  # answered before anything else, in turn
        self.calls: Counter[str] = Counter()
        self.posted: list[tuple[str, dict[str, str]]] = []
        self.embedded_lines = 10
        self.meanwhile: Callable[[], None] | None = None  # happens once, after an object was read

    def add(self, *objects: dict[str, Any]) -> None:
        for each in objects:
            self.objects[each["id"]] = each

    @contextmanager
    def serving(self) -> Iterator["FakeStripe"]:
        with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
            for method in ("GET", "POST", "DELETE"):
                mock.add_callback(method, re.compile(f"{API}/.*"), callback=lambda request: self.answer(request))
            mock.add_passthru("http://127.0.0.1")  # simulators in the same test
            yield self

    def answer(self, request: PreparedRequest) -> Answer:
        assert request.headers["Stripe-Version"] == STRIPE_API_VERSION
        url = urlsplit(str(request.url))
        parts = url.path.removeprefix("/v1/").split("/")
        self.calls[f"{request.method} {'/'.join(parts)}"] += 1
        if self.trouble:
            return self.trouble.pop(0)
        if self.bad_key:
            return _error(401, "Invalid API Key provided: rk_test_****acme")
        if parts[0] in self.denied:
            return _error(403, f"The provided key does not have the required permissions: rak_{parts[0][:-1]}_read.")
        if request.method == "POST":
            body = request.body.decode() if isinstance(request.body, bytes) else str(request.body or "")
            return self._post(parts, dict(parse_qsl(body)))
        if request.method == "DELETE":
            self.objects.pop(parts[1], None)
            return _ok({"id": parts[1], "object": "webhook_endpoint", "deleted": True})
        answer = self._get(parts, dict(parse_qsl(url.query)))
        if self.meanwhile and len(parts) == 2:
            happens, self.meanwhile = self.meanwhile, None
            happens()
        return answer

    def _post(self, parts: list[str], form: dict[str, str]) -> Answer:
        self.posted.append(("/".join(parts), form))
        if parts == ["webhook_endpoints"]:
            events = sorted(value for key, value in form.items() if key.startswith("enabled_events"))
            made = {"id": f"we_{len(self.posted)}", "object": "webhook_endpoint", "status": "enabled",
                    "url": form["url"], "enabled_events": events, "api_version": form.get("api_version")}  # fmt: skip
            self.add(made)
            return _ok(made | {"secret": f"whsec_made_{len(self.posted)}"})
        if parts[1] not in self.objects:
            return _error(404, f"No such object: '{parts[1]}'")
        changed = self.objects[parts[1]]
        if parts[0] == "webhook_endpoints":
            changed["status"] = "disabled" if form.get("disabled") == "true" else "enabled"
            changed["enabled_events"] = sorted(v for k, v in form.items() if k.startswith("enabled_events"))
        return _ok(changed)

    def _get(self, parts: list[str], query: dict[str, str]) -> Answer:
        match parts:
            case ["account"]:
                return _ok({"id": "acct_1QAcme", "object": "account", "country": "PL",
                            "business_profile": {"name": "Acme"}})  # fmt: skip
            case [collection]:
                return _ok(self._page(self._found(collection, query), query))
            case [_, stripe_id] if stripe_id in self.objects:
                return _ok(self._shown(self.objects[stripe_id], query))
            case [_, stripe_id, "lines"] if stripe_id in self.objects:
                return _ok(self._page(self.objects[stripe_id]["lines"]["data"], query))
            case _:
                return _error(404, f"No such object: '{parts[-1]}'")

    def _found(self, collection: str, query: dict[str, str]) -> list[dict[str, Any]]:
        kind = LISTED.get(collection, collection.removesuffix("s"))
        found = [each for each in self.objects.values() if each["object"] == kind]
        if "created[gte]" in query:
            found = [
                each for each in found if int(query["created[gte]"]) <= each["created"] <= int(query["created[lte]"])
            ]
        types = {value for key, value in query.items() if key.startswith("types")}
        found = [each for each in found if not types or each["type"] in types]
        newest_first = sorted(found, key=lambda each: each.get("created", 0), reverse=True)
        return [self._shown(each, query) for each in newest_first]

    def _page(self, found: list[dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
        ids = [each["id"] for each in found]
        start = ids.index(query["starting_after"]) + 1 if "starting_after" in query else 0
        end = start + int(query.get("limit", 10))
        return {"object": "list", "data": found[start:end], "has_more": end < len(found)}

    def _shown(self, stored: dict[str, Any], query: dict[str, str]) -> dict[str, Any]:
        """The first ten lines only, and the customer whole when asked for."""
        expanded = {value.removeprefix("data.") for key, value in query.items() if key.startswith("expand")}
        shown = dict(stored)
        if "lines" in stored:
            data = stored["lines"]["data"]
            more = len(data) > self.embedded_lines
            shown["lines"] = stored["lines"] | {"data": data[: self.embedded_lines], "has_more": more}
        if "customer.tax_ids" in expanded and isinstance(stored.get("customer"), str):
            shown["customer"] = self.objects.get(stored["customer"], stored["customer"])
        if "payments" not in expanded:
            shown.pop("payments", None)
        return shown


def _ok(body: dict[str, Any]) -> Answer:
    return 200, {"Request-Id": "req_1"}, json.dumps(body)


def _error(status: int, message: str) -> Answer:
    kind = "invalid_request_error" if status < 500 else "api_error"
    return status, {"Request-Id": "req_2"}, json.dumps({"error": {"type": kind, "message": message}})
