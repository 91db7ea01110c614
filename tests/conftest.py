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

# Tests whose id begins so run in one process, because they use the one product of `tests/e2e/conftest.py`.
_PRODUCT = tuple(
    f"tests/e2e/test_{name}"
    for name in (
        "bad_input",
        "chunks",
        "cli",
        "following",
        "library",
        "local_stack.py::test_the_web_ui",
        "metrics",
        "operations",
        "player",
        "results",
        "survival",
    )
)

# Each of these takes long and shares nothing with the others of its file.
_ALONE = ("tests/e2e/test_local_stack.py",)

# Groups by the seconds that they took on two cores, the longest first; the others follow in any order.
_LONGEST_FIRST: tuple[str, ...] = ("product",)


def group_of(test_id: str) -> str:
    """The group of a test, from its id."""
    if test_id.startswith(_PRODUCT):
        return "product"
    if test_id.startswith(_ALONE):
        return test_id
    return test_id.partition("::")[0]


@pytest.hookimpl(trylast=True)
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
