"""`GET /watch/{video_id}`: page that plays a video; the same public files for every video.

The page contains no data: its script calls the API with the viewer's own token."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import PurePath
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access.rules import EVERYBODY, only_for
from api.dependencies import Services, ServicesNeeded
from api.library.downloads import matches
from domain.errors import FileUnknown

router = APIRouter(include_in_schema=False)

_PAGE = "player.html"
_MEDIA_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
# Caches store the page, and revalidate it on each request.
_PAGE_CACHING = "public, no-cache"
_FILE_CACHING = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class _Player:
    """Files of the page; `version` is a hash of all of them, and part of their addresses."""

    version: str
    files: dict[str, bytes]


@cache
def _player() -> _Player:
    found = {file.name: file.read_bytes() for file in files("web").iterdir() if _media_type(file.name)}
    version = sha256(b"".join(found[name] for name in sorted(found))).hexdigest()[:16]
    found[_PAGE] = found[_PAGE].replace(b"{version}", version.encode())
    return _Player(version, found)


@router.get("/watch/{video_id}")
@only_for(EVERYBODY)
async def watch(request: Request, services: ServicesNeeded) -> Response:
    player = _player()
    tag = f'"{player.version}"'
    headers = {"Cache-Control": _PAGE_CACHING, "ETag": tag, "Content-Security-Policy": _policy(services)}
    if matches(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(player.files[_PAGE], media_type=_media_type(_PAGE), headers=headers)


@router.get("/player/{version}/{file}")
@only_for(EVERYBODY)
async def file_of_player(version: str, file: str) -> Response:
    player = _player()
    if file not in player.files or file == _PAGE:
        raise FileUnknown("The page has no such file.")
    # During a deployment a page may ask a process of another version: no cache should store that answer.
    caching = _FILE_CACHING if version == player.version else _PAGE_CACHING
    return Response(player.files[file], media_type=_media_type(file), headers={"Cache-Control": caching})


def _policy(services: Services) -> str:
    """Content-Security-Policy: the page's own files, and videos from here or from the object store."""
    video_sources = ["'self'", "blob:"]
    if services.library.redirects or services.accounts.ask_for_token:
        link = urlsplit(services.store.presigned_get(_PAGE))
        video_sources.append(f"{link.scheme}://{link.netloc}")
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        f"media-src {' '.join(video_sources)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'"
    )


def _media_type(name: str) -> str | None:
    return _MEDIA_TYPES.get(PurePath(name).suffix)
