"""Errors of a request or its caller."""

from __future__ import annotations

from domain.errors.tree import SenderError


class FormBroken(SenderError):
    """The request's body is not a complete, valid form."""


class FormInvalid(SenderError):
    """A field of the request is missing, given twice, or has a value that is not allowed."""


class LanguageUnsupported(SenderError):
    """The speech model does not know the named language."""


class WebhookForbidden(SenderError):
    """Webhooks are not sent to this address."""


class WebhooksAbsent(SenderError):
    """This installation sends no webhooks."""


class KeyUnknown(SenderError):
    """The caller has no API key with this id."""


class KeyLimitReached(SenderError):
    """The caller has reached the limit of API keys."""


class TaskUnknown(SenderError):
    """No task has this id."""


class VideoUnknown(SenderError):
    """No video has this id."""


class FileUnknown(SenderError):
    """The task has no file with this name (yet)."""


class PreconditionFailed(SenderError):
    """The file has changed since the version that the request names."""


class RangeUnsatisfiable(SenderError):
    """The requested byte range lies outside the file, which has `total` bytes."""

    def __init__(self, message: str, total: int = 0) -> None:
        super().__init__(message)
        self.total = total


class UploadHeaderInvalid(SenderError):
    """A header of a resumable upload is missing or invalid."""


class UploadUnknown(SenderError):
    """The caller has no resumable upload with this id."""


class UploadConflict(SenderError):
    """The upload has another offset than the request says: ask for its offset and continue from there."""


class UploadComplete(SenderError):
    """The upload is complete and can't be deleted any more: cancel its task instead."""


class UploadGone(SenderError):
    """The upload has expired before it was complete: start a new one."""


class UploadVersionUnsupported(SenderError):
    """Resumable uploads support only version 1.0.0 of the tus protocol."""


class ChunkTypeWrong(SenderError):
    """The bytes of a resumable upload need the Content-Type application/offset+octet-stream."""


class ChecksumWrong(SenderError):
    """The received bytes do not match the checksum and were discarded: send them again."""


class StageUnknown(SenderError):
    """No stage has this name."""


class StageNotRetryable(SenderError):
    """The stage is not waiting for a retry."""


class TaskEnded(SenderError):
    """The task has already ended."""


class AllowanceExceeded(SenderError):
    """The request exceeds a limit of the caller; it may succeed in `retry_after_s` seconds."""

    def __init__(self, message: str, retry_after_s: int = 60) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class RateExceeded(AllowanceExceeded):
    """Too many requests from this caller: slow down."""


class QuotaExceeded(AllowanceExceeded):
    """The caller has used up a quota: running tasks, bytes or minutes."""


class ListeningExceeded(AllowanceExceeded):
    """The caller has reached the limit of open event streams."""


class TokenMissing(SenderError):
    """Authentication required: send a bearer token or an API key."""


class TokenRefused(SenderError):
    """The token or API key is invalid, expired or revoked."""


class RoleMissing(SenderError):
    """The caller's role does not allow this."""
