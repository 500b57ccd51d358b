"""Every failure is the same JSON: `{"error": {"code": …, "message": …}}`.

Codes are those of `modera_bot.errors`, and a few that only HTTP knows.
"""

import logging
import re
from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from modera_bot.bot.texts import Texts
from modera_bot.errors import Code, ModeraError, PictureError, Refusal

log = logging.getLogger(__name__)


class Fault(StrEnum):
    """What only HTTP can get wrong."""

    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    CONSENT_REQUIRED = "consent_required"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    INVALID_REQUEST = "invalid_request"
    TOO_LARGE = "too_large"
    UNAVAILABLE = "unavailable"
    PAYMENTS_OFF = "payments_off"
    NOT_FOR_SALE = "not_for_sale"
    ORDER_CLOSED = "order_closed"


_STATUS: dict[Code | Fault, HTTPStatus] = {
    Fault.UNAUTHORIZED: HTTPStatus.UNAUTHORIZED,
    Fault.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Fault.CONSENT_REQUIRED: HTTPStatus.FORBIDDEN,
    Fault.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Fault.CONFLICT: HTTPStatus.CONFLICT,
    Fault.INVALID_REQUEST: HTTPStatus.UNPROCESSABLE_ENTITY,
    Fault.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Fault.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    Fault.PAYMENTS_OFF: HTTPStatus.FORBIDDEN,
    Fault.NOT_FOR_SALE: HTTPStatus.UNPROCESSABLE_ENTITY,
    Fault.ORDER_CLOSED: HTTPStatus.CONFLICT,
    Code.FILE_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Code.PICTURE_GONE: HTTPStatus.NOT_FOUND,
    Code.NOT_ENOUGH_CREDITS: HTTPStatus.PAYMENT_REQUIRED,
    Code.TOO_MANY_JOBS: HTTPStatus.TOO_MANY_REQUESTS,
    Code.UNEXPECTED: HTTPStatus.INTERNAL_SERVER_ERROR,
}
_MESSAGES = {
    Fault.UNAUTHORIZED: "Show one of [web] tokens as: Authorization: Bearer TOKEN.",
    Fault.FORBIDDEN: "The signature is wrong or has expired; ask for a new address.",
    Fault.CONSENT_REQUIRED: "The person has not agreed in the chat to the use of their photos.",
    Fault.NOT_FOUND: "There is no such thing, or it is not this person's.",
    Fault.CONFLICT: "This session_id stands for another request; take a new one.",
    Fault.INVALID_REQUEST: "The request can't be read.",
    Fault.TOO_LARGE: "The body is too large.",
    Fault.UNAVAILABLE: "Something that this needs does not answer; try again later.",
    Fault.PAYMENTS_OFF: "Everything is free here: [pay] enabled is false.",
    Fault.NOT_FOR_SALE: "This package is not sold for this currency by this provider.",
    Fault.ORDER_CLOSED: "The order is paid, or over; make a new one.",
}
_TEXTS = Texts()


class ErrorDetail(BaseModel):
    code: str
    message: str


class ErrorBody(BaseModel):
    """What every failure looks like; `code` is for programs, `message` for people."""

    error: ErrorDetail


class ApiError(Exception):
    """Raised by a route to answer with a fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def status_of(code: Code) -> HTTPStatus:
    """The HTTP status for a code that is not the sender's mistake."""
    return _STATUS.get(code, HTTPStatus.SERVICE_UNAVAILABLE)


def explained(code: Code, reference: str = "") -> str:
    """What the chat would say, without its formatting; `reference` is where the log has more."""
    text = _TEXTS.get("en", ModeraError(code).text_key, id=reference)
    return " ".join(re.sub(r"<[^>]+>", "", text).split())


def failure(
    fault: Fault, message: str | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    return _response(_STATUS[fault], fault, message or _MESSAGES[fault], headers)


def _response(
    status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    body = ErrorBody(error=ErrorDetail(code=code, message=message))
    return JSONResponse(body.model_dump(), status, headers)


def handle(app: FastAPI) -> None:
    """Have all failures answered in our own form."""
    app.add_exception_handler(ApiError, _api_error)
    app.add_exception_handler(ModeraError, _modera_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(OperationalError, _database)
    app.add_exception_handler(InterfaceError, _database)
    app.add_exception_handler(Exception, _unexpected)


async def _api_error(request: Request, error: Any) -> JSONResponse:
    return failure(error.fault)


async def _modera_error(request: Request, error: Any) -> JSONResponse:
    theirs = isinstance(error, PictureError | Refusal)
    status = _STATUS.get(error.code) or (
        HTTPStatus.UNPROCESSABLE_ENTITY if theirs else status_of(error.code)
    )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.warning("%s %s: %s", request.method, _route(request), error)
    return _response(status, error.code, explained(error.code))


async def _invalid(request: Request, error: Any) -> JSONResponse:
    """Which fields are wrong, and how; never their values."""
    faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
    return failure(Fault.INVALID_REQUEST, "; ".join(faults))


async def _http(request: Request, error: Any) -> JSONResponse:
    for fault in Fault:
        if _STATUS[fault] == error.status_code and fault is not Fault.CONSENT_REQUIRED:
            return failure(fault, headers=error.headers)
    phrase = HTTPStatus(error.status_code).phrase
    code = phrase.lower().replace(" ", "_")
    return _response(error.status_code, code, f"{phrase}.", error.headers)


async def _database(request: Request, error: Any) -> JSONResponse:
    log.warning("%s %s: database: %s", request.method, _route(request), type(error.orig).__name__)
    return failure(Fault.UNAVAILABLE, headers={"Retry-After": "5"})


async def _unexpected(request: Request, error: Any) -> JSONResponse:
    reference = uuid4().hex[:6]
    log.error("error %s: %s %s", reference, request.method, _route(request), exc_info=error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return _response(status, Code.UNEXPECTED, explained(Code.UNEXPECTED, reference))


def _route(request: Request) -> str:
    """The path's pattern: a path itself may name a picture."""
    return getattr(request.scope.get("route"), "path", "?")
