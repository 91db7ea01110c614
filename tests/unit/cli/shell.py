"""Runner of the command line against a fake server."""

from __future__ import annotations

import json
from typing import Any

from typer.testing import CliRunner, Result

from cli.main import app
from tests.unit.cli.fake_server import Reply, Request, Server, accepted, json_reply, summary, task


class Shell:
    def __init__(self, server: Server) -> None:
        self._environment = {"VIDEO_PIPELINE_API": server.url}

    def run(self, *arguments: str) -> Result:
        return CliRunner(env=self._environment).invoke(app, list(arguments))


def documents(result: Result) -> list[Any]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def answer_like_the_product(request: Request) -> Reply:
    if request.method == "POST":
        return accepted()
    if request.path == "/status/task-1":
        return json_reply(task())
    if request.path.startswith("/video/"):
        return Reply(200, b"movie")
    return json_reply({"tasks": [SUMMARY], "next": None})


SUMMARY = summary(filename="[holiday].mp4")
