"""The API under /v1 as a WSGI application."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from apps.stripe_simulator.book import Missing, Trace
from apps.stripe_simulator.faults import ApiFault
from apps.stripe_simulator.ids import new_id
from apps.stripe_simulator.operations.refusal import Refusal
from apps.stripe_simulator.records.base import Json, Record
from apps.stripe_simulator.records.events import IdempotentAnswer
from apps.stripe_simulator.records.parties import Account
from apps.stripe_simulator.resources import ROUTES
from apps.stripe_simulator.simulator import Simulator
from apps.stripe_simulator.versions.names import check_version
from apps.stripe_simulator.versions.rendering import render

from .calls import Answer, Call, Route
from .errors import ApiError, missing
from .expansion import expand
from .forms import parse_form
from .idempotency import fingerprint, known_answer
from .lists import Listing
from .params import Params


class StripeApi:
    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._routes = Map(
            [Rule(route.path, endpoint=route, methods=[route.method]) for route in ROUTES],
            strict_slashes=False,
        )

    def answer(self, request: Request) -> Response:
        request_id = new_id("req")
        try:
            response = self._respond(request, request_id)
        except ApiError as error:
            response = _json(error.body(request_id), status=error.status)
            response.headers.update(error.headers)
        response.headers["Request-Id"] = request_id
        return response

    def _respond(self, request: Request, request_id: str) -> Response:
        fault = self._simulator.faults.for_call(request.method, request.path)
        if fault and (trouble := _troubled(fault)):
            return trouble
        self._simulator.keyring.authenticate(request.headers.get("Authorization", ""))
        route, path = self._find(request)
        key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        with self._simulator.change(Trace(request_id=request_id, idempotency_key=key)) as change:
            if route.permission:
                self._simulator.keyring.require(route.permission, change.account.id)
            version = _version(request, change.account)
            form = _form(request)
            print = fingerprint(request.method, request.path, form)
            known = known_answer(change, key, print) if key else None
            if known:
                return _replayed(known, version, key)
            body = _handled(route, Call(change=change, params=Params(parse_form(form)), path=path, version=version))
            text = json.dumps(body, ensure_ascii=False)
            if key:
                change.put(
                    IdempotentAnswer(
                        id=key, created=change.at, fingerprint=print, request_id=request_id, status=200, body=text
                    )
                )
        response = Response(text, mimetype="application/json")
        response.headers["Stripe-Version"] = version
        if key:
            response.headers["Idempotency-Key"] = key
        if fault and fault.truncated:
            return _truncated(response)
        return response

    def _find(self, request: Request) -> tuple[Route, dict[str, str]]:
        adapter = self._routes.bind_to_environ(request.environ)
        try:
            route, path = adapter.match()
        except MethodNotAllowed as problem:
            raise ApiError(405, f"Method {request.method} is not allowed for {request.path}.") from problem
        except HTTPException as problem:
            raise ApiError(
                404,
                f"Unrecognized request URL ({request.method}: {request.path}). Please see https://stripe.com/docs.",
            ) from problem
        return route, dict(path)


def _handled(route: Route, call: Call) -> Json:
    expansions = call.params.texts("expand") or ()
    try:
        answer = route.handler(call)
        call.params.refuse_unread()
        return _rendered(call, answer, expansions)
    except Refusal as refusal:
        raise ApiError(400, refusal.message, code=refusal.code, param=refusal.param) from refusal
    except Missing as nothing:
        raise missing(nothing.kind, nothing.id, param=nothing.kind) from nothing


def _rendered(call: Call, answer: Answer, expansions: tuple[str, ...]) -> Json:
    if isinstance(answer, Record):
        shape = render(call.change, answer, call.version)
    elif isinstance(answer, Listing):
        items = [answer.item(item) if answer.item else render(call.change, item, call.version) for item in answer.items]
        shape = {"object": "list", "data": items, "has_more": answer.has_more, "url": answer.url}
    else:
        shape = answer
    expand(call.change, shape, expansions, call.version)
    return shape


def _version(request: Request, account: Account) -> str:
    try:
        return check_version(request.headers.get("Stripe-Version", account.api_version))
    except Refusal as refusal:
        raise ApiError(400, refusal.message) from refusal


def _form(request: Request) -> str:
    if request.method == "POST":
        try:
            return request.get_data(as_text=True)
        except UnicodeDecodeError as problem:
            raise ApiError(400, "The request's parameters are not UTF-8.") from problem
    return request.query_string.decode("latin-1")


def _replayed(known: IdempotentAnswer, version: str, key: str | None) -> Response:
    response = Response(known.body, status=known.status, mimetype="application/json")
    response.headers["Stripe-Version"] = version
    response.headers["Idempotent-Replayed"] = "true"
    response.headers["Original-Request"] = known.request_id
    response.headers["Idempotency-Key"] = key or ""
    return response


def _troubled(fault: ApiFault) -> Response | None:
    time.sleep(fault.delay)
    if fault.html:
        return Response(
            "<html><body><h1>502 Bad Gateway</h1></body></html>", status=fault.status or 502, mimetype="text/html"
        )
    if fault.status == 429:
        headers = {"Stripe-Rate-Limited-Reason": fault.reason or "global-rate"}
        raise ApiError(429, "Request rate limit exceeded.", code="rate_limit", headers=headers)
    if fault.status:
        raise ApiError(
            fault.status,
            "An error was asked for.",
            type="api_error" if fault.status >= 500 else "invalid_request_error",
        )
    return None


def _truncated(response: Response) -> Response:
    """Half a body under a header that promises all of it; the connection ends in the middle."""
    whole = response.get_data()
    promised = str(len(whole))

    def half() -> Iterable[bytes]:
        yield whole[: len(whole) // 2]

    cut = Response(half(), mimetype="application/json")
    cut.headers["Content-Length"] = promised
    return cut


def _json(body: dict[str, Any], *, status: int) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status=status, mimetype="application/json")
