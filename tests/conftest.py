"""Placement of the tests when pytest-xdist runs them in several processes.

Tests of one group run in one process, in the order of their files, and share its servers. A group is a
file, or the files that share a server for the whole session. The groups that take longest start first, so
that no process is left with a long one at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xdist.scheduler import LoadScopeScheduling

# Folders and files whose tests share servers: the whole product, or one Temporal server.
_GROUPS: dict[str, str] = {}

# Groups by the seconds that they took on two cores, the longest first; the others follow in any order.
_LONGEST_FIRST: tuple[str, ...] = ()


def group_of(test_id: str) -> str:
    """The group of a test, from its id."""
    path, _, _ = test_id.partition("::")
    for start, group in _GROUPS.items():
        if test_id.startswith(start):
            return group
    return path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {group: place for place, group in enumerate(_LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(group_of(item.nodeid), len(places)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    config.option.loadscopereorder = False
    return ByGroup(config, log)
