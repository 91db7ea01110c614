"""A worker of the GPU queue that only says how it is: no request that is made here needs a model."""

from __future__ import annotations

from activities.checkup import Checkup
from adapters.process import run_main
from adapters.settings import read_temporal, read_worker
from adapters.temporal_client import connect
from adapters.worker_life import Service, serve
from workflows.policies import GPU_QUEUE


async def run() -> None:
    await serve(
        await connect(read_temporal()), read_worker(GPU_QUEUE), [Service(GPU_QUEUE, 1, [Checkup({}).run])]
    )


if __name__ == "__main__":
    run_main(run, "worker-gpu")
