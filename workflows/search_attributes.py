"""Search attributes of a task: written when they have changed, at most once in a workflow task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from temporalio import workflow
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    SearchAttributeUpdate,
    TypedSearchAttributes,
)

with workflow.unsafe.imports_passed_through():
    from domain.accounts.identity import fairness_key
    from domain.tasks.search_fields import FAILURE, LANGUAGE, OWNER, STAGE, SearchFields, search_fields_of
    from domain.tasks.state import TaskState

_OWNER = SearchAttributeKey.for_keyword(OWNER)
_STAGE = SearchAttributeKey.for_keyword_list(STAGE)
_LANGUAGE = SearchAttributeKey.for_keyword(LANGUAGE)
_FAILURE = SearchAttributeKey.for_keyword(FAILURE)


def first_attributes(owner: str) -> TypedSearchAttributes:
    """Search attributes at a task's start. A task that is started without them never gets any."""
    return TypedSearchAttributes([SearchAttributePair(_OWNER, fairness_key(owner))])


async def update_search_attributes(state: Callable[[], TaskState]) -> None:
    """Updates the attributes until the task has ended; all changes of one workflow task are one event.

    Does nothing for a task that was started without an owner: it is older than the attributes, or its
    Temporal namespace does not have them and would refuse every update.
    """
    if workflow.info().typed_search_attributes.get(_OWNER) is None:
        return
    written = _WrittenFields()
    while not state().status.ended:
        await workflow.wait_condition(
            lambda: search_fields_of(state()) != written.fields or state().status.ended
        )
        written.update(search_fields_of(state()))


@dataclass
class _WrittenFields:
    fields: SearchFields = field(default_factory=SearchFields)

    def update(self, now: SearchFields) -> None:
        changes: list[SearchAttributeUpdate[Any]] = []
        if now.stages != self.fields.stages:
            changes.append(_set(_STAGE, list(now.stages)))
        if now.language != self.fields.language:
            changes.append(_set(_LANGUAGE, now.language))
        if now.failure != self.fields.failure:
            changes.append(_set(_FAILURE, now.failure))
        if changes:
            workflow.upsert_search_attributes(changes)
        self.fields = now


def _set(key: SearchAttributeKey[Any], value: object) -> SearchAttributeUpdate[Any]:
    return key.value_set(value) if value else key.value_unset()
