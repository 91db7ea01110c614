"""What every answer below /files says, and which method a request there really means."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.uploads.tus.headers import ROOT, VERSION

_OVERRIDES = ("PATCH", "DELETE", "HEAD")


class SpeakTus:
    """Sets the version on every answer, refusals too; heeds X-HTTP-Method-Override, as the protocol asks."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not (scope["path"] == ROOT or scope["path"].startswith(f"{ROOT}/")):
            await self._app(scope, receive, send)
            return
        meant = Headers(scope=scope).get("x-http-method-override", "").upper()
        if scope["method"] == "POST" and meant in _OVERRIDES:
            scope = {**scope, "method": meant}
        if scope["path"] == f"{ROOT}/":
            # Clients are told either address; a redirect would lose the body.
            scope = {**scope, "path": ROOT, "raw_path": ROOT.encode()}

        async def send_telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Tus-Resumable"] = headers["Tus-Version"] = VERSION
            await send(message)

        await self._app(scope, receive, send_telling)
