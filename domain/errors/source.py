"""What is wrong with a file that was sent."""

from __future__ import annotations

from domain.errors.tree import SenderError


class SourceEmpty(SenderError):
    """The file has no bytes."""


class SourceUnreadable(SenderError):
    """The file is not a video that can be read."""


class SourceTruncated(SenderError):
    """The file ends before its own index says it should."""


class SourceTypeUnsupported(SenderError):
    """The content is of a kind that is not taken (a playlist, a script, an image, ...)."""


class NoVideoStream(SenderError):
    """The file holds no picture."""


class SourceKillsWorker(SenderError):
    """Each worker that works on the file ends at once and without a word."""


class SourceTooLarge(SenderError):
    """More bytes, or a larger picture, than the operator allows."""


class SourceTooLong(SenderError):
    """A longer running time than the operator allows."""


class SubtitlesInvalid(SenderError):
    """The given subtitles can't be read."""
