"""The WSGI application: the API under /v2, storage, status service, control and the page."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.wrappers import Request

from apps.ksef_simulator.system import System
from apps.ksef_simulator.web.api import Api
from apps.ksef_simulator.web.call import Reply, json_reply
from apps.ksef_simulator.web.storage import Storage

if TYPE_CHECKING:
    from collections.abc import Callable


class Application:
    def __init__(self, system: System) -> None:
        self.system = system
        api, storage = Api(system), Storage(system)
        self._rooms: dict[str, Callable[[Request, str], Reply]] = {
            "v2": api.answer,
            "storage": storage.answer,
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        room, _, rest = request.path.lstrip("/").partition("/")
        answer = self._rooms.get(room)
        reply = answer(request, rest) if answer else json_reply({"error": "not found"}, 404)
        headers = {"Content-Length": str(len(reply.body)), **reply.headers}
        if reply.media:
            headers["Content-Type"] = reply.media
        start_response(f"{reply.status} {_phrase(reply.status)}", list(headers.items()))
        return [reply.body]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
