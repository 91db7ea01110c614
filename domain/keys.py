"""Where each object lies in the store."""

from __future__ import annotations

from pathlib import PurePosixPath

_FOLDER_OF_KIND = {".mp4": "videos/transcoded", ".vtt": "subtitles", ".srt": "subtitles"}


def source_key(video_id: str) -> str:
    """The upload as it came. The sender's file name is a fact in the catalogue, never a path."""
    return f"videos/original/{video_id}/source"


def source_prefix(video_id: str) -> str:
    return f"videos/original/{video_id}/"


def attempt_prefix(task_id: str, activity: str, attempt: int) -> str:
    """Where one attempt of an activity may write; nobody else writes there."""
    return f"temp/{task_id}/{activity}/{attempt}/"


def kept_speech_key(audio_sha256: str, recipe: str, start_us: int, end_us: int) -> str:
    """A finished piece of hearing a sound: the sound's, not a task's, so that only a sweep removes it."""
    return f"temp/regions/{audio_sha256}/{recipe}/{start_us}-{end_us}"


def temp_prefix(task_id: str) -> str:
    return f"temp/{task_id}/"


def published_key(video_id: str, task_id: str, name: str) -> str:
    """The place of a finished download such as `final.mp4`."""
    folder = _FOLDER_OF_KIND.get(PurePosixPath(name).suffix, "videos/analysis")
    return f"{folder}/{video_id}/{task_id}/{name}"
