"""Streams, progress reporters and noise for the tests of the object store."""

from __future__ import annotations

import random

from adapters.object_store import S3ObjectStore
from domain.errors import AttemptCancelled

MIB = 1024 * 1024
PART = 5 * MIB


class ProgressReporter:
    """Records progress; cancels the work at the fraction `stop_at`."""

    def __init__(self, stop_at: float = 2.0) -> None:
        self.fractions: list[float] = []
        self.stop_at = stop_at

    def advance(self, fraction: float) -> None:
        self.fractions.append(fraction)

    def check(self) -> None:
        if self.fractions and self.fractions[-1] >= self.stop_at:
            raise AttemptCancelled("cancelled")


class Stream:
    """Stream of `content` in pieces of an odd size, which then raises `fault` if there is one."""

    def __init__(self, content: bytes, fault: Exception | None = None) -> None:
        self.content = content
        self.fault = fault
        self.position = 0

    def read(self, size: int, /) -> bytes:
        piece = self.content[self.position : self.position + min(size, 333_333)]
        self.position += len(piece)
        if not piece and self.fault:
            raise self.fault
        return piece


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def everything_below(store: S3ObjectStore, prefix: str) -> tuple[list[str], list[str]]:
    objects = [found.key for found in store.list_prefix(prefix)]
    return objects, [upload.key for upload in store.unfinished(prefix)]
