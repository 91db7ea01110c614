"""What is tried next on a chunk whose encoder has failed: again, another worker, a plain recipe, no more."""

from __future__ import annotations

from enum import StrEnum

from domain.attempts.heartbeat import HeartbeatDetails

_TRIES_WHERE_IT_FAILED = 2
_TRIES_OF_THE_USUAL_RECIPE = 3
_TRIES_IN_ALL = 5
# A worker that is alone would hand the chunk back for ever.
_MOST_HAND_BACKS = 5


class ChunkRetry(StrEnum):
    USUAL = "usual"
    HAND_BACK = "hand_back"
    PLAIN = "plain"


def next_retry(before: HeartbeatDetails, identity: str) -> ChunkRetry:
    """What the worker `identity` does with a chunk, after what the beat of the last attempt tells."""
    if before.failures >= _TRIES_OF_THE_USUAL_RECIPE:
        return ChunkRetry.PLAIN
    failed_here = before.failures >= _TRIES_WHERE_IT_FAILED and before.failed_on == identity
    return ChunkRetry.HAND_BACK if failed_here and before.handed_back < _MOST_HAND_BACKS else ChunkRetry.USUAL


def is_hopeless(failures: int) -> bool:
    return failures >= _TRIES_IN_ALL


def remark(chunk: str, before: HeartbeatDetails, identity: str) -> str:
    """How a chunk that had failed came to be after all; empty when it had not failed."""
    if before.failures == 0:
        return ""
    how = "at another try" if before.failed_on == identity else "by another worker"
    if before.failures >= _TRIES_OF_THE_USUAL_RECIPE:
        how = "with a plain recipe"
    return f"{chunk} was encoded {how}, after: {before.last_failure}"
