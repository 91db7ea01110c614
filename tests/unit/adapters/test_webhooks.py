"""Webhooks: allowed and forbidden addresses, delivery and TLS, against real servers."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from adapters.webhooks import Address, WebhookSender, read_webhooks
from domain.errors import SettingInvalid, WebhookForbidden, WebhookUndelivered
from tests.servers.issuer import new_key
from tests.servers.temporal_server import free_port
from tests.unit.cli.fake_server import Reply, Server

HERE = ip_address("127.0.0.1")


@pytest.fixture
def server() -> Iterator[Server]:
    yield from Server().run()


def at(*addresses: str):
    """Lookup that returns these answers one after the other, then the last one for ever."""
    left = [ip_address(address) for address in addresses]

    def lookup(_host: str, _port: int) -> list[Address]:
        return [left.pop(0) if len(left) > 1 else left[0]]

    return lookup


def port_of(server: Server) -> int:
    return int(server.url.rpartition(":")[2])


def test_a_webhook_arrives_as_it_was_signed(server: Server) -> None:
    server.answer = lambda _: Reply(204)
    sender = WebhookSender(allow_private=True, lookup=at("127.0.0.1"))

    sender.post(f"http://hook.example:{port_of(server)}/a?b=c", {"webhook-id": "1"}, b'{"x":1}')

    [request] = server.requests
    assert (request.method, request.path, request.body) == ("POST", "/a?b=c", b'{"x":1}')
    assert request.headers["webhook-id"] == "1"
    assert request.headers["host"] == f"hook.example:{port_of(server)}"


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
def test_the_installations_own_network_is_not_called(server: Server, address: str) -> None:
    with pytest.raises(WebhookForbidden, match=r"hook\.example resolves to a private"):
        WebhookSender(lookup=at(address)).post(f"http://hook.example:{port_of(server)}/", {}, b"")
    assert server.requests == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "[::1]"])
def test_no_spelling_of_the_local_address_is_called(server: Server, host: str) -> None:
    with pytest.raises((WebhookForbidden, WebhookUndelivered)):
        WebhookSender().post(f"http://{host}:{port_of(server)}/", {}, b"")
    assert server.requests == []


def test_one_private_address_among_public_ones_is_enough_to_refuse(server: Server) -> None:
    both = [ip_address("93.184.216.34"), HERE]
    with pytest.raises(WebhookForbidden):
        WebhookSender(lookup=lambda _host, _port: both).post("https://hook.example/", {}, b"")


def test_a_name_that_changes_after_it_was_judged_is_not_looked_up_again(server: Server) -> None:
    server.answer = lambda _: Reply(200)
    asked: list[str] = []

    def lookup(host: str, _port: int) -> list[Address]:
        asked.append(host)
        return [HERE if len(asked) == 1 else ip_address("192.0.2.1")]

    WebhookSender(allow_private=True, lookup=lookup).post(f"http://hook.example:{port_of(server)}/", {}, b"")

    assert asked == ["hook.example"]
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [301, 307, 400, 404, 410, 429, 500, 503])
def test_whatever_is_not_taken_is_tried_again_and_no_redirect_is_followed(
    server: Server, status: int
) -> None:
    server.answer = lambda _: Reply(status, headers={"Location": f"{server.url}/elsewhere"})

    with pytest.raises(WebhookUndelivered, match=str(status)):
        WebhookSender(allow_private=True).post(f"{server.url}/", {}, b"")
    assert [request.path for request in server.requests] == ["/"]


def test_a_server_that_disconnects_or_is_unreachable_is_undelivered(server: Server) -> None:
    server.answer = lambda _: None
    sender = WebhookSender(allow_private=True)

    for url in (server.url, f"http://127.0.0.1:{free_port()}", "http://no-such-host.invalid"):
        with pytest.raises(WebhookUndelivered):
            sender.post(url, {}, b"")


@pytest.fixture
def tls_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Port of a server with a trusted certificate for hook.example."""
    key, name = new_key(), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hook.example")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hook.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(Encoding.PEM)
    (tmp_path / "trusted.pem").write_bytes(pem)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "server.pem").write_bytes(private + pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem")
    http = HTTPServer(("127.0.0.1", 0), Handler)
    http.socket = context.wrap_socket(http.socket, server_side=True)
    thread = threading.Thread(target=http.serve_forever)
    thread.start()
    yield http.server_address[1]
    http.shutdown()
    thread.join()
    http.server_close()


def test_over_tls_the_certificate_must_be_for_the_name_not_the_address(tls_port: int) -> None:
    sender = WebhookSender(allow_private=True, lookup=at("127.0.0.1"))

    sender.post(f"https://hook.example:{tls_port}/", {}, b"{}")

    with pytest.raises(WebhookUndelivered, match=r"doesn't match|mismatch"):
        sender.post(f"https://other.example:{tls_port}/", {}, b"{}")


def test_an_untrusted_certificate_is_refused(tls_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")

    with pytest.raises(WebhookUndelivered, match=r"self.signed"):
        WebhookSender(allow_private=True, lookup=at("127.0.0.1")).post(
            f"https://hook.example:{tls_port}/", {}, b"{}"
        )


def test_a_short_secret_is_refused() -> None:
    assert read_webhooks({}).secret == ""
    with pytest.raises(SettingInvalid, match="WEBHOOK_SECRET"):
        read_webhooks({"WEBHOOK_SECRET": "short"})
    with pytest.raises(SettingInvalid, match="WEBHOOK_ALLOW_PRIVATE"):
        read_webhooks({"WEBHOOK_ALLOW_PRIVATE": "yes"})
