"""What surrounds each attempt in a worker: its turn, its first and last word, and its end at a drain.

Everything here runs on the event loop, beside the thread that does the work, so that it also holds for
work that never looks up.
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

_WORD_LIMIT_S = 5.0
_WORD_LIMIT_AT_A_DRAIN_S = 1.0
# An attempt looks up several times a second; one that has not by then waits for a store or a disk.
_LEAVES_WITHIN_S = 3.0
# How long before Temporal ends an attempt by its time limit the attempt says that this is no death.
_TIME_UP_AHEAD_S = 5.0
_TIME_UP_AHEAD_SHARE = 0.2
# A beat leaves at most a second after what it tells: by then a suspect is past the place for sure.
_PAST_THE_PLACE_FOR_S = 10.0


class AttemptInterceptor(Interceptor):
    """One for all workers of a process. Activities that retry without a limit, or don't beat, are only kept
    from holding up a drain: each of their attempts comes to the same, and none is given up."""

    def __init__(self, client: Client, store: ObjectStore) -> None:
        self.client = client
        self.store = store
        self.slots = ConcurrencySlots()
        self.process = secrets.token_hex(8)

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return InterceptedAttempt(next, self)


class StampedHeartbeats(ActivityOutboundInterceptor):
    """Adds the attempt's trail to each of its beats; `on_beat` may change the trail first."""

    def __init__(self, next: ActivityOutboundInterceptor) -> None:
        super().__init__(next)
        self.beat = HeartbeatDetails()
        self.on_beat: Callable[[float], None] = lambda fraction: None

    def heartbeat(self, *details: Any) -> None:
        if details and isinstance(details[0], HeartbeatDetails):
            self.on_beat(details[0].fraction)
            self.beat = replace(details[0], trail=self.beat.trail)
            details = (self.beat,)
        super().heartbeat(*details)


class InterceptedAttempt(ActivityInboundInterceptor):
    """One attempt of one activity."""

    def __init__(self, next: ActivityInboundInterceptor, guard: AttemptInterceptor) -> None:
        super().__init__(next)
        self._guard = guard
        self._past_since_s: float | None = None

    def init(self, outbound: ActivityOutboundInterceptor) -> None:
        self._beats = StampedHeartbeats(outbound)
        super().init(self._beats)

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        self._run = activity.info()
        limited = self._run.retry_policy is not None and self._run.retry_policy.maximum_attempts > 0
        if self._run.heartbeat_timeout is None or not limited:
            return await unless_drained(super().execute_activity(input))
        self._begun_s = asyncio.get_running_loop().time()
        before = last_details(self._run)
        self._start = before.trail.followed(before.fraction, self._guard.process)
        self._beats.beat = replace(before.for_next_attempt(), trail=self._start)
        try:
            give_up_if_hopeless(self._start)
            async with self._guard.slots.passed(alone=self._start.suspect, while_waiting=self._wait) as slot:
                return await self._worked(input, slot)
        except Exception as error:
            failure, trail = outcome(error, self._start)
            self._set(trail)
            if failure is error:
                raise
            raise failure from (error.__cause__ or error)
        finally:
            await self._say_last(input)

    def _set(self, trail: AttemptHistory) -> None:
        self._beats.beat = replace(self._beats.beat, trail=trail)

    def _wait(self) -> None:
        try:
            check()
        except PipelineError as error:
            raise as_failure(error) from error
        self._beats.heartbeat(self._beats.beat)

    async def _worked(self, input: ExecuteActivityInput, slot: Slot) -> Any:
        self._set(self._start.working(alone=slot.alone))
        self._beats.on_beat = partial(self._share_when_past, slot)
        # Before anything can happen to the worker: a beat of the SDK's may not get away in time.
        if not await self._said():
            raise as_failure(AttemptSuperseded("Temporal went on before this attempt had begun."))
        loop = asyncio.get_running_loop()
        limit = self._run.start_to_close_timeout
        if limit is None:
            return await unless_drained(super().execute_activity(input))
        limit_s = limit.total_seconds()
        ahead_s = min(_TIME_UP_AHEAD_S, _TIME_UP_AHEAD_SHARE * limit_s)
        time_up = loop.call_at(
            self._begun_s + limit_s - ahead_s, lambda: loop.create_task(self._say_overdue())
        )
        try:
            return await unless_drained(super().execute_activity(input))
        finally:
            time_up.cancel()

    def _share_when_past(self, slot: Slot, fraction: float) -> None:
        """A suspect that is past the place where it died has company again."""
        if not slot.alone or fraction <= self._start.died_at:
            return
        now_s = asyncio.get_running_loop().time()
        self._past_since_s = self._past_since_s or now_s
        if fraction > self._start.died_at + SAME_PLACE or now_s - self._past_since_s > _PAST_THE_PLACE_FOR_S:
            slot.share()
            self._set(replace(self._beats.beat.trail, alone=False))

    async def _say_overdue(self) -> None:
        """Temporal is about to end this attempt by its time limit: no death, though it has no last word."""
        self._set(self._start.faulted())
        await self._said()

    async def _say_last(self, input: ExecuteActivityInput) -> None:
        """That this end was no death. An attempt that is no longer wanted hears of it, and tidies up: the
        task's clean-up may have been there before its last writes."""
        self._set(self._beats.beat.trail.resting())
        self._beats.heartbeat(self._beats.beat)
        if await self._said():
            return
        message = input.args[0] if input.args else None
        task_id = getattr(message, "task_id", self._run.workflow_id)
        prefix = attempt_prefix(str(task_id), self._run.activity_id, self._run.attempt)
        try:
            removed = await asyncio.to_thread(self._guard.store.remove_prefix, prefix)
        except PipelineError as error:
            activity.logger.warning("a superseded attempt leaves %s to the sweep: %s", prefix, error)
        else:
            activity.logger.info("a superseded attempt has removed the %s objects of %s", removed, prefix)

    async def _said(self) -> bool:
        """Tell Temporal the beat now; False when it has gone on without this attempt."""
        limit_s = _WORD_LIMIT_AT_A_DRAIN_S if activity.is_worker_shutdown() else _WORD_LIMIT_S
        handle = self._guard.client.get_async_activity_handle(task_token=self._run.task_token)
        try:
            async with asyncio.timeout(limit_s):
                await handle.heartbeat(self._beats.beat)
        except AsyncActivityCancelledError:
            return True  # the attempt hears of it with the answer to its own beats
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            activity.logger.warning("Temporal did not take an attempt's word: %s", error)
        except TimeoutError:
            activity.logger.warning("Temporal did not take an attempt's word within %s s", limit_s)
        return True


async def unless_drained(working: Coroutine[Any, Any, Any]) -> Any:
    """What the work returns; at a drain it is left behind when it does not leave by itself."""
    work = asyncio.ensure_future(working)
    draining = asyncio.ensure_future(activity.wait_for_worker_shutdown())
    try:
        await asyncio.wait({work, draining}, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait({work}, timeout=_LEAVES_WITHIN_S)
    finally:
        draining.cancel()
    if not work.done():
        # The process ends in a moment, and the thread with it; what it still writes is this attempt's own.
        raise as_failure(AttemptDrained("The worker shuts down before this came to a point to stop at."))
    return work.result()
