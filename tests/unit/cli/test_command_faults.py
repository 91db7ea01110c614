"""Errors and exit codes of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.fake_server import Reply, Request, Server, json_reply, problem
from tests.unit.cli.shell import Shell, answer_like_the_product, documents


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


def test_an_api_that_does_not_answer_is_one_line_with_what_to_do(server: Server, shell: Shell) -> None:
    result = shell.run("list", "--api", "http://127.0.0.1:1")
    assert result.exit_code == 2
    assert "No answer from http://127.0.0.1:1" in result.stderr
    assert "`make up` starts it" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_doctor_shows_what_is_wrong_and_how_to_fix_it(server: Server, shell: Shell) -> None:
    parts = [
        {"part": "temporal", "ok": True, "detail": "ok", "mend": ""},
        {"part": "worker_cpu: ffmpeg", "ok": False, "detail": "lacks libx264", "mend": "Install it."},
    ]
    server.answer = lambda _: json_reply({"parts": parts})
    result = shell.run("doctor")
    assert result.exit_code == 1
    assert "lacks libx264" in result.stdout
    assert "→ Install it." in result.stdout
    (document,) = documents(shell.run("doctor", "--json"))
    assert document["parts"][1:] == parts


def test_doctor_checks_the_other_components_when_the_workers_do_not_answer(
    server: Server, shell: Shell
) -> None:
    def answer(request: Request) -> Reply:
        if request.path == "/doctor":
            return problem(503, "WorkflowsUnavailable", "Temporal does not answer.")
        if request.path == "/ready":
            found = {"temporal": "WorkflowsUnavailable", "store": "ok", "catalogue": "ok"}
            return json_reply({"ready": False, "parts": found}, 503)
        return json_reply({"status": "alive"})

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
        (403, "RoleMissing", "Ask the administrator"),
    ],
)
def test_a_refused_caller_gets_advice(
    server: Server, shell: Shell, status: int, code: str, advice: str
) -> None:
    server.answer = lambda _: problem(status, code, "Not you.")

    result = shell.run("list")

    assert result.exit_code == 2
    assert "Not you." in result.stderr
    assert advice in result.stderr
    assert len(server.requests) == 1


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

    seen = [request.headers.get("authorization") for request in server.requests]
    assert seen == ["Bearer given"] * (len(seen) - 1) + ["Bearer set"]
    assert len(seen) >= 8
