"""Headers that tell browsers to trust no answer with more than it needs."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_UNLESS_SAID_OTHERWISE = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
# Two years, as the browsers' own lists ask for.
_HSTS = "max-age=63072000; includeSubDomains"


def make_safe(headers: MutableHeaders) -> None:
    """An answer that has its own policy or its own life in caches keeps it."""
    headers.update(_ALWAYS)
    for name, value in _UNLESS_SAID_OTHERWISE.items():
        headers.setdefault(name, value)


class SafeHeaders:
    """Sets them on every answer; `hsts` is for an installation that is reached over TLS only."""

    def __init__(self, app: ASGIApp, *, hsts: bool) -> None:
        self._app = app
        self._hsts = hsts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                make_safe(headers)
                if self._hsts:
                    headers["Strict-Transport-Security"] = _HSTS
            await send(message)

        await self._app(scope, receive, send_safely if scope["type"] == "http" else send)
