"""Latency of a page of a library of 100,000 videos: by cursor, by skip, by status and by name."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import insert
from sqlmodel import Session

from adapters.catalogue import (
    Catalogue,
    CatalogueSettings,
    Cursor,
    Page,
    VideoRow,
    Wanted,
    connect,
    upgrade,
)
from adapters.catalogue.engine import write_locked
from adapters.catalogue.models import state_as_json
from bench.report import Row
from bench.workbench import Workbench
from domain.tasks.board import queued_state
from domain.tasks.options import ProcessingOptions
from domain.tasks.state import TaskStatus

_GOAL_MS = 50.0
_FIRST_US = 1_700_000_000_000_000
_OWNER = "ann"


def measure(bench: Workbench) -> list[Row]:
    rows = 5_000 if bench.quick else 100_000
    catalogue = _filled(bench.folder / "paging.db", rows)
    rng = random.Random(7)
    saved = Wanted((TaskStatus.COMPLETED,))

    def random_cursor() -> Cursor:
        return Cursor(_FIRST_US + rng.randrange(rows), "")

    calls: dict[str, Callable[[], Page]] = {
        "cursor": lambda: catalogue.search(_OWNER, Wanted(), 50, random_cursor()),
        "cursor, one status": lambda: catalogue.search(_OWNER, saved, 50, random_cursor()),
        "skip": lambda: catalogue.search(_OWNER, Wanted(), 50, skip=rng.randrange(rows)),
        "name that many have": lambda: catalogue.search(_OWNER, Wanted(name="holiday"), 50, random_cursor()),
        "name that one has": lambda: catalogue.search(_OWNER, Wanted(name=f"-{rng.randrange(rows):06}."), 50),
    }
    return [_row(name, call, rows, 50 if bench.quick else 300) for name, call in calls.items()]


def _row(name: str, call: Callable[[], Page], rows: int, times: int) -> Row:
    call()
    took_ms = []
    for _ in range(times):
        started_s = time.perf_counter()
        call()
        took_ms.append((time.perf_counter() - started_s) * 1000)
    highest = statistics.quantiles(took_ms, n=100)[98]
    paging = name.startswith("cursor")
    return Row(
        f"library: a page of 50 of {rows} videos, by {name}",
        f"99 % within {highest:.1f} ms",
        f"{times} calls, SQLite; median {statistics.median(took_ms):.1f} ms",
        f"≤ {_GOAL_MS:.0f} ms" if paging else "",
        highest <= _GOAL_MS or not paging,
    )


def _filled(path: Path, rows: int) -> Catalogue:
    settings = CatalogueSettings(f"sqlite:///{path}")
    upgrade(settings)
    engine = connect(settings)
    catalogue = Catalogue(engine)
    with Session(write_locked(engine)) as session:
        for start in range(0, rows, 1000):
            session.execute(insert(VideoRow), [_video(start + number) for number in range(1000)])
        session.commit()
    return catalogue


def _video(number: int) -> dict[str, object]:
    created_us = _FIRST_US + number
    state = state_as_json(queued_state(f"task-{number}", ProcessingOptions(), created_us))
    return {
        "id": f"video-{number:06}",
        "task_id": f"task-{number:06}",
        "owner": _OWNER,
        "filename": f"holiday-{number:06}.mp4",
        "status": ("completed", "running", "failed", "completed")[number % 4],
        "source_key": "k",
        "source_media_type": "video/mp4",
        "source_sha256": f"{number:064x}",
        "size_bytes": 1,
        "animals": [],
        "options": {},
        "state": state,
        "created_us": created_us,
        "updated_us": created_us,
    }
