"""Metrics of uploads and streams, and the sampled metrics of queues and services."""

from __future__ import annotations

import asyncio
import re

import pytest

from adapters.temporal.queues import QueueState
from api.operation import sampler
from api.process_state.metrics import ApiMetrics
from domain.errors import CatalogueUnavailable, StoreUnavailable, WorkflowsUnavailable
from domain.messages.start import Admission
from tests.unit.api.conftest import Harness
from tests.unit.api.forms import video
from tests.unit.api.tasks.test_files import CONTENT, URL, get, published  # noqa: F401
from tests.unit.api.uploads.tus.requests import begin, film, offset_of
from tests.unit.api.uploads.tus.requests import send as tus_send


async def values_of(harness: Harness) -> dict[str, float]:
    """Returns every metric of the product that is not 0, by name and labels."""
    text = (await harness.client.get("/metrics")).text
    found = re.findall(r"^video_pipeline_(\S+) (\S+)$", text, re.M)
    return {name: float(figure) for name, figure in found if "_created" not in name and float(figure)}


async def send(harness: Harness, content: bytes) -> None:
    await harness.client.post("/video/upload", files={"file": ("clip.mp4", content)})


async def test_uploads_are_counted_by_outcome(harness: Harness) -> None:
    await send(harness, video(10_000))
    harness.tasks.verdict = Admission(accepted=False, fault_code="NoVideoStream", fault_message="no picture")
    await send(harness, video(20_000))
    await send(harness, b"no video")
    harness.tasks.fault = WorkflowsUnavailable("Temporal is away")
    await send(harness, video(10_000))

    assert await values_of(harness) == {
        'uploads_total{outcome="taken"}': 1,
        'uploads_total{outcome="refused"}': 2,
        'uploads_total{outcome="failed"}': 1,
        "upload_bytes_total": 40_000,
    }


async def test_a_resumable_upload_counts_when_it_is_complete(harness: Harness) -> None:
    path = await begin(harness.client, 10_000)
    await tus_send(harness.client, path, 0, film(10_000)[:4_000])
    before = await values_of(harness)
    await tus_send(harness.client, path, 4_000, film(10_000)[4_000:])
    await offset_of(harness.client, path)

    assert before == {}
    assert await values_of(harness) == {'uploads_total{outcome="taken"}': 1, "upload_bytes_total": 10_000}


async def test_a_download_counts_its_bytes_and_one_from_the_beginning_counts_as_a_view(
    published: Harness,  # noqa: F811
) -> None:
    await get(published)
    await get(published, Range="bytes=1000-")
    await published.client.head(URL)

    assert await values_of(published) == {
        'streams_total{outcome="whole"}': 2,
        "stream_bytes_total": 2 * len(CONTENT) - 1000,
        "views_total": 1,
    }


async def test_an_unreachable_store_is_a_failed_stream_and_a_missing_file_is_not(
    published: Harness,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await published.client.get(URL.replace("final.mp4", "other.mp4"))

    def away(*_: object) -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr(published.services.store, "stat", away)
    await get(published)

    assert await values_of(published) == {'streams_total{outcome="failed"}': 1}


async def test_a_client_who_disconnects_is_no_failure_and_no_longer_a_viewer() -> None:
    metrics = ApiMetrics()
    watching = asyncio.Event()

    async def send_for_ever() -> None:
        with metrics.stream():
            watching.set()
            await asyncio.Event().wait()

    sending = asyncio.create_task(send_for_ever())
    await watching.wait()
    during = metrics.registry.get_sample_value("video_pipeline_viewers")
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)

    assert during == 1
    assert metrics.registry.get_sample_value("video_pipeline_viewers") == 0
    assert metrics.registry.get_sample_value("video_pipeline_streams_total", {"outcome": "left"}) == 1


async def test_queue_metrics_are_set_and_cleared_while_temporal_is_unreachable(harness: Harness) -> None:
    async def queues() -> list[QueueState]:
        await harness.tasks.ready()
        return [QueueState("gpu", "activity", backlog=7, backlog_age_s=12.5, pollers=2)]

    await sampler.sample(harness.services, queues)
    before = await values_of(harness)
    harness.tasks.fault = WorkflowsUnavailable("Temporal is away")
    await sampler.sample(harness.services, queues)

    assert before == {
        'queue_backlog{kind="activity",queue="gpu"}': 7,
        'queue_backlog_age_seconds{kind="activity",queue="gpu"}': 12.5,
        'queue_pollers{kind="activity",queue="gpu"}': 2,
        'part_ready{part="temporal"}': 1,
        'part_ready{part="store"}': 1,
        'part_ready{part="catalogue"}': 1,
    }
    assert await values_of(harness) == {'part_ready{part="store"}': 1, 'part_ready{part="catalogue"}': 1}
    assert (
        harness.services.metrics.registry.get_sample_value("video_pipeline_part_ready", {"part": "temporal"})
        == 0
    )


async def test_views_are_stored_in_the_catalogue_and_stay_pending_while_it_is_unreachable(
    published: Harness,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def queues() -> list[QueueState]:
        return []

    def away(*_: object) -> None:
        raise CatalogueUnavailable("away")

    def most_watched(video_id: str) -> float | None:
        registry = published.services.metrics.registry
        return registry.get_sample_value("video_pipeline_most_watched", {"video": video_id})

    (video_id,) = [video.id for video in published.services.catalogue.page(None).videos]
    await get(published)
    with monkeypatch.context() as outage:
        outage.setattr(published.services.catalogue.views, "add", away)
        await sampler.sample(published.services, queues)
    during = most_watched(video_id)
    await get(published)
    await sampler.sample(published.services, queues)

    assert during is None
    assert most_watched(video_id) == 2
    assert published.services.catalogue.views.most(10) == [(video_id, 2)]
