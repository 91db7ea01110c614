"""Fuzzing of upload bodies: each is stored or refused with a named error, without leftovers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.catalogue import ApiKeys, Catalogue, CatalogueSettings, connect, upgrade
from adapters.object_store import S3ObjectStore
from adapters.settings import TaskSettings
from api.access.callers import OWNER
from api.app import create_app
from api.dependencies import Services
from tests.contract.store.servers import s3_server
from tests.fuzz.form_bodies import forms, pieces
from tests.unit.api.conftest import FakeTasks
from tests.unit.api.forms import HEADERS, form, part, video

videos = st.builds(
    lambda field, value, size: form(part(field, value), part("file", video(size), "a.mp4")),
    st.sampled_from(["language", "max_height", "subtitle_mode", "other"]),
    st.sampled_from([b"", b"fr", b"720", b"burn", b"\xff", b"9" * 2000]),
    st.integers(100, 200_000),
)


class Server:
    def __init__(self, app: FastAPI, store: S3ObjectStore, catalogue: Catalogue) -> None:
        self._app, self._store, self._catalogue = app, store, catalogue

    def send(self, body: bytes, cuts: list[int]) -> httpx.Response:
        places = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]

        async def chunks() -> AsyncIterator[bytes]:
            for start, end in pairwise(places):
                yield body[start:end]

        async def post() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
                return await client.post("/video/upload", content=chunks(), headers=HEADERS)

        return asyncio.run(post())

    def stored(self) -> tuple[int, int, int]:
        """Returns the numbers of rows, objects and unfinished uploads."""
        rows = len(self._catalogue.page(OWNER, limit=1000).videos)
        return rows, len(list(self._store.list_prefix(""))), len(self._store.unfinished(""))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("uploads")
    database = CatalogueSettings(f"sqlite:///{folder}/catalogue.db")
    upgrade(database)
    with s3_server("versitygw", folder) as store_settings:
        store = S3ObjectStore(store_settings)
        store.ensure_bucket()
        engine = connect(database)
        catalogue = Catalogue(engine)
        tasks = TaskSettings(stage_timeout_s=900, park_s=60, max_upload_bytes=10_000_000)
        parts = Services(store, catalogue, FakeTasks(), tasks, ApiKeys(engine))
        yield Server(create_app(parts), store, catalogue)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(body=forms | pieces | videos, cuts=st.lists(st.integers(0, 10**6), max_size=8))
def test_any_body_is_stored_whole_or_refused_without_a_trace(
    server: Server, body: bytes, cuts: list[int]
) -> None:
    rows, objects, _ = server.stored()

    answer = server.send(body, cuts)

    assert answer.status_code in {202, 400, 413, 415, 422}, answer.text
    taken = answer.status_code == 202
    assert server.stored() == (rows + taken, objects + taken, 0)
