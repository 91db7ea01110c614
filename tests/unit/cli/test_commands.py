"""Commands of the command line and their output."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.fake_server import Server, json_reply, stage, task
from tests.unit.cli.shell import SUMMARY, Shell, answer_like_the_product, documents


def test_upload_prints_the_page_of_the_task_that_it_started(
    server: Server, shell: Shell, video: Path
) -> None:
    server.answer = answer_like_the_product
    result = shell.run("upload", str(video), "--subtitle-mode", "burn")
    assert result.exit_code == 0
    assert f"{server.url}/watch/task-1\n" in result.stdout
    assert b"burn" in server.requests[0].body


def test_upload_sends_the_webhook_address_only_when_it_is_given(
    server: Server, shell: Shell, video: Path
) -> None:
    server.answer = answer_like_the_product
    shell.run("upload", str(video), "--webhook", "https://example.org/hook")
    shell.run("upload", str(video))
    sent = [request.headers.get("webhook-url") for request in server.requests]
    assert sent == ["https://example.org/hook", None]


def test_upload_and_wait_shows_the_result(server: Server, shell: Shell, video: Path) -> None:
    server.answer = answer_like_the_product
    result = shell.run("upload", str(video), "--wait")
    assert result.exit_code == 0
    assert "Language: fr" in result.stdout
    assert "Animals: cat, dog" in result.stdout
    assert f"Page: {server.url}/watch/task-1\n" in result.stdout
    assert "merger" in result.stderr


def test_upload_and_wait_as_json_is_the_last_state_and_nothing_else(
    server: Server, shell: Shell, video: Path
) -> None:
    server.answer = answer_like_the_product
    result = shell.run("upload", str(video), "--wait", "--json")
    assert documents(result) == [task()]
    assert result.stderr == ""


def test_upload_refuses_an_unknown_subtitle_mode(server: Server, shell: Shell, video: Path) -> None:
    result = shell.run("upload", str(video), "--subtitle-mode", "loud")
    assert result.exit_code == 2
    assert server.requests == []


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_status_of_a_failed_or_cancelled_task_is_exit_code_1(
    server: Server, shell: Shell, status: str
) -> None:
    fault = {"code": "SourceTruncated", "message": "The file ends too early."}
    server.answer = lambda _: json_reply(task(status, error=fault))
    result = shell.run("status", "task-1")
    assert result.exit_code == 1
    assert "SourceTruncated: The file ends too early." in result.stdout


def test_watching_as_json_writes_a_line_for_each_change(server: Server, shell: Shell) -> None:
    moving = task("running")
    moving["stages"]["downscale"] = stage("running", 40)
    answers = iter([task("running"), task("running"), moving, task()])
    server.answer = lambda _: json_reply(next(answers))
    result = shell.run("status", "task-1", "--watch", "--json")
    assert documents(result) == [task("running"), moving, task()]
    assert result.exit_code == 0


def test_a_parked_task_is_shown_with_the_commands_that_help(server: Server, shell: Shell) -> None:
    parked = task("running", parked_until="2030-01-01T00:00:00Z")
    parked["stages"]["subtitles"] = stage("failed", error={"code": "ModelUnavailable", "message": "no model"})
    server.answer = lambda _: json_reply(parked)
    result = shell.run("status", "task-1", "--watch")
    assert result.exit_code == 1
    assert "video-pipeline retry task-1 subtitles" in result.stdout
    assert "video-pipeline cancel task-1" in result.stdout


def test_list_shows_names_as_they_are(server: Server, shell: Shell) -> None:
    server.answer = answer_like_the_product
    assert "[holiday].mp4" in shell.run("list").stdout
    assert documents(shell.run("list", "--json")) == [{"tasks": [SUMMARY]}]


def test_download_fetches_every_file_into_a_folder(server: Server, shell: Shell, tmp_path: Path) -> None:
    server.answer = answer_like_the_product
    result = shell.run("download", "task-1", "--dir", str(tmp_path / "out"), "--json")
    assert result.exit_code == 0
    path = tmp_path / "out" / "final.mp4"
    assert path.read_bytes() == b"movie"
    files = [{"name": "final.mp4", "path": str(path), "size_bytes": 5}]
    assert documents(result) == [{"task_id": "task-1", "files": files}]


def test_download_of_an_unknown_name_lists_the_names_that_exist(
    server: Server, shell: Shell, tmp_path: Path
) -> None:
    server.answer = answer_like_the_product
    result = shell.run("download", "task-1", "song.mp3", "--dir", str(tmp_path / "out"))
    assert result.exit_code == 2
    assert "It has: final.mp4." in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_file_name_from_the_server_can_not_leave_the_folder(
    server: Server, shell: Shell, tmp_path: Path
) -> None:
    server.answer = lambda _: json_reply(task(links={"../escaped": "/f"}))
    result = shell.run("download", "task-1", "--dir", str(tmp_path / "out"))
    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "path"),
    [(("cancel", "task-1"), "/video/task-1/cancel"), (("retry", "task-1", "m"), "/video/task-1/retry/m")],
)
def test_cancel_and_retry_ask_the_api(
    server: Server, shell: Shell, arguments: tuple[str, ...], path: str
) -> None:
    server.answer = answer_like_the_product
    assert shell.run(*arguments).exit_code == 0
    assert (server.requests[0].method, server.requests[0].path) == ("POST", path)
    assert documents(shell.run(*arguments, "--json")) == [
        {"task_id": "task-1", "status": "running", "status_url": "/status/task-1"}
    ]
