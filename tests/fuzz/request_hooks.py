"""Hooks of schemathesis: direct some requests to existing tasks, and make some uploads start like a video."""

from __future__ import annotations

import os
import zlib
from typing import Any

import schemathesis

from tests.unit.api.forms import MP4_HEAD

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")


@schemathesis.hook
def before_call(context: Any, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    # Chosen from the generated content, not at random: every run makes the same requests.
    choice = zlib.crc32(repr((case.path_parameters, case.headers, case.query)).encode())
    positive = case.meta is None or case.meta.generation.mode is schemathesis.GenerationMode.POSITIVE
    parameters = case.path_parameters
    if positive and parameters and "task_id" in parameters and choice % 4:
        tasks = os.environ["FUZZ_TASKS"].split()
        parameters["task_id"] = tasks[choice % len(tasks)]
        if "name" in parameters and choice % 5:
            parameters["name"] = "final.mp4"
        if "stage" in parameters and choice % 5:
            parameters["stage"] = "merger"
    completed, running = os.environ["FUZZ_TASKS"].split()
    if parameters and case.path.endswith("/events") and parameters.get("task_id") == running:
        # The event stream of a running task would not end.
        parameters["task_id"] = completed
    if positive and parameters and "video_id" in parameters and choice % 4:
        parameters["video_id"] = "c"
    if positive and case.path.startswith("/files"):
        case.headers = {**(case.headers or {}), "Tus-Resumable": "1.0.0"}
    body = case.body
    for field in ("file", "video"):
        _begin_like_a_video(body, field, positive=positive and choice % 3 != 0)


def _begin_like_a_video(body: Any, field: str, *, positive: bool) -> None:
    # schemathesis wraps the bytes that it generates for `format: binary`.
    content = getattr(body.get(field), "data", None) if isinstance(body, dict) else None
    if positive and content is not None:
        body[field] = MP4_HEAD + content
        body |= {"language": "fr"} if "language" in body else {}
