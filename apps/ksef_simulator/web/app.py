"""The WSGI application: the API under /v2, storage, status service, control and the page."""

import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.wrappers import Request

from apps.ksef_simulator.system import System
from apps.ksef_simulator.web.api import Api
from apps.ksef_simulator.web.call import Reply, json_reply
from apps.ksef_simulator.web.control import Control
from apps.ksef_simulator.web.misbehaviour import ConnectionDropped
from apps.ksef_simulator.web.pages import Pages
from apps.ksef_simulator.web.storage import Storage

_log = logging.getLogger(__name__)


class Application:
    def __init__(self, system: System) -> None:
        self.system = system
        control = Control(system)
        self._pages = Pages(system, control)
        self._rooms: dict[str, Callable[[Request, str], Reply]] = {
            "v2": Api(system).answer,
            "storage": Storage(system).answer,
            "control": control.answer,
            "latarnia": system.latarnia.answer,
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        room, _, rest = request.path.lstrip("/").partition("/")
        reply = self._answer(request, room, rest)
        headers = {"Content-Length": str(len(reply.body)), **reply.headers}
        if reply.media:
            headers["Content-Type"] = reply.media
        start_response(f"{reply.status} {_phrase(reply.status)}", list(headers.items()))
        return [reply.body]

    def _answer(self, request: Request, room: str, rest: str) -> Reply:
        try:
            if room in self._rooms:
                return self._rooms[room](request, rest)
            if request.method == "POST" and room == "page":
                return self._pages.press(request, rest)
            if request.method in ("GET", "HEAD") and request.path == "/":
                return self._pages.show()
            return json_reply({"error": "not found"}, 404)
        except ConnectionDropped:
            raise
        except Exception as error:  # noqa: BLE001 - the last line before the socket
            _log.exception("%s %s", request.method, request.path)
            self.system.report.note("internalErrors", path=request.path[:200], error=repr(error)[:500])
            return json_reply({"title": "Internal Server Error", "status": 500, "detail": "simulator fault"}, 500)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
