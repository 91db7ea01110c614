"""Requests of the corpus against a real server: each gets an expected status, and the server survives."""

from __future__ import annotations

import json
import socket
import unicodedata
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest

from adapters.catalogue import Catalogue, CatalogueSettings, NewVideo, connect
from domain.messages.stages import RecordInput
from domain.storage.artifact import Artifact
from domain.tasks.state import TaskOutcome, TaskState, TaskStatus
from tests.contract.http.test_upload_streaming import Server
from tests.hostile.request_corpus import FILE_BYTES, GOOD, HUNG_UP, REQUESTS, TASK, Asked, post
from tests.unit.api.forms import form

KEY = f"videos/transcoded/v/{TASK}/final.mp4"


@pytest.fixture(scope="module", autouse=True)
def published(server: Server) -> None:
    """Adds a completed task with a file, for the requests with byte ranges."""
    engine = connect(CatalogueSettings(f"sqlite:///{server.temp_path.parent}/c.db"))
    catalogue = Catalogue(engine)
    source = Artifact("videos/original/v/source", "video/mp4", 10, "ab")
    catalogue.add(NewVideo("v", TASK, "local", "film.mp4", source, 1_600_000_000_000_000))
    outcome = TaskOutcome(final_video=KEY, files={"final.mp4": KEY})
    state = TaskState(TASK, TaskStatus.COMPLETED, 1_700_000_000_000_000, outcome=outcome)
    catalogue.record(RecordInput("v", state))
    engine.dispose()


@pytest.fixture(autouse=True)
def only_the_film(server: Server) -> None:
    server.store.remove_prefix("")
    server.store.put(KEY, bytes(FILE_BYTES), "video/mp4")


def answered(server: Server, raw: bytes) -> tuple[int, bytes]:
    """Sends everything before it reads; returns the status and the rest of the response."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        # The server may refuse before it has read everything.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(raw)
        answer = b""
        try:
            answer = b"".join(iter(lambda: connection.recv(65_536), b""))
        except ConnectionResetError:
            return HUNG_UP, answer
    assert answer, "the server ended the connection without an answer"
    status = answer.split(b" ", 2)[1]
    return int(status), answer


@pytest.mark.parametrize("asked", REQUESTS, ids=lambda asked: asked.name)
def test_the_status_is_right_and_refused_uploads_leave_nothing(server: Server, asked: Asked) -> None:
    pid_before = server.process.pid

    status, answer = answered(server, asked.raw)

    assert status in asked.statuses, answer[:500]
    assert b"Traceback" not in answer
    assert b"\r\nx-evil" not in answer.lower()
    left = [key for key in server.leftovers() if key != KEY]
    assert bool(left) == (asked.leaves and status == 202)
    assert all(".." not in key and key.isprintable() and len(key) < 200 for key in left)
    assert server.process.is_running()
    assert server.process.pid == pid_before
    assert httpx.get(f"{server.url}/health", timeout=60).status_code == 200


def test_no_shown_file_name_can_mislead(server: Server) -> None:
    for asked in REQUESTS:
        if asked.leaves:
            answered(server, asked.raw)

    page = httpx.get(f"{server.url}/tasks?limit=200", timeout=60)

    names = [task["filename"] for task in page.json()["tasks"]]
    assert len(names) > 15
    for name in names:
        assert not [char for char in name if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co")], name
        assert "/" not in name
        assert "\\" not in name
        assert not name.startswith((".", "-", "~"))
        assert 0 < len(name.encode()) <= 255


class Slow:
    """Sender that starts a request and never finishes it."""

    def __init__(self, server: Server, raw: bytes) -> None:
        self._connection = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        self._connection.sendall(raw)

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def slow_senders(server: Server) -> Iterator[list[Slow]]:
    whole = post(form(GOOD), length=b"9000000")
    head = whole.index(b"\r\n\r\n") + 4
    beginnings = [
        b"",
        b"G",
        b"POST /video/upload HTTP/1.1\r\nHost: api\r\nX: ",
        whole[:head],
        whole[: head + 90],
    ]
    senders = [Slow(server, raw) for raw in beginnings for _ in range(4)]
    yield senders
    for sender in senders:
        sender.close()


def test_slow_senders_delay_no_other_request_and_leave_nothing(
    server: Server, slow_senders: list[Slow]
) -> None:
    status, _ = answered(server, post(form(GOOD)))
    taken = [key for key in server.leftovers() if key != KEY]

    for sender in slow_senders:
        sender.close()

    assert status == 202
    assert len(taken) == 1
    again, _ = answered(server, post(form(GOOD)))
    assert again == 202
    assert [key for key in server.leftovers() if key != KEY and key not in taken] != []
    assert server.store.unfinished("") == []


def test_the_corpus_of_requests_is_large_and_its_errors_are_problem_documents(server: Server) -> None:
    refused = [asked for asked in REQUESTS if set(asked.statuses) <= {404, 409, 413, 415, 422}]

    assert len(REQUESTS) >= 80
    assert len({asked.name for asked in REQUESTS}) == len(REQUESTS)
    for asked in refused:
        _, answer = answered(server, asked.raw)
        head, _, body = answer.partition(b"\r\n\r\n")
        assert b"application/problem+json" in head
        assert {"code", "detail", "status"} <= json.loads(body).keys()
