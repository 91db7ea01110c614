"""Worker of the GPU queue for diagnostics only: no generated request needs a model."""

from __future__ import annotations

from activities.diagnostics import Diagnostics
from adapters.process.main import run_main
from adapters.settings import read_temporal, read_worker
from adapters.temporal.client import connect
from adapters.worker.serving import Service, serve
from workflows.policies import GPU_QUEUE


async def run() -> None:
    await serve(
        await connect(read_temporal()), read_worker(GPU_QUEUE), [Service(GPU_QUEUE, 1, [Diagnostics({}).run])]
    )


if __name__ == "__main__":
    run_main(run, "worker-gpu")
