"""A known vulnerability stops the build, an absent network does not; pip-audit is the real one."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.servers.ports import free_port

ROOT = Path(__file__).parents[3]
PINS = f"""\
alpha==1.0 --hash=sha256:{"0" * 64}
beta==2.0 --hash=sha256:{"1" * 64}
"""
FOUND = {
    "vulns": [
        {
            "id": "GHSA-aaaa-bbbb-cccc",
            "summary": "Remote code execution.",
            "affected": [
                {
                    "package": {"name": "beta", "ecosystem": "PyPI"},
                    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.1"}]}],
                }
            ],
        }
    ]
}


class Vulnerabilities(BaseHTTPRequestHandler):
    """Vulnerability service with osv.dev's interface and one vulnerability."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = json.dumps(FOUND if asked["package"]["name"] == "beta" else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def service() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Vulnerabilities) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()
        thread.join()


def audit(folder: Path, service: str, pins: str = PINS, known: str = "") -> subprocess.CompletedProcess[str]:
    (folder / "pins.txt").write_text(pins)
    (folder / "known").write_text(known)
    return subprocess.run(
        [
            *(sys.executable, str(ROOT / ".ci/audit.py"), "--requirements", str(folder / "pins.txt")),
            *("--known", str(folder / "known"), "-s", "osv", "--osv-url", service),
            *("--cache-dir", str(folder / "cache")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_known_vulnerability_stops_the_build_and_is_named_with_its_fix(
    tmp_path: Path, service: str
) -> None:
    done = audit(tmp_path, service)

    assert done.returncode == 1, done.stderr
    assert "beta 2.0: GHSA-aaaa-bbbb-cccc, fixed in 2.1" in done.stdout


def test_a_vulnerability_that_is_excused_with_a_reason_does_not_stop_the_build(
    tmp_path: Path, service: str
) -> None:
    done = audit(tmp_path, service, known="# comment\nGHSA-aaaa-bbbb-cccc that function is never called\n")

    assert done.returncode == 0, done.stderr
    assert "2 packages looked up, 0 with known vulnerabilities" in done.stdout


def test_an_excuse_needs_a_reason(tmp_path: Path, service: str) -> None:
    done = audit(tmp_path, service, known="GHSA-aaaa-bbbb-cccc\n")

    assert (done.returncode, "without a reason" in done.stderr) == (1, True)


def test_a_service_that_does_not_answer_is_reported_and_stops_nothing(tmp_path: Path) -> None:
    done = audit(tmp_path, f"http://127.0.0.1:{free_port()}/v1/query")

    assert done.returncode == 0, done.stderr
    assert "NOT DONE" in done.stdout


def test_a_list_that_cannot_be_read_stops_the_build(tmp_path: Path, service: str) -> None:
    done = audit(tmp_path, service, pins="alpha=1\n")

    assert (done.returncode, "pip-audit failed" in done.stderr) == (1, True)
