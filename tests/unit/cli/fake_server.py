"""HTTP server whose answers a test chooses, and the product's answers as documents."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Request:
    """One received request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """An answer. With `break_after` only that many bytes of it are sent before the connection is closed."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    break_after: int | None = None


def json_reply(document: dict[str, Any], status: int = 200) -> Reply:
    kind = "application/problem+json" if status >= 400 else "application/json"
    return Reply(status, json.dumps(document).encode(), {"Content-Type": kind})


def problem(status: int, code: str, detail: str) -> Reply:
    return json_reply({"title": code, "status": status, "detail": detail, "code": code}, status)


class Server:
    """HTTP server on a free port: calls `answer` for each request, and records the requests."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answer: Callable[[Request], Reply | None] = lambda _: None
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                request = Request(
                    self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body
                )
                server.requests.append(request)
                answer = server.answer(request)
                if answer is None:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body[: answer.break_after])
                self.close_connection = answer.break_after is not None

            do_GET = do_POST = handle_any  # noqa: N815  # the names that the standard library calls

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def run(self) -> Iterator[Server]:
        thread = threading.Thread(target=self._http.serve_forever)
        thread.start()
        try:
            yield self
        finally:
            self._http.shutdown()
            thread.join()
            self._http.server_close()


def stage(status: str, progress: int = 0, **more: Any) -> dict[str, Any]:
    return {"status": status, "progress": progress, "attempt": None, "error": None, **more}


def task(status: str = "completed", **more: Any) -> dict[str, Any]:
    """A task as `GET /status/{task_id}` answers."""
    names = ("downscale", "language_detection", "animal_detection", "subtitles", "merger")
    done = status == "completed"
    return {
        "task_id": "task-1",
        "status": status,
        "stages": {name: stage("completed" if done else "pending", 100 if done else 0) for name in names},
        "result": {
            "final_video": "/video/task-1/files/final.mp4" if done else None,
            "language": "fr" if done else None,
            "animals_detected": ["cat", "dog"] if done else [],
            "subtitles": None,
        },
        "error": None,
        "parked_until": None,
        "links": {"final.mp4": "/video/task-1/files/final.mp4"} if done else {},
        "as_of": "2026-11-21T07:00:00Z",
        "age_seconds": 0.25,
        "source": "temporal",
        **more,
    }


def accepted(status: str = "running") -> Reply:
    """Answer to an upload, a cancel or a retry."""
    return json_reply({"task_id": "task-1", "status": status, "status_url": "/status/task-1"}, 202)


def summary(task_id: str = "task-1", **more: Any) -> dict[str, Any]:
    """A task as `GET /tasks` lists it."""
    return {
        "task_id": task_id,
        "status": "completed",
        "filename": "holiday.mp4",
        "size_bytes": 5,
        "duration_s": 2.5,
        "language": None,
        "animals_detected": ["cat"],
        "error": None,
        "created_at": "2026-11-21T07:00:00Z",
        "status_url": f"/status/{task_id}",
        **more,
    }
