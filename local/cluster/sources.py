"""Metric sources of a scaling trial: a real Temporal and Prometheus, and simulated workers."""

from __future__ import annotations

import asyncio
import json
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from temporalio.api.enums.v1 import TaskQueueType

from adapters.settings import TemporalSettings
from adapters.temporal.client import connect
from adapters.temporal.queues import describe_queue
from local.cluster.control_plane import HOST
from local.cluster.processes import Processes
from local.cluster.trial_worker import STARTER_QUEUE, put_work
from local.ports import free_ports
from local.programs import answers, fairness_switches
from local.settings import REPOSITORY_PATH
from workflows.policies import GPU_QUEUE

# The namespace in k8s/base/settings.env.
_NAMESPACE = "video-pipeline"
_SCRAPE_EVERY = "5s"
_IN_FLIGHT = f'sum(temporal_worker_task_slots_used{{task_queue="{GPU_QUEUE}",worker_type="ActivityWorker"}})'


class Sources:
    """Temporal, Prometheus and workers of a trial; run by `processes`, with their files in `folder`."""

    def __init__(self, processes: Processes, temporal: Path, prometheus: Path, folder: Path) -> None:
        self.processes = processes
        self._programs = (temporal, prometheus)
        self._folder = folder
        self._released_path = folder / "released"
        port, self._prometheus_port, self._metrics_port = free_ports(HOST, 3)
        self.temporal = TemporalSettings(f"{HOST}:{port}", _NAMESPACE, metrics_address=None)
        self.prometheus_url = f"http://{HOST}:{self._prometheus_port}"

    def start(self) -> None:
        """Start Temporal, Prometheus, and the worker that starts a backlog; no GPU worker yet."""
        program, port = str(self._programs[0]), self.temporal.address.split(":")[1]
        argv = [program, "server", "start-dev", "--headless", "--log-level=warn", f"--namespace={_NAMESPACE}"]
        describe = [program, "operator", "namespace", "describe", f"--namespace={_NAMESPACE}"]
        describe.append(f"--address={self.temporal.address}")
        self.processes.start(
            "temporal",
            [*argv, f"--ip={HOST}", f"--port={port}", *fairness_switches()],
            lambda: Processes.succeeds(describe),
        )
        self.start_prometheus()
        self._start_trial_worker("starter", STARTER_QUEUE, 1, free_ports(HOST, 1)[0])

    def start_prometheus(self) -> None:
        """Start Prometheus, with its earlier data if it ran before."""
        configuration_path = self._folder / "prometheus.json"
        configuration_path.write_text(json.dumps(scrape_configuration(self._metrics_port)))
        argv = [
            str(self._programs[1]),
            f"--config.file={configuration_path}",
            f"--storage.tsdb.path={self._folder / 'prometheus-data'}",
            f"--web.listen-address={HOST}:{self._prometheus_port}",
        ]
        self.processes.start("prometheus", argv, lambda: answers(f"{self.prometheus_url}/-/ready"))

    def stop_prometheus(self) -> None:
        self.processes.stop("prometheus")

    def start_worker(self, slots: int) -> None:
        """Start one process with the slots of all the simulated pods."""
        self._start_trial_worker("worker", GPU_QUEUE, slots, self._metrics_port)

    def put_work(self, count: int) -> None:
        """Put `count` activities into the GPU queue."""
        asyncio.run(put_work(self.temporal, count, self._released_path))

    def release_work(self) -> None:
        self._released_path.touch()

    def backlog(self) -> int:
        """Number of activities that wait in the GPU queue, by Temporal's count."""
        return asyncio.run(_backlog(self.temporal))

    def in_flight(self) -> int | None:
        """Number of running activities, by the workers' metric; None when Prometheus doesn't answer."""
        url = f"{self.prometheus_url}/api/v1/query?{urllib.parse.urlencode({'query': _IN_FLIGHT})}"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(url, timeout=30) as answer:
                found = json.load(answer)["data"]["result"]
        except urllib.error.URLError:
            return None
        return int(float(found[0]["value"][1])) if found else 0

    def _start_trial_worker(self, name: str, queue: str, slots: int, port: int) -> None:
        environment = {
            "TEMPORAL_ADDRESS": self.temporal.address,
            "TEMPORAL_NAMESPACE": self.temporal.namespace,
            "WORKER_METRICS_PORT": str(port),
            "WORKER_CONCURRENCY": str(slots),
            "PYTHONPATH": str(REPOSITORY_PATH),
        }
        argv = [sys.executable, "-m", "local.cluster.trial_worker", queue]
        self.processes.start(name, argv, lambda: answers(f"http://{HOST}:{port}/metrics"), environment)


def scrape_configuration(port: int) -> dict[str, object]:
    """Prometheus' configuration for the trial; like the cluster's monitors it keeps the worker's labels."""
    job = {"job_name": "worker-gpu", "static_configs": [{"targets": [f"{HOST}:{port}"]}]}
    return {
        "global": {"scrape_interval": _SCRAPE_EVERY, "scrape_timeout": _SCRAPE_EVERY},
        "scrape_configs": [job],
    }


async def _backlog(temporal: TemporalSettings) -> int:
    client = await connect(temporal)
    kind = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY
    answer = await describe_queue(client, GPU_QUEUE, kind, stats=True, within=None)
    return int(answer.stats.approximate_backlog_count)
