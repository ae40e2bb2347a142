from __future__ import annotations

import json
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from apps.stripe_simulator.api.errors import ApiError
from apps.stripe_simulator.book import Missing
from apps.stripe_simulator.operations.refusal import Refusal
from apps.stripe_simulator.simulator import Simulator

from .body import Body
from .routes import ROUTES


class ControlApi:
    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._routes = Map([Rule(path, endpoint=handler, methods=[method]) for method, path, handler in ROUTES])

    def answer(self, request: Request) -> Response:
        try:
            handler, path = self._routes.bind_to_environ(request.environ).match()
            return _json(handler(self._simulator, Body.of(request), **path))
        except HTTPException as problem:
            return _json({"error": problem.description}, status=problem.code or 400)
        except (Refusal, ApiError) as refusal:
            return _json({"error": refusal.message}, status=400)
        except Missing as missing:
            return _json({"error": str(missing)}, status=404)


def _json(body: Any, *, status: int = 200) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status=status, mimetype="application/json")
