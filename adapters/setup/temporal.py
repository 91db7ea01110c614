"""What Temporal must know before the first task: the namespace, its retention, the search attributes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog
from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    RegisterNamespaceRequest,
    UpdateNamespaceRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from adapters.settings import TemporalSettings, positive
from domain.errors import SettingInvalid, WorkflowsUnavailable
from domain.tasks.search_fields import FAILURE, LANGUAGE, OWNER, STAGE

_KEYWORD = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
# A task is at several stages at once.
_KEYWORD_LIST = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST
SEARCH_ATTRIBUTES = {OWNER: _KEYWORD, STAGE: _KEYWORD_LIST, LANGUAGE: _KEYWORD, FAILURE: _KEYWORD}

COMMAND = "python -m adapters.setup temporal"

# Ended tasks are looked into for some days; the catalogue's row stays for good.
_FIRST_RETENTION_DAYS = 3
_ANSWER_WITHIN = timedelta(seconds=10)
_REFUSALS = (
    RPCStatusCode.PERMISSION_DENIED,
    RPCStatusCode.UNAUTHENTICATED,
    RPCStatusCode.UNIMPLEMENTED,
    RPCStatusCode.INVALID_ARGUMENT,
)


_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class NamespaceSettings:
    """How long Temporal keeps a task that has ended; None leaves a namespace that exists as it is."""

    retention_days: int | None = None


def read_namespace(env: Mapping[str, str] = os.environ) -> NamespaceSettings:
    days = env.get("TEMPORAL_RETENTION_DAYS", "")
    return NamespaceSettings(positive(days, "TEMPORAL_RETENTION_DAYS") if days else None)


async def set_up_temporal(settings: TemporalSettings, namespace: NamespaceSettings) -> None:
    """Raises `WorkflowsUnavailable` while Temporal does not answer, or does not know yet what it was told."""
    with _naming_refusals():
        client = await Client.connect(settings.address, namespace=settings.namespace)
        await _keep_namespace(client, namespace)
        await register_search_attributes(client)


async def register_search_attributes(client: Client) -> None:
    """Add those that are missing; harmless when many do it at once.

    Raises `SettingInvalid` where one is of another type: writing it would hold tasks up for ever.
    """
    request = ListSearchAttributesRequest(namespace=client.namespace)
    listed = await client.operator_service.list_search_attributes(request, timeout=_ANSWER_WITHIN)
    known = listed.custom_attributes
    for name, kind in SEARCH_ATTRIBUTES.items():
        if known.get(name, kind) != kind:
            raise SettingInvalid(
                f"The search attribute {name} of the namespace {client.namespace} is not of the type "
                f"{IndexedValueType.Name(kind)}: remove it, then `{COMMAND}`."
            )
    missing = {name: kind for name, kind in SEARCH_ATTRIBUTES.items() if name not in known}
    if missing:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing),
            timeout=_ANSWER_WITHIN,
        )
    await _require_known(client)


async def register_if_allowed(client: Client) -> None:
    """As a worker does when it starts: without the right to do it, and unlisted, tasks run all the same."""
    try:
        await register_search_attributes(client)
    except (RPCError, WorkflowsUnavailable) as error:
        _log.warning("search_attributes_not_registered", reason=str(error), mend=COMMAND)


async def _require_known(client: Client) -> None:
    """A server learns of new ones with some delay, and until then refuses tasks that have them."""
    # In a query, `Language` without these quotes is a word of the server's own.
    everything = " AND ".join(f"`{name}` = ''" for name in SEARCH_ATTRIBUTES)
    try:
        await client.count_workflows(everything, rpc_timeout=_ANSWER_WITHIN)
    except RPCError as error:
        raise WorkflowsUnavailable(f"Temporal does not know the search attributes yet: {error}") from error


async def _keep_namespace(client: Client, wanted: NamespaceSettings) -> None:
    service = client.workflow_service
    retention = Duration(seconds=(wanted.retention_days or _FIRST_RETENTION_DAYS) * 24 * 3600)
    try:
        asked = DescribeNamespaceRequest(namespace=client.namespace)
        found = await service.describe_namespace(asked, timeout=_ANSWER_WITHIN)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        await _register(client, retention)
        return
    if wanted.retention_days and found.config.workflow_execution_retention_ttl != retention:
        await service.update_namespace(
            UpdateNamespaceRequest(
                namespace=client.namespace, config=NamespaceConfig(workflow_execution_retention_ttl=retention)
            ),
            timeout=_ANSWER_WITHIN,
        )


async def _register(client: Client, retention: Duration) -> None:
    request = RegisterNamespaceRequest(
        namespace=client.namespace,
        description="video-pipeline",
        workflow_execution_retention_period=retention,
    )
    try:
        await client.workflow_service.register_namespace(request, timeout=_ANSWER_WITHIN)
    except RPCError as error:
        if error.status is not RPCStatusCode.ALREADY_EXISTS:
            raise
    # Its other servers hear of it within seconds; until then they do not know it.
    raise WorkflowsUnavailable(f"The namespace {client.namespace} has just been made.")


@contextmanager
def _naming_refusals() -> Iterator[None]:
    """Turns an answer that is none, or a no, into the product's own error."""
    try:
        yield
    except RPCError as error:
        if error.status in _REFUSALS:
            raise SettingInvalid(f"Temporal refuses what `{COMMAND}` asks for: {error}") from error
        raise WorkflowsUnavailable(f"Temporal does not answer: {error}") from error
    except RuntimeError as error:
        raise WorkflowsUnavailable(f"Temporal does not answer: {error}") from error
