"""The branches that every fault hangs on: who must act on it."""

from __future__ import annotations


class PipelineError(Exception):
    """A named fault; `str(error)` is a sentence for the person who must act."""

    @property
    def code(self) -> str:
        """The fault's stable name, the same in HTTP answers, Temporal failures and logs."""
        return type(self).__name__


class SenderError(PipelineError):
    """What was sent is at fault: trying again without changing it can't help."""


class OperatorError(PipelineError):
    """The installation is at fault: its operator must mend it before a retry helps."""


class PassingError(PipelineError):
    """A fault that is likely to pass: the same call is worth trying again."""


class AttemptStopped(PipelineError):
    """This attempt was told to stop; not a fault."""


def leaves(root: type[PipelineError]) -> list[type[PipelineError]]:
    """Every error below `root` that has no error below itself."""
    below = root.__subclasses__()
    return [root] if not below else [leaf for kind in below for leaf in leaves(kind)]
