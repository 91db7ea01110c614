"""Webhooks of `VideoPipeline`, on a real Temporal server with scripted activities."""

from __future__ import annotations

import pytest
from temporalio.client import WorkflowFailureError

from domain.errors import NoVideoStream, WebhookForbidden, WebhookUndelivered
from domain.tasks.state import TaskStatus
from tests.workflows.rig import Rig

HOOK = "https://example.org/hook"


async def test_a_completed_task_sends_one_webhook_after_its_row_is_written(rig: Rig) -> None:
    request = rig.request(owner="oidc:owner", webhook_url=HOOK)
    async with rig.workers():
        await (await rig.start(request)).result()

    [message] = rig.script.messages("notify")
    assert (message.owner, message.url, message.state.status) == (
        "oidc:owner",
        HOOK,
        TaskStatus.COMPLETED,
    )
    assert message.state.outcome.files["final.mp4"] == "published/final.mp4"
    assert [name for name, _ in rig.script.calls][-2:] == ["record", "notify"]


async def test_a_failed_task_sends_a_webhook_with_its_fault(rig: Rig) -> None:
    rig.script.faults["probe"] = [NoVideoStream("The file holds sound only.")]
    async with rig.workers():
        with pytest.raises(WorkflowFailureError):
            await (await rig.start(rig.request(webhook_url=HOOK))).result()

    [message] = rig.script.messages("notify")
    assert (message.state.status, message.state.fault.code) == (TaskStatus.FAILED, "NoVideoStream")


async def test_a_cancelled_task_and_one_without_a_webhook_url_send_none(rig: Rig) -> None:
    rig.script.held["downscale"] = 0.5
    cancelled, silent = rig.request(webhook_url=HOOK), rig.request()
    async with rig.workers():
        await rig.start(cancelled)
        await rig.until(cancelled.task_id, lambda live: live.state.stages["downscale"].progress == 50)
        await rig.tasks.cancel(cancelled.task_id)
        await rig.until(cancelled.task_id, lambda live: live.state.status is TaskStatus.CANCELLED)
        rig.script.held.clear()
        await (await rig.start(silent)).result()

    assert rig.script.messages("notify") == []


async def test_an_undelivered_webhook_is_retried(rig: Rig) -> None:
    rig.script.faults["notify"] = [WebhookUndelivered("example.org answered the webhook with 503.")]
    async with rig.workers():
        state = await (await rig.start(rig.request(webhook_url=HOOK))).result()

    assert state.status is TaskStatus.COMPLETED
    assert len(rig.script.messages("notify")) == 2


async def test_a_forbidden_webhook_does_not_change_the_tasks_result(rig: Rig) -> None:
    rig.script.faults["notify"] = [WebhookForbidden("example.org leads into a network.")]
    async with rig.workers():
        state = await (await rig.start(rig.request(webhook_url=HOOK))).result()

    assert state.status is TaskStatus.COMPLETED
    assert len(rig.script.messages("notify")) == 1
