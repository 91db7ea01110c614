"""Table from the product's errors to HTTP statuses, and their problem documents (RFC 9457)."""

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
from api.http.security_headers import add_security_headers
from domain import errors
from domain.errors import PassingError, PipelineError, SenderError

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5

# A status of the tus protocol that the standard library does not define.
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
    # 429, not 403: the limits free up with time.
    errors.RateExceeded: HTTPStatus.TOO_MANY_REQUESTS,
    errors.QuotaExceeded: HTTPStatus.TOO_MANY_REQUESTS,
    errors.ListeningExceeded: HTTPStatus.TOO_MANY_REQUESTS,
    errors.SourceTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.SourceTypeUnsupported: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.PreconditionFailed: HTTPStatus.PRECONDITION_FAILED,
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

# RFC 6750, section 3.
_CHALLENGE_OF: Mapping[type[PipelineError], str] = {
    errors.TokenMissing: 'Bearer realm="video-pipeline"',
    errors.TokenRefused: 'Bearer realm="video-pipeline", error="invalid_token"',
    errors.RoleMissing: 'Bearer realm="video-pipeline", error="insufficient_scope"',
}

# One component of the OpenAPI document, so that generated clients have one type for all errors.
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
    "4XX": {"description": "The request is at fault; `code` names the error.", "content": _DOCUMENT},
    "422": {"description": "The request's content is invalid; `code` names the error.", "content": _DOCUMENT},
    "5XX": {"description": "The server failed, or a service it needs does not answer.", "content": _DOCUMENT},
}

_log = structlog.get_logger(__name__)


def install(app: FastAPI) -> None:
    """Installs the handlers that turn every error of the app into a problem document."""
    app.add_exception_handler(PipelineError, answer_to)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected_error)


def problem(
    request: Request,
    status: int,
    code: str,
    title: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> JSONResponse:
    """Returns a problem document; `more` are extension members beside the standard ones."""
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
    """Returns the error with this code, to raise here what another process has recorded."""
    kinds = {kind.__name__: kind for kind in STATUS_OF}
    return kinds.get(code, errors.SourceUnreadable)(message)


async def answer_to(request: Request, error: Exception) -> Response:
    """Returns the problem document of one of the product's errors."""
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
    # Internal details name hosts and settings: they go to the operator's log, not to the caller.
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
    """Returns the methods of all routes of this path; the framework lists only those of the first."""
    methods: set[str] = set()
    for route in iter_route_contexts(request.app.routes):
        if route.path_regex.match(request.url.path):
            methods |= route.methods or set()
    return {"Allow": ", ".join(sorted(methods))}


def protocol_problem(
    request: Request, status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Returns the problem document of an HTTP status, with a code made from its phrase."""
    title = _PHRASE_OF.get(status, status.phrase)
    code = "".join(word.capitalize() for word in title.replace("-", " ").split())
    return problem(request, status, code, title, detail, headers)


async def _unexpected_error(request: Request, _error: Exception) -> Response:
    """Problem document of an unexpected error, made outside of all middleware; the server logs the error."""
    answer = problem(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "InternalError",
        "Internal error.",
        "The request failed unexpectedly: the API's log has the error under this response's X-Request-ID.",
    )
    add_security_headers(answer.headers)
    answer.headers[REQUEST_ID] = request.scope[REQUEST_ID]
    return answer
