"""Log context across Temporal: request, task and stage ids in each log line of a workflow or activity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from structlog.contextvars import bind_contextvars, bound_contextvars, get_contextvars
from temporalio import activity, client, worker, workflow
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadConverter
from temporalio.exceptions import ApplicationError

from domain.tasks.state import stage_of

_HEADER = "request-id"

_log = structlog.get_logger(__name__)


class LogContext(client.Interceptor, worker.Interceptor):
    """Interceptor of a client and its workers. Headers are not commands: histories without them replay."""

    def intercept_client(self, next: client.OutboundInterceptor) -> client.OutboundInterceptor:
        return _FromClient(next)

    def intercept_activity(
        self, next: worker.ActivityInboundInterceptor
    ) -> worker.ActivityInboundInterceptor:
        return _IntoActivity(next)

    def workflow_interceptor_class(
        self, input: worker.WorkflowInterceptorClassInput
    ) -> type[worker.WorkflowInboundInterceptor]:
        return _IntoWorkflow


class _FromClient(client.OutboundInterceptor):
    async def start_workflow(self, input: client.StartWorkflowInput) -> client.WorkflowHandle[Any, Any]:
        input.headers = _with_id(input.headers, get_contextvars().get("request_id"))
        return await super().start_workflow(input)


class _IntoWorkflow(worker.WorkflowInboundInterceptor):
    request_id: str | None = None

    def init(self, outbound: worker.WorkflowOutboundInterceptor) -> None:
        super().init(_FromWorkflow(outbound, self))

    async def execute_workflow(self, input: worker.ExecuteWorkflowInput) -> Any:
        run = workflow.info()
        self.request_id = _id_of(input.headers)
        # Applies to this workflow's coroutine and everything that it starts.
        bind_contextvars(**_ids(self.request_id), task_id=run.workflow_id, run_id=run.run_id)
        workflow.logger.info("workflow_began")
        return await super().execute_workflow(input)


class _FromWorkflow(worker.WorkflowOutboundInterceptor):
    def __init__(self, next: worker.WorkflowOutboundInterceptor, inbound: _IntoWorkflow) -> None:
        super().__init__(next)
        self._inbound = inbound

    def start_activity(self, input: worker.StartActivityInput) -> workflow.ActivityHandle[Any]:
        input.headers = _with_id(input.headers, self._inbound.request_id)
        return super().start_activity(input)


class _IntoActivity(worker.ActivityInboundInterceptor):
    async def execute_activity(self, input: worker.ExecuteActivityInput) -> Any:
        run = activity.info()
        stage = stage_of(run.activity_id)
        with bound_contextvars(
            **_ids(_id_of(input.headers)),
            task_id=run.workflow_id,
            run_id=run.workflow_run_id,
            activity=run.activity_type,
            stage=stage.value if stage else None,
            attempt=run.attempt,
        ):
            _log.info("attempt_began")
            outcome = "stopped"
            try:
                result = await super().execute_activity(input)
                outcome = "done"
            except ApplicationError as error:
                outcome = error.type or "ApplicationError"
                raise
            except Exception as error:
                outcome = type(error).__name__
                raise
            finally:
                _log.info("attempt_ended", outcome=outcome)
            return result


def _ids(request_id: str | None) -> dict[str, str]:
    return {"request_id": request_id} if request_id else {}


def _with_id(headers: Mapping[str, Payload], request_id: str | None) -> Mapping[str, Payload]:
    if not request_id:
        return headers
    return {**headers, _HEADER: PayloadConverter.default.to_payload(request_id)}


def _id_of(headers: Mapping[str, Payload]) -> str | None:
    payload = headers.get(_HEADER)
    return PayloadConverter.default.from_payload(payload, str) if payload is not None else None
