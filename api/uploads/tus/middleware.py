"""Middleware of the tus protocol below /files: version headers, and X-HTTP-Method-Override."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.uploads.tus.headers import ROOT, VERSION

_OVERRIDES = ("PATCH", "DELETE", "HEAD")


class TusProtocol:
    """Middleware that sets the version on every response and applies X-HTTP-Method-Override."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not (scope["path"] == ROOT or scope["path"].startswith(f"{ROOT}/")):
            await self._app(scope, receive, send)
            return
        method = Headers(scope=scope).get("x-http-method-override", "").upper()
        if scope["method"] == "POST" and method in _OVERRIDES:
            scope = {**scope, "method": method}
        if scope["path"] == f"{ROOT}/":
            # Clients use both addresses, and a redirect would lose the body.
            scope = {**scope, "path": ROOT, "raw_path": ROOT.encode()}

        async def send_with_version(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Tus-Resumable"] = headers["Tus-Version"] = VERSION
            await send(message)

        await self._app(scope, receive, send_with_version)
