"""The page of a video in a real browser: while it is processed, finished, missing, and behind accounts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from local.tool_list import CHROMIUM
from local.tools import Toolbox
from tests.e2e import media
from tests.e2e.conftest import CLIPS
from tests.e2e.product import Product
from tests.servers.issuer import running_issuer
from tests.servers.product_process import running_api
from tests.unit.api.forms import video

PATIENCE_MS = 120_000
VIDEO = "document.querySelector('video')"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=Toolbox().require(CHROMIUM),
            # Chromium's sandbox does not start as root, which CI runs as.
            args=["--no-sandbox"],
            timeout=PATIENCE_MS,
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A browser page; script errors and violations of its content security policy fail the test."""
    context = browser.new_context(viewport={"width": 390, "height": 800}, locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security" in said.text else None)
    yield page
    context.close()
    assert faults == []


@pytest.fixture(scope="module")
def film(product: Product) -> str:
    """Id of a finished task with soft subtitles."""
    task_id = product.upload(CLIPS / "english-dog.mp4")
    product.completed(task_id)
    return task_id


@contextmanager
def away(product: Product, name: str) -> Iterator[None]:
    product.stack.stop(name)
    try:
        yield
    finally:
        product.stack.start(name)


def until(page: Page, true: str) -> None:
    """Poll a condition; Playwright's own wait evaluates text, which the page's policy forbids."""
    deadline_s = time.monotonic() + PATIENCE_MS / 1000
    while not page.evaluate(true):
        assert time.monotonic() < deadline_s, f"not in time: {true}"
        page.wait_for_timeout(200)


def played(page: Page) -> None:
    """Start the player by keyboard."""
    until(page, f"{VIDEO}.readyState > 0")
    page.locator("video").focus()
    page.keyboard.press("Space")
    until(page, f"{VIDEO}.currentTime > 0.5")


def first_cue(page: Page) -> str:
    """Text of the first caption, after switching captions on."""
    assert page.evaluate(f"{VIDEO}.textTracks.length") == 1
    page.evaluate(f"{VIDEO}.textTracks[0].mode = 'showing'")
    until(page, f"{VIDEO}.textTracks[0].cues?.length > 0")
    return str(page.evaluate(f"{VIDEO}.textTracks[0].cues[0].text"))


def test_a_video_is_watched_from_its_upload_to_its_last_step_and_then_played(
    product: Product, page: Page, tmp_path: Path
) -> None:
    task_id = product.upload(CLIPS / "demo.mp4")

    page.goto(f"{product.stack.settings.api_url}/watch/{task_id}")
    expect(page.get_by_role("heading", level=1)).to_have_text("demo.mp4")
    expect(page.get_by_role("progressbar", name="Resizing the picture")).to_be_visible()
    expect(page.get_by_role("status").first).to_have_text("Ready")
    played(page)

    picture = media.stream(media.probe(product.download(task_id, "final.mp4", tmp_path)), "video")
    assert picture is not None
    size = page.evaluate(f"[{VIDEO}.videoWidth, {VIDEO}.videoHeight]")
    assert size == [picture["width"], picture["height"]]
    assert page.title() == "demo.mp4"
    vtt = product.http.get(f"/video/{task_id}/files/subtitles.vtt").text
    assert first_cue(page) in vtt
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the subtitles").click()
    assert download.value.suggested_filename == "demo.vtt"
    assert download.value.path().read_text() == vtt


def test_an_interrupted_stream_is_resumed(product: Product, page: Page, film: str) -> None:
    page.route("**/api/stream/*", lambda route: route.abort(), times=1)

    page.goto(f"{product.stack.settings.api_url}/watch/{film}")

    played(page)


def test_the_page_of_an_unknown_id_reports_that_there_is_no_video(product: Product, page: Page) -> None:
    page.goto(f"{product.stack.settings.api_url}/watch/nobody")

    expect(page.get_by_role("alert")).to_contain_text("Video not found")
    expect(page.locator("video")).to_be_hidden()


def test_the_page_of_a_failed_video_shows_the_reason(product: Product, page: Page, tmp_path: Path) -> None:
    (tmp_path / "short.mp4").write_bytes(video())
    state, notice = page.get_by_role("status").first, page.get_by_role("status").last
    with away(product, "worker_cpu"):
        # Without a worker to probe it, the upload is accepted.
        task_id = product.upload(tmp_path / "short.mp4")
        page.goto(f"{product.stack.settings.api_url}/watch/{task_id}")
        expect(state).to_have_text("Waiting to start")
        with away(product, "api"):
            expect(notice).to_contain_text("Trying again")

    expect(state).to_have_text("Failed")
    reason = product.ended(task_id)["error"]["message"]
    expect(page.get_by_role("alert")).to_contain_text(reason)


def test_where_there_are_accounts_the_page_asks_for_a_token_and_plays_from_the_store(
    product: Product, page: Page, film: str, tmp_path: Path
) -> None:
    store = product.stack.environment["S3_ENDPOINT"]
    with running_issuer() as issuer:
        environment = {**product.stack.environment, "OIDC_ISSUER": issuer.url}
        with running_api(environment, tmp_path / "api.log") as url:
            page.goto(f"{url}/watch/{film}")
            page.get_by_label("Access token or API key").fill("no token")
            page.keyboard.press("Enter")
            expect(page.get_by_role("alert")).not_to_be_empty()
            page.get_by_label("Access token or API key").fill(issuer.token("ada", "admin"))
            page.get_by_role("button", name="Open").click()
            expect(page.get_by_role("status").first).to_have_text("Ready")
            played(page)

            assert urlsplit(page.locator("video").get_attribute("src") or "").netloc == store
            assert first_cue(page) in product.http.get(f"/video/{film}/files/subtitles.vtt").text
            page.reload()
            expect(page.get_by_role("status").first).to_have_text("Ready")
            assert page.evaluate("localStorage.length") == 0
