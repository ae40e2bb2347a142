from __future__ import annotations

from collections import OrderedDict
from importlib.resources import files
from urllib.parse import urlsplit

from markupsafe import Markup
from werkzeug.wrappers import Request, Response

from apps.stripe_simulator.api.errors import ApiError
from apps.stripe_simulator.book import Missing
from apps.stripe_simulator.ids import random_text
from apps.stripe_simulator.operations.refusal import Refusal
from apps.stripe_simulator.simulator import Simulator

from .documents import documents_section, numbers_of
from .doing import do
from .html import el
from .sections import account_section, deliveries_section, endpoints_section, scenarios_section, trouble_section
from .texts import LANGUAGES, Texts

_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_REMEMBERED_NOTES = 50


class Page:
    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._style = files(__package__).joinpath("style.css").read_text(encoding="utf-8")
        self._notes: OrderedDict[str, str] = OrderedDict()

    def answer(self, request: Request) -> Response:
        if request.path == "/" and request.method in ("GET", "HEAD"):
            response = self._show(request)
        elif request.path == "/style.css":
            response = Response(self._style, mimetype="text/css")
        elif request.path.startswith("/do/") and request.method == "POST":
            response = self._do(request)
        else:
            response = Response("Not found", status=404, mimetype="text/plain")
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    def _show(self, request: Request) -> Response:
        t = Texts(_language(request))
        page = request.args.get("page", "0")
        with self._simulator.change() as change:
            sections = [
                scenarios_section(t),
                documents_section(change, t, int(page) if page.isdigit() and len(page) < 6 else 0),
                deliveries_section(self._simulator, change, t, numbers_of(change)),
                trouble_section(self._simulator, t),
                endpoints_section(change, t),
                account_section(self._simulator, change, t, request.host_url.rstrip("/")),
            ]
        live = request.args.get("live") == "1"
        note = self._notes.get(request.args.get("note", ""))
        response = Response(_document(t, sections, note=note, live=live), mimetype="text/html")
        if live:
            response.headers["Refresh"] = "3; url=/?live=1"
        if request.args.get("lang") in LANGUAGES:
            response.set_cookie("lang", t.language, samesite="Lax", httponly=True)
        return response

    def _do(self, request: Request) -> Response:
        if not _from_this_page(request):
            return Response("This form was not sent from the simulator's own page.", 403, mimetype="text/plain")
        t = Texts(_language(request))
        name = request.path.removeprefix("/do/")
        try:
            note = do(self._simulator, name, request.form, t)
        except (Refusal, ApiError) as refusal:
            note = t("refused", refusal.message)
        except Missing as missing:
            note = t("refused", str(missing))
        return Response(status=303, headers={"Location": f"/?note={self._remember(note)}"})

    def _remember(self, note: str) -> str:
        """Notes stay on this side, so that no link can put words onto the page."""
        id = random_text(12)
        self._notes[id] = note
        while len(self._notes) > _REMEMBERED_NOTES:
            self._notes.popitem(last=False)
        return id


def _document(t: Texts, sections: list[Markup], *, note: str | None, live: bool) -> str:
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("title", t("title")),
        el("link", rel="stylesheet", href="/style.css"),
    )
    other = "en" if t.language == "pl" else "pl"
    links = el(
        "nav",
        el("a", t("live_off") if live else t("live_on"), href="/" if live else "/?live=1"),
        el("a", t("refresh"), href="/?live=1" if live else "/"),
        el("a", "English" if other == "en" else "Polski", href=f"/?lang={other}", lang=other, hreflang=other),
        aria_label=t("language"),
    )
    header = el("header", el("div", el("h1", t("title")), el("span", t("test"), class_="badge"), links))
    places = [
        el("a", t(name), href=f"#{name}") for name in ("documents", "deliveries", "trouble", "endpoints", "account")
    ]
    contents = el("nav", *places, class_="contents", aria_label=t("contents"))
    said = el("p", note, class_="note", role="status") if note else None
    body = el("body", header, el("main", el("p", t("lead"), class_="lead"), contents, said, *sections))
    return "<!doctype html>" + str(el("html", head, body, lang=t.language))


def _language(request: Request) -> str:
    chosen = request.args.get("lang") or request.cookies.get("lang")
    if chosen in LANGUAGES:
        return chosen or "en"
    return request.accept_languages.best_match(LANGUAGES) or "en"


def _from_this_page(request: Request) -> bool:
    """Another website must not be able to press these buttons."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        return False
    return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
