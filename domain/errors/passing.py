"""Transient errors: the same call may succeed when it is tried again."""

from __future__ import annotations

from domain.errors.tree import PassingError


class StoreUnavailable(PassingError):
    """The object store does not answer."""


class CatalogueUnavailable(PassingError):
    """The database does not answer."""


class WorkflowsUnavailable(PassingError):
    """Temporal, or the worker that runs the workflow, does not answer."""


class WebhookUndelivered(PassingError):
    """The receiver of a webhook does not accept it."""


class IssuerUnavailable(PassingError):
    """The token issuer does not answer, so new tokens can't be verified."""


class ListenersFull(PassingError):
    """This process has reached its limit of open event streams."""


class TaskStartUnknown(PassingError):
    """Temporal did not confirm the start of the task; starting it again is safe."""


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
    """Repeated attempts took longer than the time limit of an attempt."""


class ArtifactMismatch(PassingError):
    """A produced file does not have the length, streams or digest that it must have."""


class ChunkFailed(PassingError):
    """The encoder failed on one chunk; the number of failures decides what is tried next."""
