"""When a task's signs are written into Temporal's list: whenever they have changed, once a turn."""

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
    """What a task is started with. One that is started without is never listed by its signs."""
    return TypedSearchAttributes([SearchAttributePair(_OWNER, fairness_key(owner))])


async def keep_attributes_current(state: Callable[[], TaskState]) -> None:
    """Until the task has ended. All that changes in one turn of the workflow costs one event.

    A task that was started without an owner may run where the attributes are not known to Temporal,
    which would refuse them for ever; nor do tasks that are older than attributes have one.
    """
    if workflow.info().typed_search_attributes.get(_OWNER) is None:
        return
    shown = _ShownFields()
    while not state().status.ended:
        await workflow.wait_condition(
            lambda: search_fields_of(state()) != shown.fields or state().status.ended
        )
        shown.change(search_fields_of(state()))


@dataclass
class _ShownFields:
    fields: SearchFields = field(default_factory=SearchFields)

    def change(self, now: SearchFields) -> None:
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
