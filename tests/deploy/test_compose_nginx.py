"""The real nginx with docker-compose.yml's settings: limits, slow senders, TLS, internal routes."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.contract.http.front import NGINX, arguments, arrange
from tests.deploy.compose_front import compose_front, configurations
from tests.deploy.compose_model import Installation, Service, environment, seconds
from tests.servers.ports import free_port
from tests.servers.product_process import running_api
from tests.unit.api.forms import HEADERS


@dataclass(frozen=True)
class Api:
    address: str


@pytest.fixture(scope="module")
def api(services: dict[str, Service], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The real API with the settings of docker-compose.yml; Temporal and the store don't run."""
    folder = tmp_path_factory.mktemp("api")
    nowhere = {"TEMPORAL_ADDRESS": f"127.0.0.1:{free_port()}", "S3_ENDPOINT": f"127.0.0.1:{free_port()}"}
    settings = {
        **environment(services["api"]),
        **nowhere,
        "DATABASE_URL": f"sqlite:///{folder}/catalogue.db",
        "RATE_LIMIT": "0",
        "UPLOAD_RATE_LIMIT": "0",
    }
    with running_api(settings, folder / "api.log") as url:
        yield Api(url.removeprefix("http://"))


@pytest.fixture
def no_api() -> str:
    """An address without an API: nginx answers at once, and still counts the request."""
    return f"127.0.0.1:{free_port()}"


@pytest.mark.parametrize("overrides", [[], ["tls.yml"]])
def test_nginx_accepts_the_files(product: Installation, tmp_path: Path, overrides: list[str]) -> None:
    certificate(tmp_path / "certificates")
    service = product.services(*overrides)["nginx"]
    arrange(configurations(service, tmp_path, {}), tmp_path / "nginx")
    assert NGINX is not None, "nginx is not installed: `make test-tools` does it"

    tried = subprocess.run(
        [NGINX, "-t", *arguments(tmp_path / "nginx")], capture_output=True, text=True, check=False
    )

    assert tried.returncode == 0, tried.stderr
    assert "${" not in "".join(path.read_text() for path in (tmp_path / "nginx/conf.d").iterdir())


def test_the_limits_are_ten_requests_and_two_uploads_a_second(services: dict[str, Service]) -> None:
    settings = environment(services["nginx"])

    assert (settings["REQUEST_RATE"], settings["UPLOAD_RATE"]) == ("10r/s", "2r/s")
    assert seconds(settings["CLIENT_TIMEOUT"]) <= 15


@pytest.mark.parametrize(
    ("method", "path", "at_once"),
    [("GET", "/health", 21), ("POST", "/video/upload", 5)],
    ids=["ask", "upload"],
)
def test_a_flood_of_requests_is_rate_limited(
    services: dict[str, Service], no_api: str, tmp_path: Path, method: str, path: str, at_once: int
) -> None:
    passed = 0
    with (
        compose_front(services["nginx"], no_api, tmp_path) as front,
        httpx.Client(timeout=120) as client,
    ):
        end_s = time.monotonic() + 300
        while (answer := client.request(method, front.url + path)).status_code != 429:
            assert answer.status_code == 503
            assert time.monotonic() < end_s, "nothing was refused"
            passed += 1

    assert passed >= at_once
    assert answer.json()["code"] == "RateExceeded"


def test_slow_senders_of_a_head_and_of_a_body_are_closed_by_the_server(
    services: dict[str, Service], api: Api, tmp_path: Path
) -> None:
    kind = f"Content-Type: {HEADERS['Content-Type']}"
    beginnings = [
        b"GET /health HTTP/1.1\r\nHost: front\r\nX-Slow: ",
        f"POST /video/upload HTTP/1.1\r\nHost: front\r\n{kind}\r\nContent-Length: 50000000\r\n\r\n".encode(),
    ]
    with compose_front(services["nginx"], api.address, tmp_path) as front:
        connections = [socket.create_connection(("127.0.0.1", front.port), timeout=300) for _ in beginnings]
        for connection, beginning in zip(connections, beginnings, strict=True):
            connection.sendall(beginning)

        answers = [read_to_the_end(connection) for connection in connections]

    assert all(b" 200 " not in answer and b" 202 " not in answer for answer in answers)


def test_metrics_are_for_the_other_services_only(
    services: dict[str, Service], api: Api, tmp_path: Path
) -> None:
    with (
        compose_front(services["nginx"], api.address, tmp_path) as front,
        httpx.Client(timeout=120) as client,
    ):
        outside = client.get(f"{front.url}/metrics")
        inside = client.get(f"{front.inside_url}/metrics")
        other = client.get(f"{front.inside_url}/health")
        alive = client.get(f"{front.inside_url}/alive")

    assert outside.status_code == 404
    assert (inside.status_code, "# TYPE" in inside.text) == (200, True)
    # The internal port serves only metrics.
    assert (other.status_code, alive.status_code) == (404, 204)


def test_with_a_certificate_it_serves_tls_and_redirects_plain_http(
    product: Installation, api: Api, tmp_path: Path
) -> None:
    trusted = ssl.create_default_context(cafile=str(certificate(tmp_path / "certificates")))
    service = product.services("tls.yml")["nginx"]

    with compose_front(service, api.address, tmp_path) as front:
        answer = httpx.get(f"{front.url}/health", verify=trusted, timeout=120)
        plain = httpx.get(f"{front.plain_url}/status/a?b=c", timeout=120)

    assert answer.status_code == 200
    assert (plain.status_code, plain.headers["location"]) == (308, "https://127.0.0.1/status/a?b=c")
    assert environment(product.services("tls.yml")["api"])["HSTS"] == "true"


def read_to_the_end(connection: socket.socket) -> bytes:
    """All bytes until the other side closes; fails by the socket's time-out if it never does."""
    answer = b""
    with connection:
        try:
            while piece := connection.recv(65536):
                answer += piece
        except ConnectionResetError:
            pass
    return answer


def certificate(folder: Path) -> Path:
    """Make a self-signed certificate for this machine, with its key beside it."""
    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "video-pipeline.example")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path
