"""Progress of a task on the command line."""

from __future__ import annotations

import pytest

from cli.api import Api
from cli.faults import Refused
from cli.watching import Verdict, follow, verdict
from tests.unit.cli.fake_server import Server, json_reply, problem, stage, task

FAILED = stage("failed", 20, error={"code": "ModelUnavailable", "message": "no model"})


@pytest.mark.parametrize(("status", "exit_code"), [("completed", 0), ("failed", 1), ("cancelled", 1)])
def test_the_verdict_on_an_ended_task_is_its_status(status: str, exit_code: int) -> None:
    assert verdict(task(status)) is Verdict(status)
    assert verdict(task(status)).exit_code == exit_code


def test_a_running_task_is_still_going() -> None:
    assert verdict(task("running")) is Verdict.GOING
    assert Verdict.GOING.exit_code == 0


def test_a_task_is_parked_when_no_stage_of_it_runs() -> None:
    parked = task("running", parked_until="2030-01-01T00:00:00Z")
    parked["stages"]["subtitles"] = FAILED
    assert verdict(parked) is Verdict.PARKED
    assert Verdict.PARKED.exit_code == 1
    parked["stages"]["downscale"] = stage("running", 50)
    assert verdict(parked) is Verdict.GOING


def test_following_ends_with_the_task_and_survives_a_restart_of_the_api(server: Server) -> None:
    answers = iter(
        [
            json_reply(task("running")),
            *[None] * 3,
            problem(503, "WorkflowsUnavailable", "away"),
            json_reply(task("running")),
            json_reply(task()),
        ]
    )
    server.answer = lambda _: next(answers)
    with Api(server.url) as api:
        assert [now["status"] for now in follow(api, "task-1")] == ["running", "running", "completed"]


def test_following_an_unknown_task_is_refused_at_once(server: Server) -> None:
    server.answer = lambda _: problem(404, "TaskUnknown", "No task has this id.")
    with Api(server.url) as api, pytest.raises(Refused):
        list(follow(api, "task-1"))
    assert len(server.requests) == 1
