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
    """A chunk of an encode failed on every retry: the whole video is encoded at once instead."""
