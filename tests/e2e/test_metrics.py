"""Every metric in a rule or dashboard is really exported by the product or its machine."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from temporalio import workflow
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client, WorkflowFailureError
from temporalio.service import RPCError
from temporalio.worker import Worker

from activities.attempts.metrics import AttemptMetrics
from adapters.settings import TemporalSettings
from adapters.temporal.client import connect, meter_of
from domain.errors import ModelUnavailable, StoreUnavailable
from domain.tasks.state import StageStatus
from local.tools import Toolbox
from tests.alerts.expressions import expressions, rules, wanted
from tests.e2e import media
from tests.e2e.product import Product
from tests.servers.ports import free_port
from tests.workflows.rig import Rig
from tests.workflows.script import Script

Scrape = dict[str, set[str]]
_PATIENCE_S = 120


def scrape(port: int) -> Scrape:
    """Labels by metric name, over all samples of the scrape."""
    answer = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=30, trust_env=False)
    assert answer.status_code == 200
    found: Scrape = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


async def scraped(port: int, *names: str) -> Scrape:
    """Wait until these names are exported; returns the scrape."""
    for _ in range(_PATIENCE_S):
        try:
            found = scrape(port)
        except httpx.TransportError:
            found = {}
        if found and found.keys() >= set(names):
            return found
        await asyncio.sleep(1)
    raise AssertionError(f"not within {_PATIENCE_S} s: {set(names) - found.keys()}")


@workflow.defn(name="Turncoat", sandboxed=False)
class Before:
    @workflow.run
    async def run(self) -> None:
        await workflow.sleep(timedelta(hours=1))


@workflow.defn(name="Turncoat", sandboxed=False)
class After:
    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)


async def troubled(product: Product, port: int) -> Client:
    """Client of a new namespace on the product's server, with its metrics at `port`."""
    settings = TemporalSettings(product.stack.settings.temporal_address, "default", f"127.0.0.1:{port}")
    client = await connect(replace(settings, metrics_address=None))
    await client.workflow_service.register_namespace(
        RegisterNamespaceRequest(namespace="trouble", workflow_execution_retention_period={"seconds": 86400})
    )
    client = await connect(replace(settings, namespace="trouble"))
    for _ in range(_PATIENCE_S):
        try:
            await client.count_workflows()
        except RPCError:
            await asyncio.sleep(1)
        else:
            return client
    raise AssertionError("the server did not register the namespace in time")


async def have_trouble(client: Client) -> None:
    """Produce failures: a repeated attempt, a parked stage, an incompatible version of a running workflow."""
    rig = Rig(client, Script())
    rig.script.faults["downscale"] = [StoreUnavailable("The store is away.")]
    rig.script.faults["subtitles"] = [ModelUnavailable("The model is not there.")]
    request = rig.request()
    async with rig.workers(interceptors=[AttemptMetrics(meter_of(client))]):
        handle = await rig.start(request)
        await rig.until(
            request.task_id,
            lambda live: (
                live.state.parked_until_us is not None
                and live.state.stages["downscale"].status is StageStatus.COMPLETED
            ),
        )
        await handle.cancel()
        with pytest.raises(WorkflowFailureError):
            await handle.result()
    turncoat = await client.start_workflow("Turncoat", id="turncoat", task_queue="turncoats")
    async with Worker(client, task_queue="turncoats", workflows=[Before]):
        while not [
            event
            async for event in turncoat.fetch_history_events()
            if event.HasField("timer_started_event_attributes")
        ]:
            await asyncio.sleep(0.2)
    await turncoat.signal("wake")


@contextmanager
def machine_metrics() -> Iterator[int]:
    """Port of a running Prometheus node exporter."""
    program = Toolbox().find("prometheus-node-exporter")
    assert program is not None, "no prometheus-node-exporter: run `make test-tools`"
    port = free_port()
    exporter = subprocess.Popen(
        [str(program), f"--web.listen-address=127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield port
    finally:
        exporter.kill()
        exporter.wait()


async def test_rules_and_dashboards_name_only_exported_metrics(product: Product, tmp_path: Path) -> None:
    """Given a real task, a refused upload, a downloaded film and a worker with failing activities."""
    ports = product.stack.settings.ports
    clip = media.make(tmp_path / "clip.mp4", *media.picture(1), *media.tone(1), "-c:v", "libx264")
    task_id = await asyncio.to_thread(product.upload, clip)
    await asyncio.to_thread(product.completed, task_id)
    product.download(task_id, "final.mp4", tmp_path)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(clip.read_bytes()[:2000])
    assert (await asyncio.to_thread(product.send, broken)).status_code == 422
    trouble_port = free_port()
    client = await troubled(product, trouble_port)
    await have_trouble(client)

    told: list[Scrape] = [
        await scraped(ports.api, "video_pipeline_queue_pollers", "video_pipeline_most_watched"),
        await scraped(ports.cpu_metrics, "video_pipeline_media_seconds_sum"),
        await scraped(ports.gpu_metrics, "video_pipeline_media_seconds_sum"),
        # Prometheus itself adds this metric.
        {"up": {"job", "instance"}},
        {rule["record"]: set() for rule in rules() if "record" in rule},
    ]
    async with Worker(client, task_queue="turncoats", workflows=[After], max_cached_workflows=0):
        told.append(
            await scraped(
                trouble_port,
                "temporal_workflow_task_execution_failed_total",
                "video_pipeline_stages_parked_total",
                "video_pipeline_attempt_retries_total",
                "video_pipeline_attempt_failures_total",
            )
        )
    with machine_metrics() as port:
        told.append(await scraped(port))

    labels: Scrape = {}
    for found in told:
        for name, on in found.items():
            labels.setdefault(name, set()).update(on)
    missing = [
        (where, name, picked - labels.get(name, set()))
        for where, expression in expressions()
        for name, picked in wanted(expression).items()
        if name not in labels or picked - labels[name]
    ]
    assert missing == []
    await client.get_workflow_handle("turncoat").terminate()
