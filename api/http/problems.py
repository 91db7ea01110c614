"""The one table from the product's errors to HTTP statuses, and how an error is told (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.http.request_ids import HEADER as REQUEST_ID
from api.http.security_headers import make_safe
from domain import errors
from domain.errors import PassingError, PipelineError, SenderError

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5

# A status of the tus protocol's own, which the standard library has no name for.
CHECKSUM_MISMATCH = 460

# Python 3.13 renamed these after RFC 9110; clients know the codes that the older names gave.
_PHRASE_OF: Mapping[int, str] = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Request Entity Too Large",
    HTTPStatus.REQUEST_URI_TOO_LONG: "Request-URI Too Long",
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE: "Requested Range Not Satisfiable",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Unprocessable Entity",
}

STATUS_OF: Mapping[type[PipelineError], int] = {
    errors.FormBroken: HTTPStatus.BAD_REQUEST,
    errors.UploadHeaderInvalid: HTTPStatus.BAD_REQUEST,
    errors.TokenMissing: HTTPStatus.UNAUTHORIZED,
    errors.TokenRefused: HTTPStatus.UNAUTHORIZED,
    errors.RoleMissing: HTTPStatus.FORBIDDEN,
    errors.KeyUnknown: HTTPStatus.NOT_FOUND,
    errors.WebhooksAbsent: HTTPStatus.NOT_FOUND,
    errors.TaskUnknown: HTTPStatus.NOT_FOUND,
    errors.VideoUnknown: HTTPStatus.NOT_FOUND,
    errors.FileUnknown: HTTPStatus.NOT_FOUND,
    errors.StageUnknown: HTTPStatus.NOT_FOUND,
    errors.UploadUnknown: HTTPStatus.NOT_FOUND,
    errors.UploadConflict: HTTPStatus.CONFLICT,
    errors.UploadComplete: HTTPStatus.CONFLICT,
    errors.UploadGone: HTTPStatus.GONE,
    errors.UploadVersionUnsupported: HTTPStatus.PRECONDITION_FAILED,
    errors.ChunkTypeWrong: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.ChecksumWrong: CHECKSUM_MISMATCH,
    errors.KeyLimitReached: HTTPStatus.CONFLICT,
    errors.StageNotRetryable: HTTPStatus.CONFLICT,
    errors.TaskEnded: HTTPStatus.CONFLICT,
    # They pass by themselves, so none is a 403.
    errors.RateExceeded: HTTPStatus.TOO_MANY_REQUESTS,
    errors.QuotaExceeded: HTTPStatus.TOO_MANY_REQUESTS,
    errors.ListeningExceeded: HTTPStatus.TOO_MANY_REQUESTS,
    errors.SourceTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.SourceTypeUnsupported: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.RangeUnsatisfiable: HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    errors.FormInvalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.SourceEmpty: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.SourceUnreadable: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.SourceTruncated: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.SourceTooLong: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.SourceKillsWorker: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.NoVideoStream: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.WebhookForbidden: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.SubtitlesInvalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.LanguageUnsupported: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.SettingInvalid: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.ToolMissing: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.ModelUnavailable: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.ChunkGivenUp: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.StoreUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.CatalogueUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.WorkflowsUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.WebhookUndelivered: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.IssuerUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ListenersFull: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.TaskStartUnknown: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ScratchFull: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.MediaToolFailed: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.MediaToolStalled: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ModelStalled: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.SpeechServiceUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.AttemptOverdue: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ArtifactMismatch: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ChunkFailed: HTTPStatus.SERVICE_UNAVAILABLE,
}

# As RFC 6750 has it; the problem document says the rest.
_CHALLENGE_OF: Mapping[type[PipelineError], str] = {
    errors.TokenMissing: 'Bearer realm="video-pipeline"',
    errors.TokenRefused: 'Bearer realm="video-pipeline", error="invalid_token"',
    errors.RoleMissing: 'Bearer realm="video-pipeline", error="insufficient_scope"',
}

# A component of the document, so that generated clients have one type for all of them.
SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "instance"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "instance": {"type": "string"},
    },
}
_DOCUMENT = {
    MEDIA_TYPE: {
        "schema": {"$ref": "#/components/schemas/Problem"},
        "example": {
            "type": "urn:video-pipeline:problem:TaskUnknown",
            "title": "No task has this id.",
            "status": 404,
            "detail": "No task has the id task-5f0c.",
            "code": "TaskUnknown",
            "instance": "/status/task-5f0c",
        },
    }
}
DOCUMENTED: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "What was sent is at fault; `code` names how.", "content": _DOCUMENT},
    "422": {"description": "What was sent can't be used; `code` names why.", "content": _DOCUMENT},
    "5XX": {"description": "The product is at fault, or a part of it is away.", "content": _DOCUMENT},
}

_log = structlog.get_logger(__name__)


def install(app: FastAPI) -> None:
    """Make every error of the app a problem document."""
    app.add_exception_handler(PipelineError, answer_to)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unforeseen_error)


def problem(
    request: Request,
    status: int,
    code: str,
    title: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> JSONResponse:
    """One problem document; `more` are members of its own beside the standard ones."""
    document = {
        "type": f"urn:video-pipeline:problem:{code}",
        "title": title,
        "status": int(status),
        "detail": detail,
        "code": code,
        "instance": request.url.path,
        **more,
    }
    return JSONResponse(document, int(status), dict(headers or {}), media_type=MEDIA_TYPE)


def error_of(code: str, message: str) -> PipelineError:
    """The error that has this name: how a fault that was found elsewhere is raised here."""
    kinds = {kind.__name__: kind for kind in STATUS_OF}
    return kinds.get(code, errors.SourceUnreadable)(message)


async def answer_to(request: Request, error: Exception) -> Response:
    """The problem document of one of the product's errors."""
    assert isinstance(error, PipelineError)
    status = STATUS_OF.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)
    title = (type(error).__doc__ or error.code).splitlines()[0]
    headers: dict[str, str] = {}
    if isinstance(error, PassingError):
        headers["Retry-After"] = str(RETRY_AFTER_S)
    if isinstance(error, errors.AllowanceExceeded):
        headers["Retry-After"] = str(error.retry_after_s)
    if type(error) in _CHALLENGE_OF:
        headers["WWW-Authenticate"] = _CHALLENGE_OF[type(error)]
    if isinstance(error, errors.RangeUnsatisfiable):
        headers["Content-Range"] = f"bytes */{error.total}"
    if isinstance(error, SenderError):
        return problem(request, status, error.code, title, str(error), headers)
    # What went wrong inside names hosts and settings: that is for the operator, not for the sender.
    _log.error("request_failed", code=error.code, reason=str(error), path=request.url.path)
    return problem(request, status, error.code, title, title, headers)


async def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [
        {"field": ".".join(str(step) for step in fault["loc"][1:]), "message": fault["msg"]}
        for fault in error.errors()
    ]
    detail = "; ".join(f"{fault['field']}: {fault['message']}" for fault in faults)
    title = (errors.FormInvalid.__doc__ or "").splitlines()[0]
    return problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, "FormInvalid", title, detail, faults=faults)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    headers = _allowed(request) if status is HTTPStatus.METHOD_NOT_ALLOWED else error.headers
    return protocol_problem(request, status, status.description, headers)


def _allowed(request: Request) -> dict[str, str]:
    """The methods of every route of this path: the framework names those of the first one only."""
    methods: set[str] = set()
    for route in iter_route_contexts(request.app.routes):
        if route.path_regex.match(request.url.path):
            methods |= route.methods or set()
    return {"Allow": ", ".join(sorted(methods))}


def protocol_problem(
    request: Request, status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """A fault of the request as such, named as HTTP names it."""
    title = _PHRASE_OF.get(status, status.phrase)
    code = "".join(word.capitalize() for word in title.replace("-", " ").split())
    return problem(request, status, code, title, detail, headers)


async def _unforeseen_error(request: Request, _error: Exception) -> Response:
    """The server logs the error itself; here only its answer is made, outside of all middleware."""
    answer = problem(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "InternalError",
        "The product has a fault.",
        "The request failed for a reason that nobody foresaw; the log of the API says more.",
    )
    make_safe(answer.headers)
    answer.headers[REQUEST_ID] = request.scope[REQUEST_ID]
    return answer
