"""Why an attempt was told to stop; none of it is a fault of the work."""

from __future__ import annotations

from domain.errors.tree import AttemptStopped, PassingError


class AttemptCancelled(AttemptStopped):
    """The task was cancelled."""


class AttemptDrained(AttemptStopped, PassingError):
    """The worker is shutting down: another one goes on with the work."""


class AttemptHandedBack(AttemptStopped, PassingError):
    """This worker has failed at the work: another one is to try."""


class AttemptSuperseded(AttemptStopped, PassingError):
    """Temporal has missed this attempt's beats and gone on without it."""
