"""Every fault the product can name, in a tree that says who must act on it.

The tree knows neither HTTP nor Temporal: `api/problems.py` maps it to statuses and
`activities/failures.py` to Temporal failures.
"""

from __future__ import annotations


class PipelineError(Exception):
    """A named fault; `str(error)` is a sentence for the person who must act."""

    @property
    def code(self) -> str:
        """The fault's stable name, the same in HTTP answers, Temporal failures and logs."""
        return type(self).__name__


class SenderError(PipelineError):
    """What was sent is at fault: trying again without changing it can't help."""


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


class OperatorError(PipelineError):
    """The installation is at fault: its operator must mend it before a retry helps."""


class SettingInvalid(OperatorError):
    """A setting holds a value that can't work."""


class ToolMissing(OperatorError):
    """A program that the product needs is not installed, or lacks a needed part."""


class ModelUnavailable(OperatorError):
    """A model can't be loaded or downloaded, or its checksum is wrong."""


class ChunkGivenUp(OperatorError):
    """A chunk of an encode failed in every way that there is to try; the whole is encoded at once."""


class PassingError(PipelineError):
    """A fault that is likely to pass: the same call is worth trying again."""


class StoreUnavailable(PassingError):
    """The object store does not answer."""


class CatalogueUnavailable(PassingError):
    """The database does not answer."""


class WorkflowsUnavailable(PassingError):
    """Temporal, or the worker that must answer for a workflow, does not answer."""


class WebhookUndelivered(PassingError):
    """The receiver of a webhook does not take it."""


class IssuerUnavailable(PassingError):
    """The issuer of the accounts does not answer, so nobody new can be let in."""


class ListenersFull(PassingError):
    """As many event streams are open as this process serves."""


class TaskStartUnknown(PassingError):
    """Temporal did not say whether it took the task; starting it again is safe."""


class ScratchFull(PassingError):
    """The worker's disk for temporary files has no room left."""


class MediaToolFailed(PassingError):
    """FFmpeg ended with an error that does not point at the source."""


class MediaToolStalled(PassingError):
    """FFmpeg has made no progress and used no processor time for too long."""


class ModelStalled(PassingError):
    """A speech or vision model has used no processor time for too long."""


class SpeechServiceUnavailable(PassingError):
    """The online speech service that the operator has chosen does not answer."""


class AttemptOverdue(PassingError):
    """One attempt after the other took longer than an attempt may."""


class ArtifactMismatch(PassingError):
    """What was made does not have the length or the streams that it must have."""


class ChunkFailed(PassingError):
    """The encoder failed on one chunk; what is tried next depends on how often it has."""


class AttemptStopped(PipelineError):
    """This attempt was told to stop; not a fault."""


class AttemptCancelled(AttemptStopped):
    """The task was cancelled."""


class AttemptDrained(AttemptStopped, PassingError):
    """The worker is shutting down: another one goes on with the work."""


class AttemptHandedBack(AttemptStopped, PassingError):
    """This worker has failed at the work: another one is to try."""


class AttemptSuperseded(AttemptStopped, PassingError):
    """Temporal has missed this attempt's beats and gone on without it."""


def leaves(root: type[PipelineError]) -> list[type[PipelineError]]:
    """Every error below `root` that has no error below itself."""
    below = root.__subclasses__()
    return [root] if not below else [leaf for kind in below for leaf in leaves(kind)]


SENDER_CODES = frozenset(kind.__name__ for kind in leaves(SenderError))
CODES = frozenset(kind.__name__ for kind in leaves(PipelineError))
