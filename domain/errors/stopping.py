"""Reasons why an attempt was stopped; none is an error of the work."""

from __future__ import annotations

from domain.errors.tree import AttemptStopped, PassingError


class AttemptCancelled(AttemptStopped):
    """The task was cancelled."""


class AttemptDrained(AttemptStopped, PassingError):
    """The worker is shutting down: another one continues the work."""


class AttemptHandedBack(AttemptStopped, PassingError):
    """This worker has failed at the work: another one retries it."""


class AttemptSuperseded(AttemptStopped, PassingError):
    """Temporal has missed this attempt's heartbeats and started another one."""
