"""Keys of the objects in the store."""

from __future__ import annotations

from pathlib import PurePosixPath

from domain.media.chunks import Chunk

# Finished parts of unfinished work, for a retry or another task to reuse; the sweep removes them after a day.
CACHE_PREFIX = "kept/"
TEMP_PREFIX = "temp/"
# Bytes of resumable uploads that do not fill a multipart part yet; the sweep removes them after a day.
UPLOADS_PREFIX = "uploads/"

_FOLDER_OF_KIND = {".mp4": "videos/transcoded", ".vtt": "subtitles", ".srt": "subtitles"}
_OTHER_FOLDER = "videos/analysis"
# Each of these has one folder for each video.
VIDEO_FOLDERS = ("videos/original", *dict.fromkeys(_FOLDER_OF_KIND.values()), _OTHER_FOLDER)


def source_key(video_id: str) -> str:
    """Key of the unchanged upload. The sender's file name is only a value in the catalogue, never a path."""
    return f"videos/original/{video_id}/source"


def source_prefix(video_id: str) -> str:
    return f"videos/original/{video_id}/"


def subtitles_key(video_id: str) -> str:
    """Key of the unchanged subtitle file of a video."""
    return f"videos/original/{video_id}/subtitles"


def pieces_prefix(upload_id: str) -> str:
    """Prefix of a resumable upload's bytes that do not fill a multipart part yet."""
    return f"{UPLOADS_PREFIX}{upload_id}/"


def attempt_prefix(task_id: str, activity: str, attempt: int) -> str:
    """Prefix that belongs to one attempt of an activity; only this attempt writes there."""
    return f"{TEMP_PREFIX}{task_id}/{activity}/{attempt}/"


def speech_cache_key(audio_sha256: str, recipe: str, start_us: int, end_us: int) -> str:
    """Key of a cached piece of a transcript. It belongs to the sound, not to a task: only the sweep
    removes it."""
    return f"{CACHE_PREFIX}regions/{audio_sha256}/{recipe}/{start_us}-{end_us}"


def temp_prefix(task_id: str) -> str:
    return f"{TEMP_PREFIX}{task_id}/"


def published_key(video_id: str, task_id: str, name: str) -> str:
    """Key of a finished download such as `final.mp4`."""
    folder = _FOLDER_OF_KIND.get(PurePosixPath(name).suffix, _OTHER_FOLDER)
    return f"{folder}/{video_id}/{task_id}/{name}"


def video_of(key: str) -> str:
    """The video id of an object below one of `VIDEO_FOLDERS`."""
    folder = next(folder for folder in VIDEO_FOLDERS if key.startswith(f"{folder}/"))
    return key.removeprefix(f"{folder}/").split("/", 1)[0]


def video_prefixes(video_id: str, task_id: str) -> tuple[str, ...]:
    """All prefixes with objects of this video."""
    return (*(f"{folder}/{video_id}/" for folder in VIDEO_FOLDERS), temp_prefix(task_id))


def cache_prefix(source_sha256: str) -> str:
    """Prefix of the cached chunks of every encode of a source."""
    return f"{CACHE_PREFIX}chunks/{source_sha256}/"


def chunk_key(source_sha256: str, recipe_sha256: str, chunk: Chunk) -> str:
    """Key of a cached chunk, the same in every task with the same source, recipe and span."""
    return f"{CACHE_PREFIX}chunks/{source_sha256}/{recipe_sha256[:32]}/{chunk.start_pts}-{chunk.end_pts}.mp4"


def sound_key(source_sha256: str, recipe_sha256: str) -> str:
    return f"{CACHE_PREFIX}chunks/{source_sha256}/{recipe_sha256[:32]}/sound.m4a"
