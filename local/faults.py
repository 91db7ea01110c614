"""Faults of the local stack; each message is the one line that a person reads."""

from __future__ import annotations


class LocalFault(Exception):
    """A command on the local stack failed; `str(fault)` says why and what to do."""


class ToolNotFound(LocalFault):
    """A program is not installed and can't be installed from here."""


class PortTaken(LocalFault):
    """Another program listens on a port that the stack needs."""


class StartFailed(LocalFault):
    """A process of the stack ended, or did not become ready in time."""


class StackBusy(LocalFault):
    """Another command is starting or stopping the same stack."""


class SettingUnusable(LocalFault):
    """The stack can't be run with this value."""


class ResultWrong(LocalFault):
    """The demo ran, and its result differs from what the clip contains."""


class BackupUnusable(LocalFault):
    """A backup is not complete, or there is nothing to back up."""


class RestoreRefused(LocalFault):
    """There is state already where a backup was to be restored."""
