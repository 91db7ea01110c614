"""Reasons to stop an attempt; none is a fault of the work."""

from __future__ import annotations

from domain.errors.tree import AttemptStopped, PassingError


class AttemptCancelled(AttemptStopped):
    """The task was cancelled."""


class AttemptDrained(AttemptStopped, PassingError):
    """The worker is shutting down: another one continues the work."""


class AttemptHandedBack(AttemptStopped, PassingError):
    """The work has failed on this worker: another worker must try it."""


class AttemptSuperseded(AttemptStopped, PassingError):
    """Temporal has missed this attempt's heartbeats and started another attempt."""
