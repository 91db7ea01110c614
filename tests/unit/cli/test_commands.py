from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from tests.unit.cli.fake_server import Said, Seen, Server, accepted, problem, said, stage, summary, task


class Shell:
    def __init__(self, server: Server) -> None:
        self._environment = {"VIDEO_PIPELINE_API": server.url}

    def run(self, *arguments: str) -> Result:
        return CliRunner(env=self._environment).invoke(app, list(arguments))


@pytest.fixture
def shell(server: Server) -> Shell:
    return Shell(server)


def documents(result: Result) -> list[Any]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "holiday.mp4"
    path.write_bytes(b"video")
    return path


def answer_like_the_product(request: Seen) -> Said:
    if request.method == "POST":
        return accepted()
    if request.path == "/status/task-1":
        return said(task())
    if request.path.startswith("/video/"):
        return Said(200, b"movie")
    return said({"tasks": [SUMMARY], "next": None})


SUMMARY = summary(filename="[holiday].mp4")


def test_upload_says_which_task_it_started(server: Server, shell: Shell, video: Path) -> None:
    server.answer = answer_like_the_product
    result = shell.run("upload", str(video), "--subtitle-mode", "burn")
    assert result.exit_code == 0
    assert f"{server.url}/watch/task-1\n" in result.stdout
    assert b"burn" in server.seen[0].body


def test_upload_names_the_address_that_is_told_of_the_end(server: Server, shell: Shell, video: Path) -> None:
    server.answer = answer_like_the_product
    shell.run("upload", str(video), "--webhook", "https://example.org/hook")
    shell.run("upload", str(video))
    told = [request.headers.get("webhook-url") for request in server.seen]
    assert told == ["https://example.org/hook", None]


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
    assert server.seen == []


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_status_of_a_task_that_did_not_work_out_is_exit_code_1(
    server: Server, shell: Shell, status: str
) -> None:
    fault = {"code": "SourceTruncated", "message": "The file ends too early."}
    server.answer = lambda _: said(task(status, error=fault))
    result = shell.run("status", "task-1")
    assert result.exit_code == 1
    assert "SourceTruncated: The file ends too early." in result.stdout


def test_watching_as_json_writes_a_line_for_each_change(server: Server, shell: Shell) -> None:
    moving = task("running")
    moving["stages"]["downscale"] = stage("running", 40)
    answers = iter([task("running"), task("running"), moving, task()])
    server.answer = lambda _: said(next(answers))
    result = shell.run("status", "task-1", "--watch", "--json")
    assert documents(result) == [task("running"), moving, task()]
    assert result.exit_code == 0


def test_a_parked_task_is_told_with_the_commands_that_help(server: Server, shell: Shell) -> None:
    parked = task("running", parked_until="2030-01-01T00:00:00Z")
    parked["stages"]["subtitles"] = stage("failed", error={"code": "ModelUnavailable", "message": "no model"})
    server.answer = lambda _: said(parked)
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


def test_download_of_an_unknown_name_says_which_there_are(
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
    server.answer = lambda _: said(task(links={"../escaped": "/f"}))
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
    assert (server.seen[0].method, server.seen[0].path) == ("POST", path)
    assert documents(shell.run(*arguments, "--json")) == [
        {"task_id": "task-1", "status": "running", "status_url": "/status/task-1"}
    ]


def test_a_refusal_is_one_line_with_what_to_do_and_exit_code_2(server: Server, shell: Shell) -> None:
    server.answer = lambda _: problem(404, "TaskUnknown", "No task has the id task-9.")
    result = shell.run("status", "task-9")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == "Error: No task has the id task-9. `video-pipeline list` shows the tasks.\n"


def test_a_refusal_as_json_names_its_code(server: Server, shell: Shell) -> None:
    server.answer = lambda _: problem(404, "TaskUnknown", "No task has the id task-9.")
    (document,) = documents(shell.run("cancel", "task-9", "--json"))
    assert document["error"]["code"] == "TaskUnknown"


def test_an_api_that_is_away_is_one_line_with_what_to_do(server: Server, shell: Shell) -> None:
    result = shell.run("list", "--api", "http://127.0.0.1:1")
    assert result.exit_code == 2
    assert "No answer from http://127.0.0.1:1" in result.stderr
    assert "`make up` starts it" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_doctor_shows_what_is_wrong_and_how_to_mend_it(server: Server, shell: Shell) -> None:
    parts = [
        {"part": "temporal", "ok": True, "detail": "ok", "mend": ""},
        {"part": "worker_cpu: ffmpeg", "ok": False, "detail": "lacks libx264", "mend": "Install it."},
    ]
    server.answer = lambda _: said({"parts": parts})
    result = shell.run("doctor")
    assert result.exit_code == 1
    assert "lacks libx264" in result.stdout
    assert "→ Install it." in result.stdout
    (document,) = documents(shell.run("doctor", "--json"))
    assert document["parts"][1:] == parts


def test_doctor_asks_what_it_can_when_the_workers_can_not_be_asked(server: Server, shell: Shell) -> None:
    def answer(request: Seen) -> Said:
        if request.path == "/doctor":
            return problem(503, "WorkflowsUnavailable", "Temporal does not answer.")
        if request.path == "/ready":
            found = {"temporal": "WorkflowsUnavailable", "store": "ok", "catalogue": "ok"}
            return said({"ready": False, "parts": found}, 503)
        return said({"status": "alive"})

    server.answer = answer
    result = shell.run("doctor", "--json")
    assert result.exit_code == 1
    (document,) = documents(result)
    verdicts = {part["part"]: part["ok"] for part in document["parts"]}
    assert verdicts == {
        "api": True,
        "temporal": False,
        "store": True,
        "catalogue": True,
        "workers": False,
        "ffmpeg here": True,
    }


def test_doctor_without_an_api_says_how_to_start_it(shell: Shell) -> None:
    result = shell.run("doctor", "--api", "http://127.0.0.1:1")
    assert result.exit_code == 1
    assert "make up" in result.stdout
    assert "ffmpeg here" in result.stdout


@pytest.mark.parametrize(
    ("status", "code", "advice"),
    [
        (401, "TokenMissing", "VIDEO_PIPELINE_TOKEN"),
        (401, "TokenRefused", "Put a new one"),
        (403, "RoleMissing", "gives out roles"),
    ],
)
def test_who_is_not_let_in_is_told_what_to_do(
    server: Server, shell: Shell, status: int, code: str, advice: str
) -> None:
    server.answer = lambda _: problem(status, code, "Not you.")

    result = shell.run("list")

    assert result.exit_code == 2
    assert "Not you." in result.stderr
    assert advice in result.stderr
    assert len(server.seen) == 1


def test_every_command_takes_a_token_from_its_option_or_the_environment(
    server: Server, shell: Shell, video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answer = answer_like_the_product
    commands = [
        ("upload", str(video)),
        ("status", "task-1"),
        ("list",),
        ("download", "task-1", "--dir", str(tmp_path / "fetched")),
        ("cancel", "task-1"),
        ("retry", "task-1", "merger"),
    ]
    for command in commands:
        assert shell.run(*command, "--token", "given").exit_code == 0
    monkeypatch.setenv("VIDEO_PIPELINE_TOKEN", "set")
    assert shell.run("list").exit_code == 0

    seen = [request.headers.get("authorization") for request in server.seen]
    assert seen == ["Bearer given"] * (len(seen) - 1) + ["Bearer set"]
    assert len(seen) >= 8
