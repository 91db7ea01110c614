"""Temporary errors: the same call is worth trying again."""

from __future__ import annotations

from domain.errors.tree import PassingError


class StoreUnavailable(PassingError):
    """The object store does not answer."""


class CatalogueUnavailable(PassingError):
    """The database does not answer."""


class WorkflowsUnavailable(PassingError):
    """Temporal, or the worker that must answer for a workflow, does not answer."""


class WebhookUndelivered(PassingError):
    """The receiver of a webhook does not accept it."""


class IssuerUnavailable(PassingError):
    """The issuer of the accounts does not answer, so the token can't be checked: try again later."""


class ListenersFull(PassingError):
    """The server has no free event stream: try again later."""


class TaskStartUnknown(PassingError):
    """Temporal did not confirm the start of the task: try again, which starts it only once."""


class ScratchFull(PassingError):
    """The worker's disk for temporary files is full."""


class MediaToolFailed(PassingError):
    """FFmpeg failed with an error that does not point to the source."""


class MediaToolStalled(PassingError):
    """FFmpeg has made no progress and used no processor time for too long."""


class ModelStalled(PassingError):
    """A speech or vision model has used no processor time for too long."""


class SpeechServiceUnavailable(PassingError):
    """The configured online speech service does not answer."""


class AttemptOverdue(PassingError):
    """Every attempt exceeded its time limit."""


class ArtifactMismatch(PassingError):
    """A produced file does not have the expected length or streams."""


class ChunkFailed(PassingError):
    """The encoder failed on one chunk; the next step depends on the number of failures."""
