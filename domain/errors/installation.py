"""What the installation's operator must mend."""

from __future__ import annotations

from domain.errors.tree import OperatorError


class SettingInvalid(OperatorError):
    """A setting holds a value that can't work."""


class ToolMissing(OperatorError):
    """A program that the product needs is not installed, or lacks a needed part."""


class ModelUnavailable(OperatorError):
    """A model can't be loaded or downloaded, or its checksum is wrong."""


class ChunkGivenUp(OperatorError):
    """A chunk of an encode failed in every way that there is to try; the whole is encoded at once."""
