"""Interceptor around each activity attempt: waits for a slot, sends the first and the final heartbeat, and
ends the attempt at a drain.

It runs on the event loop, beside the thread that does the work, so that it also works for an attempt that
never checks for a stop.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any

from temporalio import activity
from temporalio.client import AsyncActivityCancelledError, Client
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import (
    ActivityInboundInterceptor,
    ActivityOutboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
)

from activities.attempts.attempt import check
from activities.attempts.endings import give_up_if_hopeless, last_details, outcome
from activities.attempts.failures import as_failure
from activities.attempts.slots import ConcurrencySlots, Slot
from activities.ports import ObjectStore
from domain.attempts.heartbeat import HeartbeatDetails
from domain.attempts.history import SAME_PLACE, AttemptHistory
from domain.errors import (
    AttemptDrained,
    AttemptSuperseded,
    PipelineError,
)
from domain.storage.keys import attempt_prefix

_SEND_TIMEOUT_S = 5.0
_SEND_TIMEOUT_AT_DRAIN_S = 1.0
# An attempt checks several times a second; one that has not stopped by then waits for a store or a disk.
_STOP_TIMEOUT_S = 3.0
# Time before Temporal's time limit at which the attempt reports that its end will not be a crash.
_OVERDUE_NOTICE_S = 5.0
_OVERDUE_NOTICE_SHARE = 0.2
# A heartbeat is sent at most a second late: after this time a suspect has passed the place of the crash.
_PAST_CRASH_FOR_S = 10.0


class AttemptInterceptor(Interceptor):
    """One for all workers of a process. Activities without a retry limit or heartbeats are only ended at a
    drain: their attempts are idempotent, and never given up."""

    def __init__(self, client: Client, store: ObjectStore) -> None:
        self.client = client
        self.store = store
        self.slots = ConcurrencySlots()
        self.process = secrets.token_hex(8)

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return InterceptedAttempt(next, self)


class StampedHeartbeats(ActivityOutboundInterceptor):
    """Adds the attempt history to each heartbeat; `on_heartbeat` may change the history first."""

    def __init__(self, next: ActivityOutboundInterceptor) -> None:
        super().__init__(next)
        self.details = HeartbeatDetails()
        self.on_heartbeat: Callable[[float], None] = lambda fraction: None

    def heartbeat(self, *details: Any) -> None:
        if details and isinstance(details[0], HeartbeatDetails):
            self.on_heartbeat(details[0].fraction)
            self.details = replace(details[0], trail=self.details.trail)
            details = (self.details,)
        super().heartbeat(*details)


class InterceptedAttempt(ActivityInboundInterceptor):
    """One attempt of one activity."""

    def __init__(self, next: ActivityInboundInterceptor, interceptor: AttemptInterceptor) -> None:
        super().__init__(next)
        self._shared = interceptor
        self._past_crash_since_s: float | None = None

    def init(self, outbound: ActivityOutboundInterceptor) -> None:
        self._heartbeats = StampedHeartbeats(outbound)
        super().init(self._heartbeats)

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        self._run = activity.info()
        limited = self._run.retry_policy is not None and self._run.retry_policy.maximum_attempts > 0
        if self._run.heartbeat_timeout is None or not limited:
            return await unless_drained(super().execute_activity(input))
        self._begun_s = asyncio.get_running_loop().time()
        before = last_details(self._run)
        self._start = before.trail.for_next_attempt(before.fraction, self._shared.process)
        self._heartbeats.details = replace(before.for_next_attempt(), trail=self._start)
        suspect = self._start.suspect
        try:
            give_up_if_hopeless(self._start)
            async with self._shared.slots.acquire(alone=suspect, while_waiting=self._wait) as slot:
                return await self._run_in(slot, input)
        except Exception as error:
            failure, history = outcome(error, self._start)
            self._set_history(history)
            if failure is error:
                raise
            raise failure from (error.__cause__ or error)
        finally:
            await self._send_final(input)

    def _set_history(self, history: AttemptHistory) -> None:
        self._heartbeats.details = replace(self._heartbeats.details, trail=history)

    def _wait(self) -> None:
        try:
            check()
        except PipelineError as error:
            raise as_failure(error) from error
        self._heartbeats.heartbeat(self._heartbeats.details)

    async def _run_in(self, slot: Slot, input: ExecuteActivityInput) -> Any:
        self._set_history(self._start.working(alone=slot.alone))
        self._heartbeats.on_heartbeat = partial(self._share_when_past_crash, slot)
        # Sent before the work can crash the worker: a throttled heartbeat of the SDK might be lost.
        if not await self._send_now():
            raise as_failure(AttemptSuperseded("Temporal ended this attempt before its work began."))
        loop = asyncio.get_running_loop()
        limit = self._run.start_to_close_timeout
        if limit is None:
            return await unless_drained(super().execute_activity(input))
        limit_s = limit.total_seconds()
        notice_s = min(_OVERDUE_NOTICE_S, _OVERDUE_NOTICE_SHARE * limit_s)
        overdue = loop.call_at(
            self._begun_s + limit_s - notice_s, lambda: loop.create_task(self._send_overdue())
        )
        try:
            return await unless_drained(super().execute_activity(input))
        finally:
            overdue.cancel()

    def _share_when_past_crash(self, slot: Slot, fraction: float) -> None:
        """Lets other attempts run beside a suspect that has passed the place of its crash."""
        if not slot.alone or fraction <= self._start.died_at:
            return
        now_s = asyncio.get_running_loop().time()
        self._past_crash_since_s = self._past_crash_since_s or now_s
        past_for_s = now_s - self._past_crash_since_s
        if fraction > self._start.died_at + SAME_PLACE or past_for_s > _PAST_CRASH_FOR_S:
            slot.share()
            self._set_history(replace(self._heartbeats.details.trail, alone=False))

    async def _send_overdue(self) -> None:
        """Reports a fault before Temporal ends this attempt by its time limit, so that it is no crash."""
        self._set_history(self._start.faulted())
        await self._send_now()

    async def _send_final(self, input: ExecuteActivityInput) -> None:
        """Sends the final heartbeat: this end is no crash. A superseded attempt removes its objects, because
        the task's clean-up may have run before its last writes."""
        self._set_history(self._heartbeats.details.trail.idle())
        self._heartbeats.heartbeat(self._heartbeats.details)
        if await self._send_now():
            return
        message = input.args[0] if input.args else None
        task_id = getattr(message, "task_id", self._run.workflow_id)
        prefix = attempt_prefix(str(task_id), self._run.activity_id, self._run.attempt)
        try:
            removed = await asyncio.to_thread(self._shared.store.remove_prefix, prefix)
        except PipelineError as error:
            activity.logger.warning("a superseded attempt leaves %s to the sweep: %s", prefix, error)
        else:
            activity.logger.info("a superseded attempt has removed the %s objects of %s", removed, prefix)

    async def _send_now(self) -> bool:
        """Sends a heartbeat without the SDK's throttling; False if Temporal has ended this attempt."""
        limit_s = _SEND_TIMEOUT_AT_DRAIN_S if activity.is_worker_shutdown() else _SEND_TIMEOUT_S
        handle = self._shared.client.get_async_activity_handle(task_token=self._run.task_token)
        try:
            async with asyncio.timeout(limit_s):
                await handle.heartbeat(self._heartbeats.details)
        except AsyncActivityCancelledError:
            return True  # the attempt learns of it from the answer to its own heartbeats
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            activity.logger.warning("Temporal did not accept a heartbeat: %s", error)
        except TimeoutError:
            activity.logger.warning("Temporal did not accept a heartbeat within %s s", limit_s)
        return True


async def unless_drained(activity_run: Coroutine[Any, Any, Any]) -> Any:
    """The result of the work; at a drain, work that does not stop in time is abandoned."""
    work = asyncio.ensure_future(activity_run)
    draining = asyncio.ensure_future(activity.wait_for_worker_shutdown())
    try:
        await asyncio.wait({work, draining}, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait({work}, timeout=_STOP_TIMEOUT_S)
    finally:
        draining.cancel()
    if not work.done():
        # The process, and the thread with it, ends soon; until then it can write only below its own prefix.
        raise as_failure(AttemptDrained("The worker shut down before the work reached a point to stop."))
    return work.result()
