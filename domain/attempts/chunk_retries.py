"""Retries of a chunk whose encoder failed: again, on another worker, with a plain recipe, then none."""

from __future__ import annotations

from enum import StrEnum

from domain.attempts.heartbeat import HeartbeatDetails

_TRIES_ON_ONE_WORKER = 2
_TRIES_OF_THE_USUAL_RECIPE = 3
_TRIES_IN_ALL = 5
# The only worker of an installation would hand the chunk back for ever.
_MOST_HAND_BACKS = 5


class ChunkRetry(StrEnum):
    USUAL = "usual"
    HAND_BACK = "hand_back"
    PLAIN = "plain"


def next_retry(before: HeartbeatDetails, identity: str) -> ChunkRetry:
    """The retry on worker `identity`, by the heartbeat details of the attempt before."""
    if before.failures >= _TRIES_OF_THE_USUAL_RECIPE:
        return ChunkRetry.PLAIN
    failed_here = before.failures >= _TRIES_ON_ONE_WORKER and before.failed_on == identity
    return ChunkRetry.HAND_BACK if failed_here and before.handed_back < _MOST_HAND_BACKS else ChunkRetry.USUAL


def is_hopeless(failures: int) -> bool:
    return failures >= _TRIES_IN_ALL


def remark(chunk: str, before: HeartbeatDetails, identity: str) -> str:
    """Remark about the retry that encoded a failed chunk; empty for a chunk that had not failed."""
    if before.failures == 0:
        return ""
    how = "at another try" if before.failed_on == identity else "by another worker"
    if before.failures >= _TRIES_OF_THE_USUAL_RECIPE:
        how = "with a plain recipe"
    return f"{chunk} was encoded {how}, after: {before.last_failure}"
