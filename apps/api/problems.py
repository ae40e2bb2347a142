"""Errors as RFC 9457 problems: what happened, which field, and what the program or its people can do next."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views import defaults
from rest_framework import serializers
from rest_framework.exceptions import APIException, Throttled
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

PROBLEM_JSON = "application/problem+json"
ABOUT = "about:blank"  # the status says what kind of problem it is (RFC 9457, 4.2.1)


class FieldErrorSerializer(serializers.Serializer[object]):
    """One value that was refused."""

    field = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[object]):
    """What went wrong (RFC 9457), and what to do next."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    next_step = serializers.CharField()
    errors = FieldErrorSerializer(many=True)  # type: ignore[assignment]  # the name of RFC 9457's own example


class TooLateToDecide(APIException):
    """KSeF has the document, or may have it."""

    status_code = 409
    default_code = "too_late"

    def __init__(self) -> None:
        super().__init__(_("This document is with KSeF or filed; nothing was changed."))


def refused_value(field: str, detail: str) -> serializers.ValidationError:
    return serializers.ValidationError({field: [detail]})


def as_problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF calls it for every error of a view; what it does not know becomes a 500 of server_error()."""
    answer = exception_handler(error, context)
    if answer is None:
        return None
    errors = list(_errors(answer.data)) if isinstance(error, serializers.ValidationError) else []
    detail = _("Nothing was changed: some values cannot be used.") if errors else str(answer.data["detail"])
    body = _problem(answer.status_code, detail, _next_step(answer.status_code, error), errors)
    return Response(body, status=answer.status_code, headers=dict(answer.headers), content_type=PROBLEM_JSON)


def server_error(request: HttpRequest) -> HttpResponse:
    """The handler of unexpected errors: a problem for programs, the page for people; neither shows internals."""
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    detail = _("Something went wrong on our side. Nothing was filed or lost.")
    body = _problem(500, detail, _("Send the same request again in a minute; it does nothing twice."), [])
    return JsonResponse(body, status=500, content_type=PROBLEM_JSON)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The handler of requests that cannot be read: a problem for programs, the page for people."""
    status = 413 if isinstance(exception, RequestDataTooBig) else 400
    if not request.path.startswith("/api/"):
        return render(request, f"{status}.html", status=status)
    detail = _("The request is too large; nothing was changed.") if status == 413 else _("The request cannot be read.")
    body = _problem(status, detail, _next_step(status, None), [])
    return JsonResponse(body, status=status, content_type=PROBLEM_JSON)


class NoSuchAddress(APIView):
    """Every address of the API that does not exist answers like the others, not with a page."""

    authentication_classes = ()
    permission_classes = ()
    schema = None

    def dispatch(self, request: HttpRequest, *_arguments: Any, **_named: Any) -> HttpResponse:  # noqa: ARG002
        body = _problem(404, _("There is nothing at this address."), _next_step(404, None), [])
        return JsonResponse(body, status=404, content_type=PROBLEM_JSON)


def _problem(status: int, detail: str, next_step: str, errors: list[dict[str, str]]) -> dict[str, Any]:
    title = Response(status=status).status_text
    return {
        "type": ABOUT,
        "title": title,
        "status": status,
        "detail": detail,
        "next_step": next_step,
        "errors": errors,
    }


def _next_step(status: int, error: Exception | None) -> str:
    if isinstance(error, Throttled):
        return _("Wait as long as the header Retry-After says, then send it again.")
    return {
        400: _("Correct the fields named in errors and send it again."),
        401: _("Send the header “Authorization: Bearer kk_…” with a living key; an owner makes one under Settings."),
        403: _("Use a key whose scope allows this; an owner makes one under Settings, API keys."),
        404: _("Look at the list of documents for the ids of this company, and at /api/v1/openapi.json for addresses."),
        405: _("Look at /api/v1/openapi.json for what this address takes."),
        409: _("Read the document again: its status says where it stands now."),
        415: _("Send JSON with the header “Content-Type: application/json”."),
    }.get(status, _("Look at /api/v1/openapi.json and docs/api.md."))


def _errors(data: Any, field: str = "") -> Iterator[dict[str, str]]:
    if isinstance(data, Mapping):
        for name, inner in data.items():
            yield from _errors(inner, f"{field}.{name}" if field else str(name))
    elif isinstance(data, list):
        for inner in data:
            yield from _errors(inner, field)
    else:
        yield {"field": field, "detail": str(data)}
