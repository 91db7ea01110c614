"""Setup of Temporal: namespace, retention and search attributes."""

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
# A task can be in several stages at once.
_KEYWORD_LIST = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST
SEARCH_ATTRIBUTES = {OWNER: _KEYWORD, STAGE: _KEYWORD_LIST, LANGUAGE: _KEYWORD, FAILURE: _KEYWORD}

COMMAND = "python -m adapters.setup temporal"

# Histories of ended tasks are useful for some days only; the catalogue's row stays.
_DEFAULT_RETENTION_DAYS = 3
_TIMEOUT = timedelta(seconds=10)
_REFUSALS = (
    RPCStatusCode.PERMISSION_DENIED,
    RPCStatusCode.UNAUTHENTICATED,
    RPCStatusCode.UNIMPLEMENTED,
    RPCStatusCode.INVALID_ARGUMENT,
)


_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class NamespaceSettings:
    """Retention of ended tasks' histories; None leaves an existing namespace as it is."""

    retention_days: int | None = None


def read_namespace(env: Mapping[str, str] = os.environ) -> NamespaceSettings:
    days = env.get("TEMPORAL_RETENTION_DAYS", "")
    return NamespaceSettings(positive(days, "TEMPORAL_RETENTION_DAYS") if days else None)


async def set_up_temporal(settings: TemporalSettings, namespace: NamespaceSettings) -> None:
    """Raises `WorkflowsUnavailable` while Temporal does not answer or does not yet apply the changes."""
    with _translated_errors():
        client = await Client.connect(settings.address, namespace=settings.namespace)
        await _ensure_namespace(client, namespace)
        await register_search_attributes(client)


async def register_search_attributes(client: Client) -> None:
    """Add missing search attributes; safe when many processes do it at once.

    Raises `SettingInvalid` for one of another type: writing it would block tasks for ever.
    """
    request = ListSearchAttributesRequest(namespace=client.namespace)
    listed = await client.operator_service.list_search_attributes(request, timeout=_TIMEOUT)
    known = listed.custom_attributes
    for name, kind in SEARCH_ATTRIBUTES.items():
        if known.get(name, kind) != kind:
            raise SettingInvalid(
                f"The search attribute {name} of the namespace {client.namespace} is not of the type "
                f"{IndexedValueType.Name(kind)}: remove it, then run `{COMMAND}`."
            )
    missing = {name: kind for name, kind in SEARCH_ATTRIBUTES.items() if name not in known}
    if missing:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing),
            timeout=_TIMEOUT,
        )
    await _require_known(client)


async def register_if_allowed(client: Client) -> None:
    """Register at a worker's start; without permission it only logs, since tasks run without them too."""
    try:
        await register_search_attributes(client)
    except (RPCError, WorkflowsUnavailable) as error:
        _log.warning("search_attributes_not_registered", reason=str(error), mend=COMMAND)


async def _require_known(client: Client) -> None:
    """Raise `WorkflowsUnavailable` until the server applies new attributes; till then it refuses tasks."""
    # Without the backquotes, `Language` is a reserved word in a query.
    everything = " AND ".join(f"`{name}` = ''" for name in SEARCH_ATTRIBUTES)
    try:
        await client.count_workflows(everything, rpc_timeout=_TIMEOUT)
    except RPCError as error:
        raise WorkflowsUnavailable(f"Temporal does not know the search attributes yet: {error}") from error


async def _ensure_namespace(client: Client, wanted: NamespaceSettings) -> None:
    service = client.workflow_service
    retention = Duration(seconds=(wanted.retention_days or _DEFAULT_RETENTION_DAYS) * 24 * 3600)
    try:
        request = DescribeNamespaceRequest(namespace=client.namespace)
        found = await service.describe_namespace(request, timeout=_TIMEOUT)
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
            timeout=_TIMEOUT,
        )


async def _register(client: Client, retention: Duration) -> None:
    request = RegisterNamespaceRequest(
        namespace=client.namespace,
        description="video-pipeline",
        workflow_execution_retention_period=retention,
    )
    try:
        await client.workflow_service.register_namespace(request, timeout=_TIMEOUT)
    except RPCError as error:
        if error.status is not RPCStatusCode.ALREADY_EXISTS:
            raise
    # Temporal's other servers know a new namespace only after some seconds.
    raise WorkflowsUnavailable(f"The namespace {client.namespace} was created and is not ready yet.")


@contextmanager
def _translated_errors() -> Iterator[None]:
    """Turn Temporal's errors into the product's."""
    try:
        yield
    except RPCError as error:
        if error.status in _REFUSALS:
            raise SettingInvalid(f"Temporal refuses a request of `{COMMAND}`: {error}") from error
        raise WorkflowsUnavailable(f"Temporal does not answer: {error}") from error
    except RuntimeError as error:
        raise WorkflowsUnavailable(f"Temporal does not answer: {error}") from error
