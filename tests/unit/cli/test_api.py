"""Client of the HTTP interface in the command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.api import Api, UploadOptions
from cli.faults import CliFault, NoAnswer, Refused
from tests.unit.cli.fake_server import Reply, Request, Server, json_reply, problem, summary, task


def nothing(_done: int, _total: int) -> None:
    pass


def test_an_upload_is_a_form_with_the_file_and_only_the_options_that_were_given(
    server: Server, tmp_path: Path
) -> None:
    (tmp_path / "holiday.mp4").write_bytes(b"\x00video" * 1000)
    server.answer = lambda _: json_reply({"task_id": "task-1", "status": "queued"}, 202)
    progress: list[tuple[int, int]] = []
    with Api(server.url) as api:
        options = UploadOptions(language="fr", max_height=720)
        answer = api.upload(
            tmp_path / "holiday.mp4", options, "key-1", lambda done, total: progress.append((done, total))
        )
    assert answer["task_id"] == "task-1"
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/video/upload")
    assert request.headers["idempotency-key"] == "key-1"
    assert b'name="file"; filename="holiday.mp4"' in request.body
    assert b"\x00video" * 1000 in request.body
    assert re.search(rb'name="language"\r\n\r\nfr\r\n', request.body)
    assert re.search(rb'name="max_height"\r\n\r\n720\r\n', request.body)
    assert b"subtitle_mode" not in request.body
    assert progress[-1] == (6000, 6000)


def test_an_upload_whose_connection_breaks_is_sent_again_completely_under_the_same_key(
    server: Server, tmp_path: Path
) -> None:
    (tmp_path / "a.mp4").write_bytes(b"x" * 200_000)
    answers = iter([None, problem(503, "StoreUnavailable", "away"), json_reply({"task_id": "task-1"}, 202)])
    server.answer = lambda _: next(answers)
    with Api(server.url) as api:
        assert api.upload(tmp_path / "a.mp4", UploadOptions(), None, nothing) == {"task_id": "task-1"}
    assert len(server.requests) == 3
    assert len({request.headers["idempotency-key"] for request in server.requests}) == 1
    assert all(b"x" * 200_000 in request.body for request in server.requests)


def test_two_uploads_have_different_keys(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"x")
    server.answer = lambda _: json_reply({"task_id": "task-1"}, 202)
    with Api(server.url) as api:
        for _ in range(2):
            api.upload(tmp_path / "a.mp4", UploadOptions(), None, nothing)
    assert len({request.headers["idempotency-key"] for request in server.requests}) == 2


def test_a_refused_upload_is_not_sent_again(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"x")
    server.answer = lambda _: problem(422, "NoVideoStream", "The file holds no picture.")
    with Api(server.url) as api, pytest.raises(Refused, match="holds no picture") as caught:
        api.upload(tmp_path / "a.mp4", UploadOptions(), None, nothing)
    assert caught.value.code == "NoVideoStream"
    assert len(server.requests) == 1


def test_a_file_that_is_not_there_is_named(server: Server, tmp_path: Path) -> None:
    with Api(server.url) as api, pytest.raises(CliFault, match=r"absent\.mp4 can't be read: No such file"):
        api.upload(tmp_path / "absent.mp4", UploadOptions(), None, nothing)
    assert server.requests == []


def test_a_download_whose_connection_breaks_is_continued_where_it_ended(
    server: Server, tmp_path: Path
) -> None:
    content = bytes(range(256)) * 1000

    def answer(request: Request) -> Reply:
        asked = request.headers.get("range")
        if asked is None:
            return Reply(200, content, {"ETag": '"tag"'}, break_after=100_000)
        start = int(asked.removeprefix("bytes=").removesuffix("-"))
        return Reply(206, content[start:], {"ETag": '"tag"'})

    server.answer = answer
    with Api(server.url) as api:
        api.download("/video/task-1/files/final.mp4", tmp_path / "out" / "final.mp4", nothing)
    assert (tmp_path / "out" / "final.mp4").read_bytes() == content
    first, second = server.requests
    assert "range" not in first.headers
    assert int(second.headers["range"].removeprefix("bytes=").removesuffix("-")) <= 100_000
    assert second.headers["if-range"] == '"tag"'
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["final.mp4"]


def test_a_file_that_changed_meanwhile_is_fetched_from_its_start(server: Server, tmp_path: Path) -> None:
    answers = iter([Reply(200, b"old" * 5000, {"ETag": '"1"'}, break_after=6000), Reply(200, b"new" * 10)])
    server.answer = lambda _: next(answers)
    with Api(server.url) as api:
        api.download("/f", tmp_path / "f", nothing)
    assert (tmp_path / "f").read_bytes() == b"new" * 10


def test_a_download_that_is_refused_leaves_no_file(server: Server, tmp_path: Path) -> None:
    server.answer = lambda _: problem(404, "FileUnknown", "The task has no such file.")
    with Api(server.url) as api, pytest.raises(Refused, match="no such file"):
        api.download("/f", tmp_path / "f", nothing)
    assert list(tmp_path.iterdir()) == []


def test_the_list_reads_pages_until_it_has_enough_tasks(server: Server) -> None:
    def answer(request: Request) -> Reply:
        more = "cursor=c1" not in request.path
        tasks = [summary(f"task-{number}", status="running") for number in range(2)]
        return json_reply({"tasks": tasks, "next": "c1" if more else None})

    server.answer = answer
    with Api(server.url) as api:
        assert len(api.tasks("running", 50)) == 4
    assert all("status=running" in request.path for request in server.requests)


def test_names_can_not_leave_their_segment_of_the_path(server: Server) -> None:
    server.answer = lambda _: json_reply(task())
    with Api(server.url) as api:
        api.status("task 1?x=#y")
        for name in ("", "..", "a/b"):
            with pytest.raises(CliFault, match="can't be the name"):
                api.status(name)
    assert [request.path for request in server.requests] == ["/status/task%201%3Fx%3D%23y"]


def test_a_server_that_closes_the_connection_is_no_answer(server: Server) -> None:
    with Api(server.url) as api, pytest.raises(NoAnswer, match="No answer from"):
        api.status("task-1")
    assert len(server.requests) == 3


@pytest.mark.parametrize("answer", [Reply(200, b"<html>"), Reply(200, b"[]")])
def test_another_kind_of_server_is_recognised(server: Server, answer: Reply) -> None:
    server.answer = lambda _: answer
    with Api(server.url) as api, pytest.raises(CliFault, match="does not answer like the video pipeline"):
        api.status("task-1")


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://host", "http://", "http://host:port"])
def test_an_invalid_address_is_refused(url: str) -> None:
    with pytest.raises(CliFault, match="is not an address"):
        Api(url)


def test_a_token_is_sent_with_every_call_and_no_header_without_one(server: Server) -> None:
    server.answer = lambda _: json_reply({"tasks": [], "next": None})
    with Api(server.url, "vpk_key") as api, Api(server.url) as anonymous:
        api.tasks(None, 1)
        anonymous.tasks(None, 1)

    assert [request.headers.get("authorization") for request in server.requests] == ["Bearer vpk_key", None]


@pytest.mark.parametrize("token", ["two words", "line\n", "é", "\x00"])
def test_an_invalid_token_is_not_sent(server: Server, token: str) -> None:
    with pytest.raises(CliFault, match="no token can have"):
        Api(server.url, token)
    assert server.requests == []


@pytest.mark.parametrize(
    "answer",
    [
        json_reply({}),
        json_reply({**task(), "status": "levitating"}),
        json_reply({**task(), "stages": "none"}),
        Reply(200, b"<html>", {"Content-Type": "text/html"}),
        Reply(200, b"[]", {"Content-Type": "application/json"}),
        Reply(204),
    ],
)
def test_an_answer_outside_the_interface_is_reported_as_unknown(server: Server, answer: Reply) -> None:
    server.answer = lambda _: answer
    with Api(server.url) as api, pytest.raises(CliFault, match="does not answer like the video") as caught:
        api.status("task-1")
    assert caught.value.code == "AnswerUnknown"
    assert len(server.requests) == 1


@pytest.mark.parametrize("body", [b"<html>bad gateway", b"{", b"[]", b'{"message": "no"}'])
def test_an_error_of_a_gateway_is_a_refusal(server: Server, body: bytes) -> None:
    server.answer = lambda _: Reply(502, body, {"Content-Type": "application/json"})
    with Api(server.url) as api, pytest.raises(Refused) as caught:
        api.status("task-1")
    assert (caught.value.code, caught.value.passing) == ("HTTP502", True)
    assert len(server.requests) == 3


def test_unknown_fields_of_a_newer_interface_are_kept(server: Server) -> None:
    newer = {**task(), "mood": "good"}
    server.answer = lambda _: json_reply(newer)
    with Api(server.url) as api:
        assert api.status("task-1") == newer
