"""What is wrong with a request, or with who makes it."""

from __future__ import annotations

from domain.errors.tree import SenderError


class FormBroken(SenderError):
    """The request's body is not a form that can be read to its end."""


class FormInvalid(SenderError):
    """A field of the request is missing, twice there, or holds a value that is not allowed."""


class LanguageUnsupported(SenderError):
    """The named language is not one that the speech model knows."""


class WebhookForbidden(SenderError):
    """The webhook's address is not one that is called."""


class WebhooksAbsent(SenderError):
    """This installation sends no webhooks."""


class KeyUnknown(SenderError):
    """The caller has no API key of this id."""


class KeyLimitReached(SenderError):
    """The caller has as many API keys as one caller may have."""


class TaskUnknown(SenderError):
    """No task has this id."""


class VideoUnknown(SenderError):
    """No video has this id."""


class FileUnknown(SenderError):
    """The task has no file of this name (yet)."""


class RangeUnsatisfiable(SenderError):
    """The asked byte range lies outside the file, which has `total` bytes."""

    def __init__(self, message: str, total: int = 0) -> None:
        super().__init__(message)
        self.total = total


class UploadHeaderInvalid(SenderError):
    """A header of a resumable upload is missing, or can't be understood."""


class UploadUnknown(SenderError):
    """The caller has no resumable upload of this id."""


class UploadConflict(SenderError):
    """The upload does not stand where the request says: ask for its offset, and go on from there."""


class UploadComplete(SenderError):
    """The last byte of the upload is in, so that it can't be taken back: cancel its task instead."""


class UploadGone(SenderError):
    """The upload was not finished in its time: begin a new one."""


class UploadVersionUnsupported(SenderError):
    """Resumable uploads are spoken here in version 1.0.0 of tus only."""


class ChunkTypeWrong(SenderError):
    """The bytes of a resumable upload come as application/offset+octet-stream."""


class ChecksumWrong(SenderError):
    """The bytes that came are not those of the checksum: they were thrown away, send them again."""


class StageUnknown(SenderError):
    """No stage has this name."""


class StageNotRetryable(SenderError):
    """The stage is not waiting for a retry."""


class TaskEnded(SenderError):
    """The task has ended already."""


class AllowanceExceeded(SenderError):
    """More is asked for than one caller may have now; it may be had in `retry_after_s` seconds."""

    def __init__(self, message: str, retry_after_s: int = 60) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class RateExceeded(AllowanceExceeded):
    """Requests come faster than one caller may send them: slow down."""


class QuotaExceeded(AllowanceExceeded):
    """The caller has used up what one caller may have: running tasks, bytes or minutes."""


class ListeningExceeded(AllowanceExceeded):
    """The caller listens to as many event streams as one caller may."""


class TokenMissing(SenderError):
    """This call is only for those who say who they are, by a bearer token or an API key."""


class TokenRefused(SenderError):
    """The token or API key is not one that is good here (any more)."""


class RoleMissing(SenderError):
    """Who asks is known, but may not do this."""
