"""A speech model is a folder, or a name that is downloaded once; missing files are named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from adapters.models.settings import REPOSITORY
from adapters.models.whisper_folder import whisper_folder
from domain.errors import ModelUnavailable, SettingInvalid

FILES = {
    "config.json": b"{}",
    "model.bin": b"weights" * 1000,
    "tokenizer.json": b"{}",
    "vocabulary.txt": b"a\nb\n",
    "README.md": b"not needed",
}
COMMIT = "a" * 40


class Hub(BaseHTTPRequestHandler):
    """Stand-in for a model hub with one model."""

    asked: list[str]

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        self.asked.append(f"{self.command} {self.path}")
        name = self.path.rpartition("/")[2]
        api = "/api/models/Systran/faster-whisper-tiny"
        if self.path.startswith(f"{api}/revision/"):
            listing = [{"rfilename": file} for file in FILES]
            body = json.dumps(
                {"id": "Systran/faster-whisper-tiny", "sha": COMMIT, "siblings": listing}
            ).encode()
        elif self.path.startswith(f"{api}/tree/"):
            body = json.dumps(
                [{"type": "file", "path": file, "size": len(FILES[file]), "oid": "0" * 40} for file in FILES]
            ).encode()
        elif name in FILES:
            body = FILES[name]
        else:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{name}"')
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def hub() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("OneHub", (Hub,), {"asked": asked}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def found_in_a_new_process(cache_path: Path, hub_url: str) -> subprocess.CompletedProcess[str]:
    """Find the folder in a new process, because the hub's address is read when its client is imported."""
    look = (
        "import sys; from pathlib import Path\n"
        "from adapters.models.whisper_folder import whisper_folder\n"
        "print(whisper_folder('tiny', Path(sys.argv[1])))\n"
    )
    return subprocess.run(
        [sys.executable, "-c", look, str(cache_path)],
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"], "HOME": str(cache_path), "HF_ENDPOINT": hub_url},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_named_model_is_downloaded_once(hub: tuple[str, list[str]], tmp_path: Path) -> None:
    url, asked = hub
    first = found_in_a_new_process(tmp_path, url)
    assert first.returncode == 0, first.stderr
    folder = Path(first.stdout.splitlines()[-1])
    assert (folder / "model.bin").read_bytes() == FILES["model.bin"]
    assert not (folder / "README.md").exists()
    assert "speech model download begins" in first.stdout

    asked.clear()
    second = found_in_a_new_process(tmp_path, url)
    assert Path(second.stdout.splitlines()[-1]) == folder
    assert asked == []


def test_an_interrupted_download_is_resumed(hub: tuple[str, list[str]], tmp_path: Path) -> None:
    url, asked = hub
    folder = Path(found_in_a_new_process(tmp_path, url).stdout.splitlines()[-1])
    (folder / "model.bin").resolve().unlink()
    (folder / "model.bin").unlink()
    asked.clear()
    answer = found_in_a_new_process(tmp_path, url)
    assert (folder / "model.bin").read_bytes() == FILES["model.bin"], answer.stderr
    assert [question for question in asked if question.startswith("GET /Systran")] == [
        f"GET /Systran/faster-whisper-tiny/resolve/{COMMIT}/model.bin"
    ]


def test_no_network_says_where_to_put_the_files(tmp_path: Path) -> None:
    answer = found_in_a_new_process(tmp_path, "http://127.0.0.1:9")
    assert "ModelUnavailable" in answer.stderr
    assert f"into {tmp_path / 'tiny'}." in answer.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "own"
    path.mkdir()
    for name, content in FILES.items():
        (path / name).write_bytes(content)
    return path


def test_a_folder_is_used_as_it_is(folder: Path, tmp_path: Path) -> None:
    assert whisper_folder(str(folder), tmp_path / "cache") == folder


def test_a_name_whose_files_lie_in_the_cache_needs_no_network(folder: Path) -> None:
    assert whisper_folder("own", folder.parent) == folder


@pytest.mark.parametrize("name", ["model.bin", "tokenizer.json", "vocabulary.txt"])
def test_a_folder_that_lacks_a_file_is_refused_by_its_name(folder: Path, tmp_path: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelUnavailable, match=name.partition(".")[0]):
        whisper_folder(str(folder), tmp_path / "cache")


def test_a_missing_folder_is_not_downloaded(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="does not exist"):
        whisper_folder(str(tmp_path / "gone"), tmp_path / "cache")


def test_an_unknown_name_is_the_operators_fault(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match="large-v3-turbo"):
        whisper_folder("larch-v3", tmp_path)
