"""Videos and states for the tests of the catalogue."""

from __future__ import annotations

from adapters.catalogue import Catalogue, NewVideo, ResumableRow
from domain.storage.artifact import Artifact
from domain.tasks.state import TaskState, TaskStatus


def new_video(number: int = 1, key: str | None = None, owner: str = "local") -> NewVideo:
    return NewVideo(
        video_id=f"video-{number:03}",
        task_id=f"task-{number:03}",
        owner=owner,
        filename="holiday.mp4",
        source=Artifact(f"videos/original/video-{number:03}/source", "video/mp4", 5_000_000_000, "ab" * 32),
        created_us=1_700_000_000_000_000 + number,
        idempotency_key=key,
    )


def resumable_upload(upload_id: str = "u", **more: object) -> ResumableRow:
    """Upload of 100 bytes that expires an hour after the videos' creation."""
    values: dict[str, object] = {
        "id": upload_id,
        "owner": "local",
        "plan": "standard",
        "video_id": f"v-{upload_id}",
        "task_id": f"task-{upload_id}",
        "filename": "a.mp4",
        "sent_metadata": "",
        "options": {},
        "length_bytes": 100,
        "created_us": 1_700_000_000_000_000,
        "expires_us": 1_700_003_600_000_000,
        **more,
    }
    return ResumableRow(**values)


def state(status: TaskStatus, updated_us: int, number: int = 1) -> TaskState:
    return TaskState(f"task-{number:03}", status, updated_us)


def status_of(catalogue: Catalogue, number: int = 1) -> str:
    row = catalogue.by_task(f"task-{number:03}")
    assert row is not None
    return row.status
