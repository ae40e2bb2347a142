from __future__ import annotations

from apps.stripe_simulator.records.base import Json


class ApiError(Exception):
    """An answer in the form of Stripe's errors."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.type = type
        self.code = code
        self.param = param
        self.headers = headers or {}

    def body(self, request_id: str) -> Json:
        error: Json = {"message": self.message, "type": self.type, "request_log_url": _log_url(request_id)}
        if self.code:
            error["code"] = self.code
            error["doc_url"] = f"https://docs.stripe.com/error-codes#{self.code.replace('_', '-')}"
        if self.param:
            error["param"] = self.param
        return {"error": error}


def _log_url(request_id: str) -> str:
    return f"https://dashboard.stripe.com/test/logs/{request_id}"


def missing(kind: str, id: str, *, param: str = "id") -> ApiError:
    return ApiError(404, f"No such {kind}: '{id}'", code="resource_missing", param=param)
