"""Where a scaling trial's numbers come from: a real Temporal and Prometheus, and workers that stand in."""

from __future__ import annotations

import asyncio
import json
import sys
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest

from adapters.settings import TemporalSettings
from adapters.temporal_client import connect
from local.cluster.control_plane import HOST
from local.cluster.processes import Processes
from local.cluster.stand_in import STARTER_QUEUE, put_work
from local.ports import free_ports
from local.programs import answers, fairness_switches
from local.settings import REPOSITORY_PATH
from workflows.policies import GPU_QUEUE

_SCRAPE_EVERY = "5s"
_WORKER = "gpu-worker"


@dataclass(frozen=True)
class Sources:
    """`released_path` is the file that lets the held work end."""

    processes: Processes
    temporal_address: str
    prometheus_url: str
    metrics_port: int
    released_path: Path

    def put_work(self, count: int) -> None:
        """Let that many activities wait in the GPU queue."""
        asyncio.run(put_work(self.temporal_address, count, self.released_path))

    def start_worker(self, slots: int) -> None:
        """One process with the slots of all the pods that it stands in for."""
        metrics = f"http://{HOST}:{self.metrics_port}/metrics"
        self._start(_WORKER, GPU_QUEUE, slots, self.metrics_port, metrics)

    def start_starter(self) -> None:
        port = free_ports(HOST, 1)[0]
        self._start("starter", STARTER_QUEUE, 1, port, f"http://{HOST}:{port}/metrics")

    def release_work(self) -> None:
        self.released_path.touch()

    def backlog(self) -> int:
        """How many activities wait in the GPU queue, as Temporal counts them."""
        return asyncio.run(_backlog(self.temporal_address))

    def in_flight(self) -> int:
        """How many run, as Prometheus has it: the slots in use that a worker shows."""
        query = (
            f'sum(temporal_worker_task_slots_used{{task_queue="{GPU_QUEUE}",worker_type="ActivityWorker"}})'
        )
        url = f"{self.prometheus_url}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10) as answer:
            found = json.load(answer)["data"]["result"]
        return int(float(found[0]["value"][1])) if found else 0

    def _start(self, name: str, queue: str, slots: int, port: int, metrics_url: str) -> None:
        environment = {
            "TEMPORAL_ADDRESS": self.temporal_address,
            "WORKER_METRICS_PORT": str(port),
            "WORKER_CONCURRENCY": str(slots),
            "PYTHONPATH": str(REPOSITORY_PATH),
        }
        argv = [sys.executable, "-m", "local.cluster.stand_in", queue]
        self.processes.start(name, argv, lambda: answers(metrics_url), environment)


def start_sources(processes: Processes, temporal: Path, prometheus: Path, folder: Path) -> Sources:
    """Start Temporal and Prometheus, and the worker that can start a backlog."""
    temporal_port, prometheus_port, metrics_port = free_ports(HOST, 3)
    address = f"{HOST}:{temporal_port}"
    processes.start(
        "temporal",
        [
            *(str(temporal), "server", "start-dev", "--headless", "--log-level", "warn"),
            *("--ip", HOST, "--port", str(temporal_port), *fairness_switches()),
        ],
        lambda: _has_namespace(temporal, address),
    )
    configuration_path = folder / "prometheus.json"
    configuration_path.write_text(json.dumps(scrape_configuration(metrics_port)))
    url = f"http://{HOST}:{prometheus_port}"
    processes.start(
        "prometheus",
        [
            str(prometheus),
            f"--config.file={configuration_path}",
            f"--storage.tsdb.path={folder / 'prometheus-data'}",
            f"--web.listen-address={HOST}:{prometheus_port}",
        ],
        lambda: answers(f"{url}/-/ready"),
    )
    sources = Sources(processes, address, url, metrics_port, folder / "released")
    sources.start_starter()
    return sources


def scrape_configuration(port: int) -> dict[str, object]:
    """As the cluster's monitors: the worker's own labels stay."""
    job = {"job_name": "worker-gpu", "static_configs": [{"targets": [f"{HOST}:{port}"]}]}
    return {
        "global": {"scrape_interval": _SCRAPE_EVERY, "scrape_timeout": _SCRAPE_EVERY},
        "scrape_configs": [job],
    }


def _has_namespace(temporal: Path, address: str) -> bool:
    argv = [str(temporal), "operator", "namespace", "describe", "-n", "default", "--address", address]
    return Processes.succeeds(argv)


async def _backlog(address: str) -> int:
    client = await connect(TemporalSettings(address, "default", metrics_address=None))
    request = DescribeTaskQueueRequest(
        namespace="default",
        task_queue=TaskQueue(name=GPU_QUEUE),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        report_stats=True,
    )
    answer = await client.workflow_service.describe_task_queue(request)
    return int(answer.stats.approximate_backlog_count)
