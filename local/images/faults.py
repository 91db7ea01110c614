"""Faults of building and trying images; each message is the line that a person reads."""

from __future__ import annotations

from local.faults import LocalFault


class BuildFailed(LocalFault):
    """An image, or the base under it, could not be made."""


class TrialFailed(LocalFault):
    """An image was built and failed a check."""
