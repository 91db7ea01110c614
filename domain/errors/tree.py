"""Base classes of the errors, one for each party that must act."""

from __future__ import annotations


class PipelineError(Exception):
    """A named error; `str(error)` is a sentence for the person who must act."""

    @property
    def code(self) -> str:
        """The error's stable name, the same in HTTP answers, Temporal failures and logs."""
        return type(self).__name__


class SenderError(PipelineError):
    """The sent file or request is at fault: a retry without a change can't help."""


class OperatorError(PipelineError):
    """The installation is at fault: its operator must fix it before a retry helps."""


class PassingError(PipelineError):
    """A transient fault: the same call may succeed when it is tried again."""


class AttemptStopped(PipelineError):
    """The attempt was stopped; not a fault."""


def leaves(root: type[PipelineError]) -> list[type[PipelineError]]:
    """Returns every subclass of `root` that has no subclasses itself."""
    below = root.__subclasses__()
    return [root] if not below else [leaf for kind in below for leaf in leaves(kind)]
