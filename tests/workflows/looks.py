"""Short views of a task for tests."""

from __future__ import annotations

from domain.tasks.state import LiveState


def statuses(live: LiveState) -> dict[str, str]:
    return {name: stage.status.value for name, stage in live.state.stages.items()}
