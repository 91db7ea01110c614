"""The real nginx as the front runs it: behind a gateway, callers are still told apart."""

from __future__ import annotations

import http.server
import threading
from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from tests.contract.http.front import nginx
from tests.deploy.k8s.manifests import MANIFESTS


class Upstream(http.server.BaseHTTPRequestHandler):
    """Answers with the caller's address as nginx tells it."""

    def do_GET(self) -> None:
        self.send_response(HTTPStatus.OK)
        self.end_headers()
        self.wfile.write(self.headers["X-Forwarded-For"].encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def upstream() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def ask(url: str, forwarded_for: str) -> httpx.Response:
    return httpx.get(f"{url}/", headers={"X-Forwarded-For": forwarded_for}, timeout=60)


def test_the_caller_is_whom_the_gateway_saw_and_what_a_caller_says_of_itself_does_not_count(
    upstream: str, tmp_path: Path
) -> None:
    # Its server block includes what it is told to, where these directives may stand too.
    believed = MANIFESTS / "components/front/real-ip.conf.template"
    with nginx(upstream, tmp_path / "nginx", TLS_INCLUDE=str(believed), REQUEST_RATE="1r/m") as url:
        flood = [ask(url, "203.0.113.1") for _ in range(30)]
        other = ask(url, "203.0.113.1, 203.0.113.2")
        made_up = ask(url, "203.0.113.77, 203.0.113.1")

    # One, and the 20 that may come at once.
    assert Counter(answer.status_code for answer in flood) == {200: 21, 429: 9}
    assert (other.status_code, other.text) == (200, "203.0.113.2")
    assert made_up.status_code == 429
