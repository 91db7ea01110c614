"""Limits of a request before routing: host, length of path and query, encoding, size of the body."""

from __future__ import annotations

import re
from collections.abc import Collection
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access.accounts import is_loopback
from api.access.rate_limits import UPLOAD_PATHS
from api.http.problems import protocol_problem
from api.settings import EVERY_HOST

_LONGEST_PATH_BYTES = 1024
_LONGEST_QUERY_BYTES = 2048
# Uploads check the size of their own bodies; no other call needs a larger one.
_LARGEST_BODY_BYTES = 64 * 1024
_MOST_LENGTH_DIGITS = 18
_RESUMABLE = "/files/"
_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([0-9a-z_.-]+?)\.?)(?::[0-9]*)?")


class LimitRequests:
    """Middleware that refuses requests outside the limits; `hosts` are the allowed names beside loopback."""

    def __init__(self, app: ASGIApp, hosts: Collection[str] = EVERY_HOST) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(Request(scope)) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, request: Request) -> Response | None:
        host = _host_of(request)
        if "*" in self._hosts or host in self._hosts or is_loopback(host):
            return _refusal(request)
        detail = f"The host {host[:100]!r} is not allowed: the operator can add it to ALLOWED_HOSTS."
        return protocol_problem(request, HTTPStatus.MISDIRECTED_REQUEST, detail)


def _host_of(request: Request) -> str:
    """Returns the name in the Host header, without port and without the brackets of an IPv6 address."""
    found = _HOST.fullmatch(request.headers.get("host", "").strip().lower())
    return (found[1] or found[2]) if found else ""


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
            "Compressed request bodies are not supported: send the body without Content-Encoding.",
            {"Accept-Encoding": "identity"},
        )
    is_upload = request.url.path in UPLOAD_PATHS or request.url.path.startswith(_RESUMABLE)
    return None if is_upload else _body_refusal(request, headers)


def _body_refusal(request: Request, headers: Headers) -> Response | None:
    if "transfer-encoding" in headers:
        return protocol_problem(
            request, HTTPStatus.LENGTH_REQUIRED, "Send a Content-Length: only uploads may omit it."
        )
    length = headers.get("content-length", "0")
    if len(length) > _MOST_LENGTH_DIGITS or not length.isdecimal() or int(length) > _LARGEST_BODY_BYTES:
        return protocol_problem(
            request,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"The request body is too large: at most {_LARGEST_BODY_BYTES} bytes are allowed here.",
        )
    return None


def _too_long(request: Request, detail: str) -> Response:
    return protocol_problem(request, HTTPStatus.REQUEST_URI_TOO_LONG, detail)
