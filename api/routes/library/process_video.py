"""`POST /api/process-video/`: burns given subtitles into a video and scales it to a named size."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response

from api.access.rules import USERS, only_for
from api.dependencies import CallerKnown, ServicesNeeded, WebhookUrl
from api.http.body import body_of, length_of
from api.library.caller_videos import CallerVideos
from api.schemas.library import ProcessedAnswer, ProcessingAnswer, processed_answer
from api.uploads.form_fields import SUBTITLES_LIMIT_BYTES, library_form
from api.uploads.upload import FormUpload, Upload
from domain.media.rendition import Resolution
from domain.subtitles.style import CuePosition

router = APIRouter(tags=["library"])

_LONGEST_WAIT_S = 300
_PREFERRED_WAIT = re.compile(
    r"(?:^|[,;])\s*wait\s*=\s*\"?(\d{1,6})\"?\s*(?=$|[,;])", re.ASCII | re.IGNORECASE
)

_PERCENT = {"type": "number", "minimum": 0, "maximum": 40}
_COLOR = {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"}
# The form is parsed as it streams in, so FastAPI can't describe it.
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["video", "srt_file"],
                    "additionalProperties": False,
                    "properties": {
                        "video": {
                            "type": "string",
                            "format": "binary",
                            "description": "The video: MP4, AVI, MOV or Matroska.",
                        },
                        "srt_file": {
                            "type": "string",
                            "format": "binary",
                            "description": f"SRT in any charset, at most {SUBTITLES_LIMIT_BYTES} bytes.",
                        },
                        "resolution": {"type": "string", "enum": list(Resolution), "default": "360p"},
                        "crf_value": {"type": "integer", "minimum": 0, "maximum": 51, "default": 23},
                        "subtitle_font": {"type": "string", "maxLength": 64},
                        "subtitle_size": {"type": "number", "minimum": 1, "maximum": 20},
                        "subtitle_color": _COLOR,
                        "subtitle_outline_color": _COLOR,
                        "subtitle_outline": {"type": "number", "minimum": 0, "maximum": 25},
                        "subtitle_box": {"type": "boolean"},
                        "subtitle_position": {"type": "string", "enum": list(CuePosition)},
                        "subtitle_margin": _PERCENT,
                    },
                }
            }
        },
    }
}


@router.post(
    "/api/process-video/",
    status_code=202,
    openapi_extra=_FORM,
    summary="Burn subtitles into a video",
    response_model=ProcessingAnswer,
    responses={200: {"model": ProcessedAnswer, "description": "The result is ready."}},
)
@only_for(USERS)
async def process_video(
    request: Request,
    response: Response,
    services: ServicesNeeded,
    caller: CallerKnown,
    wait: Annotated[
        int, Query(ge=0, le=_LONGEST_WAIT_S, description="Seconds to wait for the result before answering.")
    ] = 0,
    prefer: Annotated[str | None, Header(description="`wait=60` does the same as `wait` (RFC 7240).")] = None,
    idempotency_key: Annotated[
        str | None,
        Header(
            description="A repeated key returns the first video instead of a new one.",
            pattern="^[ -~]{1,255}$",
        ),
    ] = None,
    webhook_url: WebhookUrl = None,
) -> ProcessingAnswer | Response:
    """The same video, subtitles and fields as in an earlier upload return its result, without a webhook."""
    preferred_s = preferred_wait_s(prefer)
    row = await FormUpload(services).take(
        Upload(
            caller=caller,
            content_type=request.headers.get("content-type", ""),
            body=body_of(request),
            shape=library_form(services.library.style),
            content_length=length_of(request),
            idempotency_key=idempotency_key,
            webhook_url=webhook_url,
        )
    )
    row = await CallerVideos(services, caller).finished(row, max(wait, preferred_s))
    headers = {"Location": f"/api/videos/{row.id}"}
    if preferred_s:
        headers["Preference-Applied"] = f"wait={preferred_s}"
    if row.result_key is None:
        response.headers.update(headers)
        return ProcessingAnswer(video_id=row.id, job_id=row.task_id)
    done = processed_answer(row, services.library)
    return Response(done.model_dump_json(), 200, headers, media_type="application/json")


def preferred_wait_s(prefer: str | None) -> int:
    """Returns the seconds of `wait=` in a Prefer header (at most 300), or 0; ignores other preferences."""
    found = _PREFERRED_WAIT.search(prefer or "")
    return min(int(found[1]), _LONGEST_WAIT_S) if found else 0
