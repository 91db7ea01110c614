"""KEDA's queries of running activities match the metric that the SDK really exports."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import httpx
from temporalio import activity, workflow
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from adapters.settings import TemporalSettings
from adapters.temporal.client import connect
from tests.deploy.k8s.manifests import Object, of_kind
from tests.servers.ports import free_port
from tests.servers.temporal_server import temporal_server

QUERY = re.compile(r"sum\((?P<name>\w+)\{(?P<labels>[^}]*)\}\) or vector\(0\)")
LABEL = re.compile(r'(\w+)="([^"]*)"')
SAMPLE = re.compile(r"^(?P<name>\w+)\{(?P<labels>[^}]*)\} (?P<value>\S+)$", re.MULTILINE)

begun = asyncio.Event()
told_to_end = asyncio.Event()


@activity.defn
async def work() -> None:
    begun.set()
    await told_to_end.wait()


@workflow.defn
class Work:
    @workflow.run
    async def run(self, queue: str) -> None:
        await workflow.execute_activity(
            work, task_queue=queue, schedule_to_close_timeout=timedelta(minutes=5)
        )


def total(query: str, scrape: str) -> float | None:
    """Prometheus' answer to the query; None when no series matches."""
    asked = QUERY.fullmatch(query)
    assert asked, query
    wanted = set(LABEL.findall(asked["labels"]))
    fitting = [
        float(sample["value"])
        for sample in SAMPLE.finditer(scrape)
        if sample["name"] == asked["name"] and wanted <= set(LABEL.findall(sample["labels"]))
    ]
    return sum(fitting) if fitting else None


async def test_the_queries_count_one_while_one_activity_runs_and_none_after(
    built: Mapping[str, list[Object]], tmp_path: Path
) -> None:
    queries = {
        trigger["metadata"]["query"]
        for scaler in of_kind(built["prod"], "ScaledObject")
        for trigger in scaler["spec"]["triggers"]
        if trigger["type"] == "prometheus"
    }
    queues = {dict(LABEL.findall(query))["task_queue"]: query for query in queries}
    assert queues.keys() == {"cpu", "cpu-quick", "gpu"}

    with temporal_server(tmp_path / "temporal.log") as address:
        metrics = f"127.0.0.1:{free_port()}"
        client = await connect(TemporalSettings(address, "default", metrics))
        runner = UnsandboxedWorkflowRunner()
        for queue, query in queues.items():
            begun.clear()
            told_to_end.clear()
            async with (
                Worker(client, task_queue="workflows", workflows=[Work], workflow_runner=runner),
                Worker(client, task_queue=queue, activities=[work]),
                httpx.AsyncClient(timeout=60) as http,
            ):
                running = await client.start_workflow(Work.run, queue, id=queue, task_queue="workflows")
                await asyncio.wait_for(begun.wait(), 120)
                counted = total(query, (await http.get(f"http://{metrics}/metrics")).text)
                told_to_end.set()
                await running.result()
                for _ in range(600):
                    left = total(query, (await http.get(f"http://{metrics}/metrics")).text)
                    if left == 0:
                        break
                    await asyncio.sleep(0.1)

            assert (queue, counted, left) == (queue, 1, 0)
