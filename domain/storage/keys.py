"""Where each object lies in the store."""

from __future__ import annotations

from pathlib import PurePosixPath

from domain.media.chunks import Chunk

# Finished parts of unfinished work, which a retry or another task can use; they go a day later.
CACHE_PREFIX = "kept/"
TEMP_PREFIX = "temp/"
# What resumable uploads hold that is smaller than a part of the store's; it goes a day later.
UPLOADS_PREFIX = "uploads/"

_FOLDER_OF_KIND = {".mp4": "videos/transcoded", ".vtt": "subtitles", ".srt": "subtitles"}
_OTHER_FOLDER = "videos/analysis"
# Below each of these a video has a folder of its own.
VIDEO_FOLDERS = ("videos/original", *dict.fromkeys(_FOLDER_OF_KIND.values()), _OTHER_FOLDER)


def source_key(video_id: str) -> str:
    """The upload as it came. The sender's file name is a fact in the catalogue, never a path."""
    return f"videos/original/{video_id}/source"


def source_prefix(video_id: str) -> str:
    return f"videos/original/{video_id}/"


def subtitles_key(video_id: str) -> str:
    """Given subtitles as they came, beside the video that they belong to."""
    return f"videos/original/{video_id}/subtitles"


def pieces_prefix(upload_id: str) -> str:
    """The bytes of a resumable upload that have not become a part yet."""
    return f"{UPLOADS_PREFIX}{upload_id}/"


def attempt_prefix(task_id: str, activity: str, attempt: int) -> str:
    """Where one attempt of an activity may write; nobody else writes there."""
    return f"{TEMP_PREFIX}{task_id}/{activity}/{attempt}/"


def speech_cache_key(audio_sha256: str, recipe: str, start_us: int, end_us: int) -> str:
    """A finished piece of hearing a sound: the sound's, not a task's, so that only a sweep removes it."""
    return f"{CACHE_PREFIX}regions/{audio_sha256}/{recipe}/{start_us}-{end_us}"


def temp_prefix(task_id: str) -> str:
    return f"{TEMP_PREFIX}{task_id}/"


def published_key(video_id: str, task_id: str, name: str) -> str:
    """The place of a finished download such as `final.mp4`."""
    folder = _FOLDER_OF_KIND.get(PurePosixPath(name).suffix, _OTHER_FOLDER)
    return f"{folder}/{video_id}/{task_id}/{name}"


def video_of(key: str) -> str:
    """The video that an object below one of `VIDEO_FOLDERS` belongs to."""
    folder = next(folder for folder in VIDEO_FOLDERS if key.startswith(f"{folder}/"))
    return key.removeprefix(f"{folder}/").split("/", 1)[0]


def video_prefixes(video_id: str, task_id: str) -> tuple[str, ...]:
    """Everywhere where a video has objects of its own."""
    return (*(f"{folder}/{video_id}/" for folder in VIDEO_FOLDERS), temp_prefix(task_id))


def cache_prefix(source_sha256: str) -> str:
    """The kept parts of every encode of a source."""
    return f"{CACHE_PREFIX}chunks/{source_sha256}/"


def chunk_key(source_sha256: str, recipe_sha256: str, chunk: Chunk) -> str:
    """The same for every task that encodes this stretch of this source in this way."""
    return f"{CACHE_PREFIX}chunks/{source_sha256}/{recipe_sha256[:32]}/{chunk.start_pts}-{chunk.end_pts}.mp4"


def sound_key(source_sha256: str, recipe_sha256: str) -> str:
    return f"{CACHE_PREFIX}chunks/{source_sha256}/{recipe_sha256[:32]}/sound.m4a"
