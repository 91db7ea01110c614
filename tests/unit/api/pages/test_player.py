"""Player page: its files, its caching, and its Content-Security-Policy."""

from __future__ import annotations

import re
from dataclasses import replace

import httpx
import pytest

from adapters.accounts import IssuerKeys, OidcSettings, OidcTokens
from api.access.accounts import OidcAccounts
from api.app import create_app
from api.settings import LibrarySettings
from domain.media.source import PictureStream, Ratio, SourceMedia
from domain.messages.stages import RecordInput
from domain.tasks.state import TaskOutcome, TaskState, TaskStatus
from tests.unit.api.conftest import Harness
from tests.unit.api.forms import video
from tests.unit.api.library.library_server import finishing, send


def own(page: str) -> list[str]:
    return re.findall(r'(?:href|src)="\.\.(/[^"]+)"', page)


async def test_the_page_is_the_same_for_every_video_and_links_only_to_its_own_files(harness: Harness) -> None:
    page = await harness.client.get("/watch/one")

    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.text == (await harness.client.get("/watch/another")).text
    assert "://" not in page.text
    assert "{version}" not in page.text
    kinds = {}
    for address in own(page.text):
        answer = await harness.client.get(address)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"
        kinds[address.rpartition("/")[2]] = answer.headers["content-type"]
    assert kinds == {
        "icon.svg": "image/svg+xml",
        "player.css": "text/css; charset=utf-8",
        "player.js": "text/javascript; charset=utf-8",
    }


async def test_every_script_that_the_page_imports_is_served(harness: Harness) -> None:
    script = next(path for path in own((await harness.client.get("/watch/one")).text) if path.endswith(".js"))

    imported = re.findall(r'from "\./([a-z]+\.js)"', (await harness.client.get(script)).text)

    assert imported == ["connection.js", "view.js"]
    for name in imported:
        assert (await harness.client.get(script.replace("player.js", name))).status_code == 200


async def test_caches_revalidate_the_page(harness: Harness) -> None:
    first = await harness.client.get("/watch/one")

    again = await harness.client.get("/watch/one", headers={"If-None-Match": first.headers["etag"]})
    other = await harness.client.get("/watch/one", headers={"If-None-Match": '"other"'})

    assert first.headers["cache-control"] == "public, no-cache"
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert again.headers["content-security-policy"] == first.headers["content-security-policy"]
    assert (other.status_code, other.content) == (200, first.content)


async def test_a_file_under_another_versions_address_is_not_cached_for_ever(harness: Harness) -> None:
    answer = await harness.client.get("/player/0123456789abcdef/player.js")

    assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, no-cache")


@pytest.mark.parametrize("file", ["player.html", "__init__.py", "..%2fapi%2fmain.py", "nothing.js"])
async def test_only_the_pages_files_are_served(harness: Harness, file: str) -> None:
    assert (await harness.client.get(f"/player/1/{file}")).status_code == 404


async def test_the_policy_of_the_page_allows_only_its_own_server(harness: Harness) -> None:
    policy = (await harness.client.get("/watch/one")).headers["content-security-policy"]

    assert policy == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'"
    )


async def test_the_policy_allows_videos_from_the_store_where_redirects_or_tokens_need_it(
    harness: Harness,
) -> None:
    issuer = "https://login.example"
    tokens = OidcTokens(OidcSettings(issuer), IssuerKeys(issuer))
    policies = {}
    for name, services in {
        "redirects": replace(harness.services, library=LibrarySettings(redirects=True)),
        "accounts": replace(harness.services, accounts=OidcAccounts(tokens, harness.services.api_keys)),
    }.items():
        transport = httpx.ASGITransport(create_app(services))
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
            policies[name] = (await client.get("/watch/one")).headers["content-security-policy"]

    link = harness.services.store.presigned_get("any")
    for policy in policies.values():
        allowed = re.search(r"media-src 'self' blob: (http://127\.0\.0\.1:\d+);", policy)
        assert allowed is not None
        assert link.startswith(f"{allowed[1]}/")


async def test_a_video_is_found_by_its_task_id_too_and_links_to_its_events(harness: Harness) -> None:
    sent = (await send(harness.client)).json()

    by_task = await harness.client.get(f"/api/videos/{sent['job_id']}")

    assert by_task.json()["id"] == sent["video_id"]
    assert by_task.headers["link"] == f'</api/tasks/{sent["job_id"]}/events>; rel="monitor"'
    assert (await harness.client.get("/api/videos/task-" + "0" * 32)).status_code == 404


async def test_subtitles_are_linked_unless_they_are_burned_in(harness: Harness) -> None:
    harness.tasks.endings = finishing(harness)
    burned = (await send(harness.client, "?wait=60")).json()["video_id"]
    task_id = (await harness.client.post("/video/upload", files={"file": ("a.mp4", video())})).json()[
        "task_id"
    ]
    row = harness.services.catalogue.by_task(task_id)
    assert row is not None
    key = f"subtitles/{row.id}/{task_id}/subtitles.vtt"
    outcome = TaskOutcome(subtitles=key, files={"subtitles.vtt": key})
    state = TaskState(task_id, TaskStatus.COMPLETED, row.created_us + 5, outcome=outcome)
    media = SourceMedia("mov", 125_500_000, 10_000, PictureStream(0, "h264", "yuv420p", 640, 480, Ratio(25)))
    harness.services.catalogue.record(RecordInput(row.id, state, media))

    links = {
        name: (await harness.client.get(f"/api/videos/{name}")).headers["link"] for name in (burned, row.id)
    }

    assert "alternate" not in links[burned]
    assert links[row.id].endswith(
        f', </video/{task_id}/files/subtitles.vtt>; rel="alternate"; type="text/vtt"'
    )
