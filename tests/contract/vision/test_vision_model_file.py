"""A vision model is downloaded once, and none is loaded without a known checksum."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from adapters.models.settings import VisionSettings
from adapters.models.yolo_file import yolo_file
from domain.errors import ModelUnavailable

CONTENT = b"a model of sorts" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Release(BaseHTTPRequestHandler):
    """Server of one file that records its requests."""

    asked: list[str]
    cut_short = False

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path != "/tiny.pt":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT[:100] if self.cut_short else CONTENT)

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def release() -> Iterator[tuple[str, type[Release]]]:
    handler = type("OneRelease", (Release,), {"asked": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", handler
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def settings(tmp_path: Path) -> VisionSettings:
    return VisionSettings("tiny.pt", tmp_path / "cache", sha256=SHA256)


def test_a_named_model_is_downloaded_once(
    settings: VisionSettings, release: tuple[str, type[Release]]
) -> None:
    url, handler = release
    first = yolo_file(settings, url)
    assert (first.read_bytes(), yolo_file(settings, url)) == (CONTENT, first)
    assert handler.asked == ["/tiny.pt"]


def test_a_download_with_another_content_is_refused_and_removed(
    settings: VisionSettings, release: tuple[str, type[Release]]
) -> None:
    with pytest.raises(ModelUnavailable, match="SHA-256"):
        yolo_file(replace(settings, sha256="0" * 64), release[0])
    assert list(settings.cache_path.iterdir()) == []


def test_an_interrupted_download_is_refused_and_removed(
    settings: VisionSettings, release: tuple[str, type[Release]]
) -> None:
    release[1].cut_short = True
    with pytest.raises(ModelUnavailable):
        yolo_file(settings, release[0])
    assert list(settings.cache_path.iterdir()) == []


def test_a_release_without_the_model_says_where_to_put_it(
    settings: VisionSettings, release: tuple[str, type[Release]]
) -> None:
    with pytest.raises(ModelUnavailable, match=r"put the file at .*cache/other\.pt"):
        yolo_file(replace(settings, model="other.pt"), release[0])


def test_no_network_says_where_to_put_the_file(settings: VisionSettings) -> None:
    with pytest.raises(ModelUnavailable, match=r"put the file at .*cache/tiny\.pt"):
        yolo_file(settings, "http://127.0.0.1:9")


def test_a_file_put_there_by_hand_is_used_without_network(settings: VisionSettings) -> None:
    settings.cache_path.mkdir()
    (settings.cache_path / "tiny.pt").write_bytes(CONTENT)
    assert yolo_file(settings, "http://127.0.0.1:9") == settings.cache_path / "tiny.pt"


def test_a_model_without_a_known_checksum_is_refused(settings: VisionSettings, tmp_path: Path) -> None:
    own = tmp_path / "own.pt"
    own.write_bytes(CONTENT)
    with pytest.raises(ModelUnavailable, match="VISION_SHA256"):
        yolo_file(replace(settings, model=str(own), sha256=None))


def test_a_changed_file_is_refused(settings: VisionSettings, tmp_path: Path) -> None:
    own = tmp_path / "own.pt"
    own.write_bytes(CONTENT + b"!")
    with pytest.raises(ModelUnavailable, match="is not the expected file"):
        yolo_file(replace(settings, model=str(own)))


def test_a_missing_path_is_not_downloaded(settings: VisionSettings, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="There is no vision model"):
        yolo_file(replace(settings, model=str(tmp_path / "gone.pt")))
