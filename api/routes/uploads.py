"""`POST /video/upload`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response

from api.answers import AcceptedAnswer, accepted, status_url
from api.dependencies import CallerKnown, PartsNeeded
from api.gate import USERS, only_for
from api.intake import Intake, Upload
from domain.errors import FormBroken
from domain.messages import SubtitleMode
from domain.stages import TaskStatus

router = APIRouter(tags=["tasks"])

# A sender who is silent for longer, or drips, holds back others who wait for a turn.
_SILENCE_S = 60.0
_SLOWEST_BYTES_PER_S = 1024

# The form is read as it streams in, so the framework can't describe it.
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
                            "description": "`soft`: a track that can be switched on; `burn`: drawn into "
                            "the picture; `none`: no subtitles.",
                        },
                        "max_height": {
                            "type": "integer",
                            "minimum": 64,
                            "maximum": 4320,
                            "default": 1080,
                            "description": "The most lines of the result. A smaller video stays as it is.",
                        },
                        "language": {
                            "type": "string",
                            "example": "fr",
                            "description": "The language that is spoken (ISO 639-1); skips its detection.",
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
    parts: PartsNeeded,
    caller: CallerKnown,
    idempotency_key: Annotated[
        str | None,
        Header(description="Sending the same key again gives the first task.", pattern="^[ -~]{1,255}$"),
    ] = None,
    webhook_url: Annotated[
        str | None,
        Header(
            description="Where to tell that the task has completed or failed, if webhooks are sent here.",
            examples=["https://example.org/hook"],
            max_length=1000,
        ),
    ] = None,
) -> AcceptedAnswer:
    """Send a video as a form and get a task; the task's URL is in `Location`."""
    length = request.headers.get("content-length", "")
    row = await Intake(parts).take(
        Upload(
            caller=caller,
            content_type=request.headers.get("content-type", ""),
            body=_body(request),
            content_length=int(length) if length.isdecimal() else None,
            idempotency_key=idempotency_key,
            webhook_url=webhook_url,
        )
    )
    response.headers["Location"] = status_url(row.task_id)
    return accepted(row.task_id, TaskStatus(row.status))


async def _body(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes. Only the time that the sender takes counts, not the time that the store takes."""
    patience_s = _SILENCE_S
    while True:
        asked_s = time.monotonic()
        try:
            async with asyncio.timeout(patience_s):
                message = await request.receive()
        except TimeoutError:
            raise FormBroken("The upload came too slowly, or came to a halt.") from None
        if message["type"] == "http.disconnect":
            raise FormBroken("The sender hung up in the middle of the upload.")
        content = message.get("body", b"")
        earned_s = len(content) / _SLOWEST_BYTES_PER_S
        patience_s = min(_SILENCE_S, patience_s + earned_s - (time.monotonic() - asked_s))
        yield content
        if not message.get("more_body", False):
            return
