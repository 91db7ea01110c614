"""Base classes of the product's errors, by who must act on them."""

from __future__ import annotations


class PipelineError(Exception):
    """Base of all errors of the product; `str(error)` is a message for the person who must act."""

    @property
    def code(self) -> str:
        """Stable name of the error, the same in HTTP responses, Temporal failures and logs."""
        return type(self).__name__


class SenderError(PipelineError):
    """Error in what was sent: retrying without changing it can't help."""


class OperatorError(PipelineError):
    """Error of the installation: its operator must fix it before a retry helps."""


class PassingError(PipelineError):
    """Temporary error: the same call is worth trying again."""


class AttemptStopped(PipelineError):
    """The attempt was stopped from outside; not an error of the work."""


def leaves(root: type[PipelineError]) -> list[type[PipelineError]]:
    """Returns every subclass of `root` that has no subclasses itself."""
    below = root.__subclasses__()
    return [root] if not below else [leaf for kind in below for leaf in leaves(kind)]
