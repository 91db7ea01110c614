"""The real nginx with the front's settings: behind a gateway it still distinguishes callers."""

from __future__ import annotations

import http.server
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from tests.contract.http.front import nginx
from tests.deploy.k8s.manifests import MANIFESTS, Object, Workload, named

# Addresses, which differ on this machine.
HERE = {"API_ADDRESS", "LISTEN"}


class Upstream(http.server.BaseHTTPRequestHandler):
    """Answers with the caller's address from nginx's header."""

    def do_GET(self) -> None:
        self.send_response(HTTPStatus.OK)
        self.end_headers()
        self.wfile.write(self.headers["X-Forwarded-For"].encode())

    def log_message(self, format: str, *args: object) -> None:
        """No log."""


@pytest.fixture
def upstream() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def ask(url: str, forwarded_for: str) -> httpx.Response:
    return httpx.get(f"{url}/", headers={"X-Forwarded-For": forwarded_for}, timeout=60)


def test_the_caller_is_the_address_added_by_the_gateway_not_the_one_that_a_caller_sends(
    upstream: str, tmp_path: Path, built: Mapping[str, list[Object]]
) -> None:
    front = Workload(named(built["prod"], "Deployment", "front")).environment()
    values = {name: str(entry["value"]) for name, entry in front.items() if name not in HERE}
    # The server block includes this file, in which these directives are allowed too.
    values["TLS_INCLUDE"] = str(MANIFESTS / "components/front/real-ip.conf.template")
    # Slow, so that on a busy machine no further request is allowed during the test.
    values["REQUEST_RATE"] = "1r/m"
    with nginx(upstream, tmp_path / "nginx", **values) as url:
        flood = [ask(url, "203.0.113.1") for _ in range(30)]
        other = ask(url, "203.0.113.1, 203.0.113.2")
        made_up = ask(url, "203.0.113.77, 203.0.113.1")

    # One, and a burst of 20.
    assert Counter(answer.status_code for answer in flood) == {200: 21, 429: 9}
    assert (other.status_code, other.text) == (200, "203.0.113.2")
    assert made_up.status_code == 429
