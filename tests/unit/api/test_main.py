"""API process: starts without Temporal, reports invalid settings in one line, stops on SIGTERM."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from adapters.object_store import StoreSettings
from api.access.accounts import require_loopback
from domain.errors import SettingInvalid
from tests.servers.ports import free_port
from tests.servers.product_process import product_environment, running_api

ROOT = Path(__file__).parents[3]


def start(environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "api.main"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_the_api_serves_without_temporal_and_stops_on_sigterm(
    store_settings: StoreSettings, tmp_path: Path
) -> None:
    port = free_port()
    process = start(
        {
            "API_PORT": str(port),
            "S3_ENDPOINT": store_settings.endpoint,
            "S3_ACCESS_KEY": store_settings.access_key,
            "S3_SECRET_KEY": store_settings.secret_key,
            "S3_BUCKET": "started",
            "DATABASE_URL": f"sqlite:///{tmp_path}/state/catalogue.db",
            "TEMPORAL_ADDRESS": f"127.0.0.1:{free_port()}",
        }
    )
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(600):
            assert process.poll() is None
            with suppress(httpx.TransportError):
                assert httpx.get(f"{url}/health").json() == {"status": "alive"}
                break
            threading.Event().wait(0.1)
        ready = httpx.get(f"{url}/ready", timeout=30)
    finally:
        process.send_signal(signal.SIGTERM)
        log, errors = process.communicate(timeout=60)

    assert ready.status_code == 503
    assert ready.json()["parts"] == {"temporal": "WorkflowsUnavailable", "store": "ok", "catalogue": "ok"}
    assert errors == b""
    assert "server" not in ready.headers
    assert b"Traceback" not in log


def test_a_missing_setting_is_one_clear_line(tmp_path: Path) -> None:
    process = start({"DATABASE_URL": f"sqlite:///{tmp_path}/catalogue.db"})

    _, errors = process.communicate(timeout=60)

    assert process.returncode == 1
    assert errors.decode().splitlines() == [
        "SettingInvalid: S3_ACCESS_KEY is not set; it is the object store's key."
    ]


def test_an_invalid_setting_is_one_clear_line(tmp_path: Path) -> None:
    process = start(
        {
            "DATABASE_URL": f"sqlite:///{tmp_path}/catalogue.db",
            "S3_ACCESS_KEY": "key",
            "S3_SECRET_KEY": "secret",
            "S3_ENDPOINT": f"127.0.0.1:{free_port()}",
            "API_PORT": "many",
        }
    )

    _, errors = process.communicate(timeout=60)

    assert process.returncode == 1
    assert errors.decode().splitlines() == [
        "SettingInvalid: API_PORT is 'many'; it must be a whole number above 0."
    ]


def test_without_accounts_only_this_machine_is_served(tmp_path: Path) -> None:
    database = tmp_path / "catalogue.db"
    process = start({"API_HOST": "0.0.0.0", "DATABASE_URL": f"sqlite:///{database}"})

    _, errors = process.communicate(timeout=60)

    assert process.returncode == 1
    assert errors.decode().splitlines() == [
        "SettingInvalid: API_HOST is '0.0.0.0', but without OIDC_ISSUER there is no authentication: "
        "set OIDC_ISSUER, or listen on 127.0.0.1."
    ]
    assert not database.exists()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_loopback_hosts_need_no_accounts(host: str) -> None:
    require_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "video.example", ""])
def test_every_other_host_needs_accounts(host: str) -> None:
    with pytest.raises(SettingInvalid, match="OIDC_ISSUER"):
        require_loopback(host)


def test_importing_the_module_reads_and_opens_nothing() -> None:
    imported = subprocess.run(
        [sys.executable, "-c", "import api.main, api.app"],
        cwd=ROOT,
        env={},
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert (imported.returncode, imported.stdout, imported.stderr) == (0, b"", b"")


def test_an_endless_request_head_is_refused(store_settings: StoreSettings, tmp_path: Path) -> None:
    environment = product_environment(store_settings, f"127.0.0.1:{free_port()}", tmp_path)
    with (
        running_api(environment, tmp_path / "api.log") as url,
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=60) as connection,
    ):
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: api\r\nX-Long: " + b"x" * 40_000)
        answer = connection.recv(65536)

    assert answer.startswith(b"HTTP/1.1 400 ")


def test_the_defaults_limit_rates_and_refuse_other_hosts(
    store_settings: StoreSettings, tmp_path: Path
) -> None:
    environment = product_environment(store_settings, f"127.0.0.1:{free_port()}", tmp_path)
    with running_api(environment, tmp_path / "api.log") as url, httpx.Client(base_url=url) as client:
        policies = {client.get("/nowhere").headers["ratelimit-policy"] for _ in range(3)}
        rebound = client.get("/tasks", headers={"Host": "evil.example"})

    assert (rebound.status_code, rebound.json()["code"]) == (421, "MisdirectedRequest")
    assert policies == {'"requests";q=10;w=1'}
