"""One request to the API, step by step: route, bearer, faults, limits, permissions, contract, endpoint."""

import ipaddress
from datetime import datetime

from werkzeug.wrappers import Request

from apps.ksef_simulator import endpoints as _endpoints  # noqa: F401 - importing them registers their answers
from apps.ksef_simulator.contract.answer import answer_problems
from apps.ksef_simulator.contract.openapi import Operation
from apps.ksef_simulator.contract.request import Checked, check_request
from apps.ksef_simulator.signin.operations import ACCESS, AUTHENTICATION, REFRESH
from apps.ksef_simulator.signin.principal import Principal
from apps.ksef_simulator.system import System
from apps.ksef_simulator.web.call import ENDPOINTS, Call, Reply
from apps.ksef_simulator.web.errors import (
    ApiError,
    BadRequest,
    ErrorContext,
    Forbidden,
    MethodNotAllowed,
    NotAcceptable,
    NotFound,
    TooManyRequests,
    Unauthorized,
    UnsupportedMediaType,
    render,
)
from apps.ksef_simulator.web.misbehaviour import after_effect, before_effect

BEARERS = {
    "GET /auth/{referenceNumber}": (AUTHENTICATION,),
    "POST /auth/token/redeem": (AUTHENTICATION,),
    "POST /auth/token/refresh": (REFRESH,),
    "DELETE /auth/sessions/current": (ACCESS, REFRESH),
}


class Api:
    def __init__(self, system: System) -> None:
        self.system = system

    def answer(self, request: Request, path: str) -> Reply:
        at = self.system.clock.now()
        operation: Operation | None = None
        try:
            operation, placeholders = self._route(request.method, path)
            reply = self._answer(request, operation, placeholders, at)
        except ApiError as error:
            reply = self._refusal(error, request, at)
        if operation is not None:
            self._observe(operation, reply)
        warning = request.headers.get("X-Test-System-Warning")
        if warning and reply.status < 300:
            reply.headers["X-System-Warning"] = warning.encode("ascii", "ignore").decode()
        return reply

    def _route(self, method: str, path: str) -> tuple[Operation, list[str]]:
        methods, placeholders = self.system.contract.find(path)
        if not methods:
            self.system.report.note("unknownPaths", method=method, path=path[:200])
            raise NotFound("Nie znaleziono zasobu.")
        if method not in methods:
            raise MethodNotAllowed(sorted(methods))
        return methods[method], placeholders

    def _answer(self, request: Request, operation: Operation, placeholders: list[str], at: datetime) -> Reply:
        bearer = self._bearer(request, at)
        address = request.remote_addr or "127.0.0.1"
        nip = bearer.context.nip if bearer else None
        rules = self.system.faults.for_request(operation.name, nip)
        wrong = before_effect(rules)
        if wrong is not None:
            return wrong
        self._authenticate(operation, bearer, address)
        self._count(operation, bearer, address, at)
        self._permit(operation, bearer)
        names = [each.strip("{}") for each in operation.template.split("/") if each.startswith("{")]
        call = Call(
            system=self.system,
            operation=operation,
            path=dict(zip(names, placeholders, strict=True)),
            headers=request.headers,
            client_ip=address,
            base_url=self.system.options.public_url or f"{request.scheme}://{request.host}",
            at=at,
            bearer=bearer,
        )
        self._check(request, call)
        reply = ENDPOINTS[operation.method, operation.template](call)
        return after_effect(rules, reply)

    def _bearer(self, request: Request, at: datetime) -> Principal | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return self.system.sign_ins.principal(token.strip(), at) if scheme.lower() == "bearer" else None

    def _authenticate(self, operation: Operation, bearer: Principal | None, address: str) -> None:
        if not operation.protected:
            return
        if bearer is None:
            raise Unauthorized("Brak ważnego tokenu w nagłówku Authorization.")
        if bearer.kind not in BEARERS.get(operation.name, (ACCESS,)):
            raise Forbidden(
                "missing-permissions",
                "Ten rodzaj tokenu nie pozwala na wykonanie operacji.",
                {"requiredAnyOfPermissions": list(operation.permissions), "presentPermissions": []},
            )
        if bearer.kind == ACCESS and bearer.policy and not allowed_address(bearer.policy, address):
            raise Forbidden("ip-not-allowed", "Adres IP nie jest dozwolony.", {"clientIp": address})

    def _count(self, operation: Operation, bearer: Principal | None, address: str, at: datetime) -> None:
        group = operation.group
        owner = str(bearer.context) if bearer and group != "anonymous" else ""
        # "other" is counted for each endpoint by itself (API docs, limity).
        counter = f"other {operation.name}" if group == "other" else group
        if group == "other" and not owner:
            counter = group = "anonymous"
        try:
            if self.system.limiter.global_enforced:
                self.system.limiter.take("", address, "global", "global", at.timestamp())
            too_early = self.system.limiter.take(owner, address, group, counter, at.timestamp())
        except TooManyRequests as refusal:
            self.system.report.limited(owner or address, group)
            if refusal.ignored_wait:
                self.system.report.note("retryAfterIgnored", context=owner or address, operation=operation.name)
            raise
        self.system.report.counted(owner or address, group)
        if too_early:
            self.system.report.note("retryAfterIgnored", context=owner or address, operation=operation.name)

    def _permit(self, operation: Operation, bearer: Principal | None) -> None:
        if operation.permissions and bearer is not None and not bearer.may(*operation.permissions):
            raise Forbidden(
                "missing-permissions",
                "Brak wymaganych uprawnień do wykonania operacji w bieżącym kontekście.",
                {
                    "requiredAnyOfPermissions": list(operation.permissions),
                    "presentPermissions": sorted(bearer.permissions),
                },
            )

    def _check(self, request: Request, call: Call) -> None:
        call.raw = request.get_data(cache=False)
        operation = call.operation
        checked = check_request(
            operation, call.path, request.args, request.headers, request.headers.get("Content-Type", ""), call.raw
        )
        self._note(operation, checked)
        if checked.wrong_media:
            raise UnsupportedMediaType(f"Oczekiwano {' lub '.join(operation.body)}.")
        if checked.unreadable is not None:
            raise BadRequest(21001, checked.unreadable)
        if checked.problems:
            raise BadRequest(21405, *checked.problems)
        answer = operation.answers.get(200, {})
        if "application/xml" in answer and not request.accept_mimetypes.best_match(["application/xml"]):
            raise NotAcceptable("Odpowiedź jest dostępna wyłącznie jako application/xml.")
        call.parameters, call.body = checked.parameters, checked.body

    def _note(self, operation: Operation, checked: Checked) -> None:
        problems = list(checked.problems)
        if checked.wrong_media:
            problems.append("Content-Type")
        if checked.unreadable is not None:
            problems.append("unreadable body")
        if problems:
            self.system.report.note("contractViolations", operation=operation.name, problems=problems[:10])
        if checked.unknown:
            self.system.report.note("unknownMembers", operation=operation.name, members=checked.unknown[:10])

    def _refusal(self, error: ApiError, request: Request, at: datetime) -> Reply:
        problem_details = request.headers.get("X-Error-Format", "").lower() == "problem-details"
        context = ErrorContext(request.path, self.system.numbers.hex(32), at, problem_details)
        media, body = render(error, context)
        return Reply(error.status, body, media, dict(error.headers))

    def _observe(self, operation: Operation, reply: Reply) -> None:
        self.system.report.answered(operation.name, reply.status)
        if self.system.options.check_responses and not reply.spoilt:
            for problem in answer_problems(operation, reply.status, reply.media, reply.body):
                self.system.report.note("answerViolations", problem=problem)


def allowed_address(policy: dict[str, list[str]], address: str) -> bool:
    """Whether an access token may be used from this address (AuthorizationPolicy, IPv4 only)."""
    here = ipaddress.ip_address(address)
    if here.version != 4:
        return False
    single = any(here == ipaddress.ip_address(each) for each in policy.get("ip4Addresses") or ())
    masked = any(here in ipaddress.ip_network(each, strict=False) for each in policy.get("ip4Masks") or ())
    return single or masked or any(_in_range(address, each) for each in policy.get("ip4Ranges") or ())


def _in_range(address: str, text: str) -> bool:
    first, last = (int(ipaddress.IPv4Address(end)) for end in text.split("-"))
    return first <= int(ipaddress.IPv4Address(address)) <= last
