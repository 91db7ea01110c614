"""Takes the picture of the Temporal Web UI that the README shows, from a running local stack.

    make up
    .venv/bin/video-pipeline upload models/demo/clip/demo.mp4 --wait
    .venv/bin/python docs/images/take_pictures.py TASK

TASK is the task's id, which is also the id of its workflow. The ports are read as `make up` reads them.
It needs Debian's Chromium (`apt-get install chromium`) and writes `temporal-web-ui.png` beside itself.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from local.settings import read_settings

CHROMIUM = "/usr/bin/chromium"
PICTURE_PATH = Path(__file__).with_name("temporal-web-ui.png")
# A palette keeps the file below 250 KB; a page of flat colours loses nothing visible.
COLORS = 256
# Where the timeline's second row lies when the whole timeline is below the heading.
SECOND_ROW_PX = 190


def take(page: Page, web_ui_url: str, task_id: str) -> bytes:
    """PNG of the workflow's page: the whole timeline, oldest event first, above the compact history."""
    page.goto(f"{web_ui_url}/namespaces/default/workflows/{task_id}")
    page.get_by_text("animal_detection").first.wait_for()
    page.get_by_role("button", name="Descending").click()
    page.get_by_role("button", name="Minimized").click()
    page.get_by_text("Compact", exact=True).click()
    page.wait_for_load_state("networkidle")
    # The heading stays in view by itself: the row is what shows where the timeline begins.
    row = page.get_by_text("probe • ").first.bounding_box()
    assert row is not None
    page.mouse.move(700, 600)
    page.mouse.wheel(0, row["y"] - SECOND_ROW_PX)
    page.wait_for_timeout(500)
    return page.screenshot(animations="disabled")


def main(task_id: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        try:
            page = browser.new_page(viewport={"width": 1400, "height": 900}, device_scale_factor=1)
            shot = take(page, read_settings().web_ui_url, task_id)
        finally:
            browser.close()
    Image.open(io.BytesIO(shot)).convert("RGB").quantize(COLORS, dither=Image.Dither.NONE).save(
        PICTURE_PATH, optimize=True
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
