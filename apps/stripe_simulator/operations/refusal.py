from __future__ import annotations


class Refusal(Exception):
    """The account's rules forbid this; the API answers it as invalid_request_error."""

    def __init__(self, message: str, *, code: str | None = None, param: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.param = param
