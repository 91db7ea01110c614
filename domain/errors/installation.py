"""Errors that the installation's operator must fix."""

from __future__ import annotations

from domain.errors.tree import OperatorError


class SettingInvalid(OperatorError):
    """A setting holds a value that can't work."""


class ToolMissing(OperatorError):
    """A required program is not installed, or lacks a required feature."""


class ModelUnavailable(OperatorError):
    """A model can't be loaded or downloaded, or its checksum is wrong."""


class ChunkGivenUp(OperatorError):
    """Every retry of a chunk failed; the video is encoded in one piece instead."""
