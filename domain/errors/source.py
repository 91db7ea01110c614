"""Errors of an uploaded file."""

from __future__ import annotations

from domain.errors.tree import SenderError


class SourceEmpty(SenderError):
    """The file has no bytes."""


class SourceUnreadable(SenderError):
    """The file is not a readable video."""


class SourceTruncated(SenderError):
    """The file ends before its own index says it should."""


class SourceTypeUnsupported(SenderError):
    """The content is of an unsupported kind (a playlist, a script, an image, ...)."""


class NoVideoStream(SenderError):
    """The file has no video stream."""


class SourceKillsWorker(SenderError):
    """Every worker that processes the file crashes."""


class SourceTooLarge(SenderError):
    """The file has more bytes, or a larger picture, than the operator allows."""


class SourceTooLong(SenderError):
    """The video is longer than the operator allows."""


class SubtitlesInvalid(SenderError):
    """The subtitle file can't be read."""
