"""The addresses: /nbp, /ecb, /vies and /wl, each as the register itself answers below its own address."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from . import rates, standing

ROUTES = Map(
    [
        Rule("/", endpoint="index"),
        Rule("/nbp/exchangerates/tables/A/<first>/<last>/", endpoint="nbp"),
        Rule("/ecb/eurofxref-hist-90d.xml", endpoint="ecb"),
        Rule("/vies/check-vat-number", methods=["POST"], endpoint="vies"),
        Rule("/wl/api/search/nips/<nips>", endpoint="nips"),
        Rule("/wl/api/check/nip/<nip>/bank-account/<account>", endpoint="account"),
    ]
)
LONGEST_RANGE = timedelta(days=93)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    request = Request(environ)
    try:
        name, values = ROUTES.bind_to_environ(environ).match()
        response: Response | HTTPException = ANSWERS[name](request, **values)
    except HTTPException as refusal:
        response = refusal
    return response(environ, start_response)


def index(_: Request) -> Response:
    return Response("Registers simulator: /nbp, /ecb, /vies, /wl\n", content_type="text/plain; charset=utf-8")


def nbp(_: Request, first: str, last: str) -> Response:
    """Tables of business days; 404 where there are none, 400 for a range that is too long."""
    begin, end = _day(first), _day(last)
    if end - begin > LONGEST_RANGE:
        return Response("400 BadRequest - Przekroczony limit 93 dni / Limit of 93 days has been exceeded", status=400)
    tables = rates.tables_between(begin, end)
    if not tables:
        return Response("404 NotFound - Not Found - Brak danych", status=404)
    return _json(tables)


def ecb(_: Request) -> Response:
    today = date.today()  # noqa: DTZ011 the day of this machine is the day of the demo
    return Response(rates.ecb_document(today), content_type="text/xml")


def vies(request: Request) -> Response:
    question = request.get_json(silent=True)
    if not isinstance(question, dict):
        raise BadRequest("no JSON")
    country, number = str(question.get("countryCode", "")), str(question.get("vatNumber", ""))
    return _json(standing.vies(country, number, datetime.now(UTC)))


def nips(request: Request, nips: str) -> Response:
    day = _day(request.args.get("date", ""))
    numbers = nips.split(",")
    if len(numbers) > 30:
        return _json({"code": "WL-130", "message": "Przekroczono maksymalną liczbę argumentów zapytania."}, status=400)
    return _json({"result": standing.entries(numbers, day)})


def account(request: Request, nip: str, account: str) -> Response:
    return _json({"result": standing.account(nip, account, _day(request.args.get("date", "")))})


ANSWERS: dict[str, Callable[..., Response]] = {
    "index": index,
    "nbp": nbp,
    "ecb": ecb,
    "vies": vies,
    "nips": nips,
    "account": account,
}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRequest("400 BadRequest - Błędny zakres dat / Invalid date range") from None


def _json(content: Any, *, status: int = 200) -> Response:
    return Response(json.dumps(content, ensure_ascii=False), status=status, content_type="application/json")
