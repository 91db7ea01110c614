"""The request id of an upload is in the logs of every process, and its trace spans all of them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from temporalio.client import Client

from tests.e2e import media
from tests.e2e.otlp_receiver import OtlpReceiver, TakenSpan
from tests.e2e.product import Product

Line = dict[str, Any]
REQUEST_ID = "followed-0123456789"
_PATIENCE_S = 120


def lines(product: Product, program: str, **fields: Any) -> list[Line]:
    """Log lines of a process with these fields."""
    written = (product.stack.settings.log_path / f"{program}.log").read_text()
    # Libraries may print lines that are no JSON before logging is configured.
    written_lines = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    wanted = {"request_id": REQUEST_ID, **fields}
    return [line for line in written_lines if wanted.items() <= line.items()]


def grown(receiver: OtlpReceiver, task_id: str, *names: str) -> dict[str, TakenSpan]:
    """Wait for the task's trace with these spans and their parents; processes export in batches."""
    deadline_s = time.monotonic() + _PATIENCE_S
    while True:
        by_id = {span.span_id: span for span in receiver.trace_of(temporalWorkflowID=task_id)}
        missing = set(names) - {span.name for span in by_id.values()}
        orphans = [span.name for span in by_id.values() if span.parent_id and span.parent_id not in by_id]
        if not missing and not orphans:
            return by_id
        assert time.monotonic() < deadline_s, f"not within {_PATIENCE_S} s: {missing}, parents of {orphans}"
        time.sleep(0.5)


async def test_an_upload_can_be_traced_from_its_answer_to_the_last_media_tool(
    product: Product, receiver: OtlpReceiver, tmp_path: Path
) -> None:
    clip = media.make(tmp_path / "clip.mp4", *media.picture(1), *media.tone(1), "-c:v", "libx264")
    with clip.open("rb") as file:
        answer = product.http.post(
            "/video/upload", files={"file": ("clip.mp4", file)}, headers={"X-Request-ID": REQUEST_ID}
        )
    task_id = answer.json()["task_id"]
    product.completed(task_id)
    client = await Client.connect(product.stack.settings.temporal_address)
    run_id = (await client.get_workflow_handle(task_id).describe()).run_id

    assert answer.headers["x-request-id"] == REQUEST_ID
    (started,) = lines(product, "api", event="task_started")
    (answered,) = lines(product, "api", event="request_answered")
    assert started["task_id"] == task_id
    assert (answered["path"], answered["status"]) == ("/video/upload", 202)

    task = {"task_id": task_id, "run_id": run_id}
    assert len(lines(product, "worker_cpu", event="workflow_began", **task)) == 1
    for program, stage, activity in (
        ("worker_cpu", "downscale", "downscale"),
        ("worker_cpu", "merger", "merger"),
        ("worker_gpu", "subtitles", "subtitles"),
        ("worker_gpu", "animal_detection", "animal_detection"),
    ):
        about = {**task, "stage": stage, "activity": activity, "attempt": 1}
        (ended,) = lines(product, program, event="attempt_ended", **about)
        assert ended["outcome"] == "done"
    encodes = lines(product, "worker_cpu", event="media_tool_ended", activity="downscale", **task)
    assert {"ffmpeg"} <= {line["program"] for line in encodes}
    assert {line["outcome"] for line in encodes} == {"done"}
    assert lines(product, "worker_gpu", event="media_tool_ended", stage="animal_detection", **task)

    trace = grown(
        receiver,
        task_id,
        "POST /video/upload",
        "RunActivity:animal_detection",
        "RunActivity:subtitles",
        "RunActivity:record",
        "CompleteWorkflow:VideoPipeline",
    )
    assert {span.service for span in trace.values()} == {
        "video-pipeline-api",
        "video-pipeline-worker-cpu",
        "video-pipeline-worker-gpu",
    }
    assert [span.name for span in trace.values() if not span.parent_id] == ["POST /video/upload"]
    assert path_to(trace, "ffmpeg", below="RunActivity:downscale") == [
        "POST /video/upload",
        "StartWorkflow:VideoPipeline",
        "StartActivity:downscale",
        "RunActivity:downscale",
        "ffmpeg",
    ]


def path_to(by_id: dict[str, TakenSpan], name: str, below: str) -> list[str]:
    """Names of the spans from the trace's root to the span `name` whose parent is `below`."""
    span: TakenSpan | None = next(
        span for span in by_id.values() if span.name == name and by_id[span.parent_id].name == below
    )
    names: list[str] = []
    while span is not None:
        names.insert(0, span.name)
        span = by_id.get(span.parent_id)
    return names
