"""`GET /api/stream/{video_id}`: the library's video for players, whole or in byte ranges."""

from __future__ import annotations

from anyio import to_thread
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.access.rules import USERS, only_for
from api.dependencies import CallerKnown, ServicesNeeded, VideoId
from api.http.file_names import attachment
from api.library.caller_videos import CallerVideos
from api.library.downloads import CONDITIONS, serve

router = APIRouter(tags=["library"])

_PATH = "/api/stream/{video_id}"


# Two decorators: the lower one is registered first and answers both methods, so that a 405 lists both. The
# upper one only describes GET in the OpenAPI document.
@router.get(
    _PATH,
    summary="Stream a video",
    response_class=Response,
    responses={
        200: {"description": "The file.", "content": {"video/mp4": {}}},
        206: {"description": "The requested byte range."},
        304: {"description": "The caller's copy is current."},
        307: {"description": "`Location` is a link to the object store, valid for a limited time."},
    },
    openapi_extra=CONDITIONS,
)
@router.api_route(_PATH, methods=["GET", "HEAD"], include_in_schema=False)
@only_for(USERS)
async def stream(
    request: Request, video_id: VideoId, services: ServicesNeeded, caller: CallerKnown
) -> Response:
    """Streams the file, or redirects to the object store if the operator has chosen that."""
    key, row = await CallerVideos(services, caller).file(video_id)
    settings = services.library
    if settings.redirects:
        link = await to_thread.run_sync(services.store.presigned_get, key, settings.link_valid_s)
        if request.method == "GET" and request.headers.get("range", "bytes=0-").startswith("bytes=0-"):
            services.count_view(key)
        return RedirectResponse(link, headers={"Cache-Control": "no-store"})
    disposition = attachment(row.filename, "final.mp4", "inline")
    return await serve(request, services, key, disposition, settings.cache_control)
