"""Every command of docs/operations.md runs against the product and prints what the page shows."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from local.settings import REPOSITORY_PATH
from local.tool_list import TCTL, TEMPORAL
from local.tools import Toolbox
from tests.e2e.conftest import CLIPS
from tests.e2e.product import Product
from tests.operator_commands.page import PAGE, Block, filled, missing, read_blocks
from tests.servers.product_process import running

BLOCKS, _ = read_blocks(PAGE.read_text())
WAITING = ("RUNNING_TASK", "STUCK_TASK", "ANOTHER_STUCK_TASK")


class Scene:
    """A product that needs an operator: parked tasks, and no GPU worker."""

    def __init__(self, product: Product, home: Path) -> None:
        toolbox, stack = Toolbox(), product.stack
        folders = [Path(sys.executable).parent, *(toolbox.require(tool).parent for tool in (TCTL, TEMPORAL))]
        self.environment = {
            **stack.environment,
            "PATH": os.pathsep.join((*map(str, folders), os.environ["PATH"])),
            "HOME": str(home),
            "PYTHONPATH": str(REPOSITORY_PATH),
            "TEMPORAL_CLI_ADDRESS": stack.settings.temporal_address,
            "VIDEO_PIPELINE_API": stack.settings.api_url,
        }
        self.names: dict[str, str] = {}

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", filled(command, self.names)],
            cwd=REPOSITORY_PATH,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )


def park(product: Product, count: int) -> list[str]:
    """Tasks that are parked because their audio object was missing; it is put back afterwards."""
    tasks = [product.upload(CLIPS / "english-dog.mp4", language="en") for _ in range(count)]
    taken: dict[str, bytes] = {}
    for task in tasks:
        product.until(task, lambda status: status["stages"]["downscale"]["status"] == "completed")
        product.until(task, lambda status: status["stages"]["subtitles"]["progress"] == 20)
        (key,) = (key for key in product.keys(f"temp/{task}/") if key.endswith("audio.pcm"))
        taken[key] = product.store.get_object(product.bucket, key).read()
        product.store.remove_object(product.bucket, key)
    product.stack.start("worker_gpu")
    for task in tasks:
        product.until(task, lambda status: status["parked_until"] is not None)
    product.stack.stop("worker_gpu")
    for key, sound in taken.items():
        product.store.put_object(product.bucket, key, BytesIO(sound), len(sound))
    return tasks


@pytest.fixture(scope="module")
def scene(product: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("operator")
    scene = Scene(product, folder)
    done = product.upload(CLIPS / "english-dog.mp4")
    product.completed(done)
    product.stack.stop("worker_gpu")
    parked = park(product, 2)
    waiting = [
        product.upload(CLIPS / "english-dog.mp4", subtitle_mode="none", language="en") for _ in WAITING
    ]
    for task in waiting:
        product.until(task, lambda status: status["stages"]["animal_detection"]["started_at"] is not None)
    described = scene.run(f"temporal workflow describe --workflow-id {done}").stdout
    run_id = next(line.split()[1] for line in described.splitlines() if "RunId" in line)
    scene.names = {"TASK": done, "RUN": run_id, "PARKED_TASK": parked[0], "ANOTHER_PARKED_TASK": parked[1]}
    scene.names |= dict(zip(WAITING, waiting, strict=True))
    build = {"WORKER_DEPLOYMENT": "video-pipeline", "WORKER_BUILD_ID": "build-2", "SCRATCH_DIR": str(folder)}
    log_path = folder / "build-2.log"
    with running("worker_cpu.main", {**product.stack.environment, **build}, log_path):
        product.until(done, lambda _: "worker ready" in log_path.read_text())
        yield scene
    product.stack.start("worker_gpu")


@pytest.mark.parametrize(
    "block", BLOCKS, ids=[f"{number}-{block.heading}" for number, block in enumerate(BLOCKS)]
)
def test_the_commands_of_the_operations_page_print_what_it_shows(scene: Scene, block: Block) -> None:
    printed = ""
    for command in block.commands:
        done = scene.run(command)
        # Their exit codes report a fault, or that something is not done.
        tells = command.startswith(("video-pipeline doctor", "video-pipeline status"))
        assert done.returncode == 0 or tells, f"{command}\n{done.stdout}"
        printed += done.stdout
    shown = tuple(filled(line, scene.names) for line in block.printed)
    assert shown, "the page must say what these print"
    assert missing(printed, shown) is None, printed


def test_retried_tasks_continue_when_the_gpu_worker_is_back(scene: Scene, product: Product) -> None:
    product.stack.start("worker_gpu")
    for name in ("PARKED_TASK", "ANOTHER_PARKED_TASK", "TASK"):
        product.completed(scene.names[name])
