"""`python -m adapters.setup catalogue|temporal|bucket`: one-shot jobs, each safe to run again."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable

import structlog

from adapters.catalogue import read_catalogue, upgrade
from adapters.object_store import S3ObjectStore
from adapters.process.main import run_main
from adapters.settings import read_store, read_temporal
from adapters.setup.temporal import read_namespace, set_up_temporal
from adapters.setup.waiting import retry_until_ready

_log = structlog.get_logger(__name__)


async def _catalogue() -> None:
    settings = read_catalogue()
    await retry_until_ready(lambda: asyncio.to_thread(upgrade, settings))


async def _temporal() -> None:
    settings, namespace = read_temporal(), read_namespace()
    await retry_until_ready(lambda: set_up_temporal(settings, namespace))


async def _bucket() -> None:
    store = S3ObjectStore(read_store())
    await retry_until_ready(lambda: asyncio.to_thread(store.ensure_bucket))


_JOBS: dict[str, Callable[[], Awaitable[None]]] = {
    "catalogue": _catalogue,
    "temporal": _temporal,
    "bucket": _bucket,
}


async def _run(name: str) -> None:
    await _JOBS[name]()
    _log.info("set up", part=name)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m adapters.setup", description=__doc__)
    parser.add_argument("part", choices=_JOBS)
    chosen = parser.parse_args().part
    run_main(lambda: _run(chosen), "setup")
