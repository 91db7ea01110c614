"""What is likely to pass: the same call is worth trying again."""

from __future__ import annotations

from domain.errors.tree import PassingError


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
