"""A webhook from the real API and CPU worker to a real receiver, which verifies its signature."""

from __future__ import annotations

import hmac
import json
import time
from base64 import b64decode, b64encode
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import httpx

from tests.contract.store.servers import s3_server
from tests.servers.product_process import product_environment, running, running_api
from tests.servers.temporal_server import temporal_server
from tests.unit.api.forms import video
from tests.unit.cli.fake_server import Reply, Request, Server

WEBHOOKS = {"WEBHOOK_SECRET": "a secret of this test, long enough to be one", "WEBHOOK_ALLOW_PRIVATE": "true"}


def test_the_webhook_of_a_failed_task_is_delivered_with_a_valid_signature(tmp_path: Path) -> None:
    receiver = Server()
    receiver.answer = lambda _: Reply(204)
    with ExitStack() as stack:
        serving = receiver.run()
        next(serving)
        stack.callback(next, serving, None)
        temporal = stack.enter_context(temporal_server(tmp_path / "temporal.log"))
        store = replace(stack.enter_context(s3_server("versitygw", tmp_path)), bucket="webhooks")
        environment = {**product_environment(store, temporal, tmp_path), **WEBHOOKS}
        url = stack.enter_context(running_api(environment, tmp_path / "api.log"))
        key = httpx.get(f"{url}/webhook-key").json()["key"]
        stack.enter_context(running("worker_cpu.main", environment, tmp_path / "worker_cpu.log"))

        # Only the header of a video: the probe refuses it.
        answer = httpx.post(
            f"{url}/video/upload",
            files={"file": ("a.mp4", video())},
            headers={"Webhook-Url": f"{receiver.url}/hook"},
            timeout=120,
        )
        assert answer.status_code in (202, 422), answer.text
        told = first_of(receiver)

    assert told.path == "/hook"
    assert json.loads(told.body)["type"] == "task.failed"
    assert json.loads(told.body)["data"]["error"]["code"] == "SourceTruncated"
    signed = f"{told.headers['webhook-id']}.{told.headers['webhook-timestamp']}.".encode() + told.body
    mac = hmac.digest(b64decode(key.removeprefix("whsec_")), signed, "sha256")
    assert told.headers["webhook-signature"] == "v1," + b64encode(mac).decode()


def first_of(receiver: Server) -> Request:
    deadline_s = time.monotonic() + 180
    while not receiver.requests:
        assert time.monotonic() < deadline_s, "no webhook came in three minutes"
        time.sleep(0.2)
    return receiver.requests[0]
