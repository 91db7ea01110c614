"""Health endpoints of a worker: liveness and readiness, for an orchestrator."""

from __future__ import annotations

import signal
import socket
import threading

import httpx
import pytest
from temporalio.api.enums.v1 import TaskQueueType

from adapters.settings import HealthAddress, read_worker
from adapters.worker.health import WorkerHealth, answering
from domain.errors import SettingInvalid
from domain.tasks.state import TaskStatus
from tests.servers.ports import free_port
from tests.worker_loss.conftest import Plant
from tests.worker_loss.test_drain import silent_server

ACTIVITIES = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY


def ask(port: int, path: str) -> tuple[int, str]:
    """Status and text of the answer; 0 and an empty text without an answer."""
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}{path}", timeout=30, trust_env=False)
    except httpx.TransportError:
        return 0, ""
    return answer.status_code, answer.json()["status"]


def ask_from_a_thread(port: int, path: str) -> tuple[int, str]:
    """Sends the request from a thread, while this call blocks the test's event loop."""
    answers: list[tuple[int, str]] = []
    asking = threading.Thread(target=lambda: answers.append(ask(port, path)))
    asking.start()
    asking.join()
    return answers[0]


async def test_a_worker_is_ready_until_its_drain_begins_and_alive_until_its_exit(plant: Plant) -> None:
    port = free_port()
    worker = plant.start_worker(WORKER_HEALTH_PORT=str(port), WORKER_DRAIN="120")
    await plant.until(lambda: ask(port, "/ready") == (200, "ready"), "a ready worker")
    task = await plant.start_task("frozen")
    await plant.until((plant.folder / "writing").exists, "work in the worker")

    worker.send_signal(signal.SIGTERM)
    await plant.until(lambda: ask(port, "/ready") == (503, "drains"), "a worker that drains")
    alive = ask(port, "/health")
    (plant.folder / "thawed").touch()

    assert alive == (200, "alive")
    assert await plant.ended(worker) == 0
    assert ask(port, "/health") == (0, "")
    plant.start_worker()
    assert (await task.result()).status is TaskStatus.COMPLETED


async def test_a_worker_without_an_answering_temporal_is_alive_and_not_ready(plant: Plant) -> None:
    port = free_port()
    plant.start_worker(WORKER_HEALTH_PORT=str(port))
    await plant.until(lambda: ask(port, "/ready") == (200, "ready"), "a ready worker")

    with silent_server(plant.address):
        silent = ask(port, "/ready")
        alive = ask(port, "/health")

    assert (silent[0], alive[0]) == (503, 200)
    assert silent[1].startswith("Temporal does not answer")
    await plant.until(lambda: ask(port, "/ready") == (200, "ready"), "a worker that is ready again")


async def test_a_worker_is_not_ready_while_a_queue_of_it_is_not_polled(plant: Plant) -> None:
    health = WorkerHealth(plant.client, "somebody", [("cpu", ACTIVITIES), ("nowhere", ACTIVITIES)])

    assert await health.ready() == "does not poll yet: cpu, nowhere"


async def test_a_blocked_event_loop_is_reported_as_unhealthy(plant: Plant) -> None:
    port = free_port()
    with answering(WorkerHealth(plant.client, "somebody", []), HealthAddress("127.0.0.1", port)):
        status, text = ask_from_a_thread(port, "/health")

    assert (status, text) == (503, "no answer from the worker's loop within 4 s")


async def test_the_error_names_a_port_that_is_in_use(plant: Plant) -> None:
    with socket.socket() as taker:
        taker.bind(("127.0.0.1", 0))
        taker.listen()
        port = taker.getsockname()[1]
        health = WorkerHealth(plant.client, "somebody", [])
        with (
            pytest.raises(SettingInvalid, match=f"127.0.0.1:{port} .*WORKER_HEALTH_PORT"),
            answering(health, HealthAddress("127.0.0.1", port)),
        ):
            pass


def test_there_is_no_health_endpoint_without_a_port() -> None:
    assert read_worker("cpu", {}).health is None
    named = {"WORKER_HEALTH_HOST": "0.0.0.0", "WORKER_HEALTH_PORT": "8081"}
    assert read_worker("cpu", named).health == HealthAddress("0.0.0.0", 8081)
