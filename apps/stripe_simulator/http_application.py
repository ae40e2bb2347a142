"""One WSGI application: the API under /v1, the control under /control, the page at /."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.wrappers import Request, Response

from .api.application import StripeApi
from .control.application import ControlApi
from .page.application import Page
from .simulator import Simulator

_log = logging.getLogger(__name__)

StartResponse = Callable[..., Any]


class Application:
    def __init__(self, simulator: Simulator) -> None:
        self._api = StripeApi(simulator)
        self._control = ControlApi(simulator)
        self._page = Page(simulator)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        try:
            response = self._answer(request)
        except Exception:  # noqa: BLE001  # the last line of defence: logged, and the client gets an answer
            _log.exception("stripe_simulator.error path=%s", request.path)
            response = Response(
                '{"error": {"type": "api_error", "message": "The simulator failed; see its log."}}', 500
            )
            response.mimetype = "application/json"
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.path.startswith("/v1/"):
            return self._api.answer(request)
        if request.path.startswith("/control/"):
            return self._control.answer(request)
        return self._page.answer(request)
