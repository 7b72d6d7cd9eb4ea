"""Every fault as an RFC 9457 problem: one table from code to status, one writer."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from copilot.api.reasons import reason_of, told
from copilot.errors import CopilotError, NotForSales, RateLimited

STATUS = {
    "invalid_input": 422,
    "not_customer_words": 422,
    "not_for_sales": 409,
    "too_large": 413,
    "not_found": 404,
    "unauthenticated": 401,
    "forbidden": 403,
    "conflict": 409,
    "rate_limited": 429,
    "store_unavailable": 503,
    "index_locked": 503,
    "index_broken": 503,
    "embedder_unavailable": 503,
    "model_unavailable": 503,
    "prompt_invalid": 422,
    "config_invalid": 500,
    "internal": 500,
}
TITLES = {
    400: "The request is malformed",
    401: "A key is needed",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    422: "The request cannot be used as it is",
    429: "Too many requests",
    500: "Something broke on our side",
    503: "Not available just now",
}
# What the framework says, in words that help the caller.
DETAILS = {
    "There was an error parsing the body": "The body cannot be read: send JSON in UTF-8.",
    "Not Found": "There is nothing at this address. The addresses are listed in /openapi.json.",
    "Method Not Allowed": "This address takes another method. See /openapi.json.",
}
MEDIA_TYPE = "application/problem+json"
log = logging.getLogger("copilot.api")


def problem(
    status: int, code: str, detail: str, request_id: str = "", **more: object
) -> JSONResponse:
    """A problem response."""
    body: dict[str, Any] = {
        "type": f"urn:continuum:problem:{code}",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }
    if request_id:
        body["request_id"] = request_id
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE)


def request_id_of(request: Request) -> str:
    """The id that the middleware gave this request."""
    return str(request.scope.get("state", {}).get("request_id", ""))


def _place(error: Mapping[str, Any]) -> dict[str, str]:
    """Where a request cannot be read, and why."""
    if error["type"] == "json_invalid":
        offset = error["loc"][-1]
        reason = (error.get("ctx") or {}).get("error", "it ends too soon")
        said = f"is no JSON at character {offset}: {reason}"
        return {"at": "body", "reason": said, "told": f"The body {said}."}
    at = ".".join(str(part) for part in error["loc"])
    return {"at": at, "reason": reason_of(error), "told": told(error, "The body")}


def install(app: FastAPI) -> None:
    """Registers the handlers: the only place where an error becomes a status."""

    @app.exception_handler(CopilotError)
    async def _named(request: Request, error: CopilotError) -> JSONResponse:
        status = STATUS.get(error.code, 500)
        if status >= 500:
            log.error("fault", extra={"code": error.code, "request_id": request_id_of(request)})
        more = {"reason": error.reason} if isinstance(error, NotForSales) else {}
        response = problem(status, error.code, error.detail, request_id_of(request), **more)
        if isinstance(error, RateLimited):
            response.headers["Retry-After"] = str(max(1, round(error.retry_after_s)))
        if status == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
        if status == 503:
            response.headers["Retry-After"] = "2"
        return response

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        # The offending value is the customer's or the caller's: it is not repeated.
        errors = [_place(e) for e in error.errors()[:20]]
        sentences = [e.pop("told") for e in errors]
        detail = sentences[0] if sentences else "The body cannot be read."
        return problem(422, "invalid_input", detail, request_id_of(request), errors=errors)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        detail = DETAILS.get(str(error.detail), str(error.detail))
        response = problem(error.status_code, "http", detail, request_id_of(request))
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(Exception)
    async def _unnamed(request: Request, error: Exception) -> JSONResponse:
        # Only the kind of the fault is logged: its text may hold a customer's words.
        log.error(
            "unexpected",
            extra={"fault": type(error).__name__, "request_id": request_id_of(request)},
        )
        return problem(
            500, "internal", "An unexpected fault. The request id helps us find it.",
            request_id_of(request),
        )  # fmt: skip
