"""`POST /video/upload`: uploads a video as a form and starts its task."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response

from api.access.rules import USERS, only_for
from api.dependencies import CallerKnown, ServicesNeeded, WebhookUrl
from api.http.body import body_of, length_of
from api.schemas.tasks import AcceptedAnswer, accepted, status_url
from api.uploads.upload import FormUpload, Upload
from domain.tasks.options import SubtitleMode
from domain.tasks.state import TaskStatus

router = APIRouter(tags=["tasks"])

# The form is parsed as it streams in, so FastAPI can't describe it.
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "The video: MP4, MOV, Matroska, WebM, AVI or MPEG-TS.",
                        },
                        "subtitle_mode": {
                            "type": "string",
                            "enum": [mode.value for mode in SubtitleMode],
                            "default": "soft",
                            "description": "`soft`: a subtitle track that can be switched on; `burn`: drawn "
                            "into the picture; `none`: no subtitles.",
                        },
                        "max_height": {
                            "type": "integer",
                            "minimum": 64,
                            "maximum": 4320,
                            "default": 1080,
                            "description": "Maximum height of the result in pixels; no video is enlarged.",
                        },
                        "language": {
                            "type": "string",
                            "example": "fr",
                            "description": "Language of the speech (ISO 639-1); skips the detection.",
                        },
                    },
                }
            }
        },
    }
}


@router.post("/video/upload", status_code=202, openapi_extra=_FORM, summary="Upload a video")
@only_for(USERS)
async def upload(
    request: Request,
    response: Response,
    services: ServicesNeeded,
    caller: CallerKnown,
    idempotency_key: Annotated[
        str | None,
        Header(
            description="A repeated key returns the first task instead of a new one.",
            pattern="^[ -~]{1,255}$",
        ),
    ] = None,
    webhook_url: WebhookUrl = None,
) -> AcceptedAnswer:
    """Uploads a video as a form and starts its task. The URL of the task's status is in `Location`."""
    row = await FormUpload(services).take(
        Upload(
            caller=caller,
            content_type=request.headers.get("content-type", ""),
            body=body_of(request),
            content_length=length_of(request),
            idempotency_key=idempotency_key,
            webhook_url=webhook_url,
        )
    )
    response.headers["Location"] = status_url(row.task_id)
    return accepted(row.task_id, TaskStatus(row.status))
