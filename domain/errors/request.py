"""Errors of a request or its caller."""

from __future__ import annotations

from domain.errors.tree import SenderError


class FormBroken(SenderError):
    """The request's body is malformed or incomplete."""


class FormInvalid(SenderError):
    """A field of the request is missing, repeated, or has a value that is not allowed."""


class LanguageUnsupported(SenderError):
    """The speech model does not support this language."""


class WebhookForbidden(SenderError):
    """The webhook's address is not allowed."""


class WebhooksAbsent(SenderError):
    """This installation sends no webhooks."""


class KeyUnknown(SenderError):
    """The caller has no API key with this id."""


class KeyLimitReached(SenderError):
    """The caller has reached the limit of API keys: revoke one first."""


class TaskUnknown(SenderError):
    """No task has this id."""


class VideoUnknown(SenderError):
    """No video has this id."""


class FileUnknown(SenderError):
    """The task has no file with this name (yet)."""


class RangeUnsatisfiable(SenderError):
    """The requested byte range lies outside the file.

    `total`: size of the file in bytes.
    """

    def __init__(self, message: str, total: int = 0) -> None:
        super().__init__(message)
        self.total = total


class UploadHeaderInvalid(SenderError):
    """A header of the resumable upload is missing or invalid."""


class UploadUnknown(SenderError):
    """The caller has no resumable upload with this id."""


class UploadConflict(SenderError):
    """The upload has another offset than the request: get its offset with HEAD, and continue from there."""


class UploadComplete(SenderError):
    """The upload is complete and can't be deleted: cancel its task instead."""


class UploadGone(SenderError):
    """The upload was not finished before it expired: create a new one."""


class UploadVersionUnsupported(SenderError):
    """Only version 1.0.0 of the tus protocol is supported."""


class ChunkTypeWrong(SenderError):
    """The body of a resumable upload must be of the type application/offset+octet-stream."""


class ChecksumWrong(SenderError):
    """The received bytes do not match the checksum and were discarded: send them again."""


class StageUnknown(SenderError):
    """No stage has this name."""


class StageNotRetryable(SenderError):
    """The stage is not waiting for a retry."""


class TaskEnded(SenderError):
    """The task has already ended."""


class AllowanceExceeded(SenderError):
    """The caller has reached a limit.

    `retry_after_s`: seconds after which the request may succeed.
    """

    def __init__(self, message: str, retry_after_s: int = 60) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class RateExceeded(AllowanceExceeded):
    """Too many requests from this caller: slow down."""


class QuotaExceeded(AllowanceExceeded):
    """The caller has reached a quota of running tasks, bytes or minutes."""


class ListeningExceeded(AllowanceExceeded):
    """The caller has too many open event streams: close one first."""


class TokenMissing(SenderError):
    """Authentication required: send a bearer token or an API key."""


class TokenRefused(SenderError):
    """The token or API key is invalid, expired or revoked."""


class RoleMissing(SenderError):
    """The caller is not allowed to do this."""
