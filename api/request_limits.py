"""What a request may look like before any route sees it: its address, its encoding, the size of its body."""

from __future__ import annotations

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import protocol_problem
from api.rate_limits import UPLOAD_PATHS

_LONGEST_PATH_BYTES = 1024
_LONGEST_QUERY_BYTES = 2048
# An upload judges its own body as it comes; no other call needs one that is larger.
_LARGEST_BODY_BYTES = 64 * 1024
_MOST_LENGTH_DIGITS = 18
_RESUMABLE = "/files/"


class LimitRequests:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = _refusal(Request(scope)) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)


def _refusal(request: Request) -> Response | None:
    headers = request.headers
    if len(request.scope.get("raw_path") or b"") > _LONGEST_PATH_BYTES:
        return _too_long(request, f"The path is longer than {_LONGEST_PATH_BYTES} bytes.")
    if len(request.scope["query_string"]) > _LONGEST_QUERY_BYTES:
        return _too_long(request, f"The query is longer than {_LONGEST_QUERY_BYTES} bytes.")
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        return protocol_problem(
            request,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "Bodies are taken as they are, not compressed.",
            {"Accept-Encoding": "identity"},
        )
    takes_files = request.url.path in UPLOAD_PATHS or request.url.path.startswith(_RESUMABLE)
    return None if takes_files else _body_refusal(request, headers)


def _body_refusal(request: Request, headers: Headers) -> Response | None:
    if "transfer-encoding" in headers:
        return protocol_problem(
            request, HTTPStatus.LENGTH_REQUIRED, "Only an upload may come without a length."
        )
    length = headers.get("content-length", "0")
    if len(length) > _MOST_LENGTH_DIGITS or not length.isdecimal() or int(length) > _LARGEST_BODY_BYTES:
        return protocol_problem(
            request,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"A body of this call may have at most {_LARGEST_BODY_BYTES} bytes.",
        )
    return None


def _too_long(request: Request, detail: str) -> Response:
    return protocol_problem(request, HTTPStatus.REQUEST_URI_TOO_LONG, detail)
