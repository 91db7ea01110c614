"""Real nginx with the configuration that the product ships, in front of an API on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from string import Template

from local.programs import answers
from tests.servers.ports import free_port
from tests.servers.product_process import ROOT

TEMPLATE = ROOT / "deploy/nginx/video-pipeline.conf.template"
# Debian puts it where the PATH of a user does not look.
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")

_VALUES = {
    "TLS_INCLUDE": "/nonexistent/*.conf",
    "REQUEST_RATE": "1000r/s",
    "UPLOAD_RATE": "1000r/s",
    "CONNECTIONS_EACH": "100",
    "CLIENT_TIMEOUT": "60s",
    "MAX_BODY_SIZE": "100m",
}
_MAIN = """\
daemon off;
$user
pid $folder/nginx.pid;
error_log $folder/error.log;
events {}
http {
    access_log off;
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    include $folder/conf.d/*.conf;
}
"""


@contextmanager
def nginx(api_url: str, folder: Path, **values: str) -> Iterator[str]:
    """The address of an nginx in front of `api_url`; `values` are the template's variables."""
    port = free_port()
    filled = {
        **_VALUES,
        **values,
        "API_ADDRESS": api_url.removeprefix("http://"),
        "LISTEN": f"127.0.0.1:{port}",
    }
    url = f"http://127.0.0.1:{port}"
    with serving({"video-pipeline": fill(TEMPLATE.read_text(), filled)}, folder, f"{url}/metrics"):
        yield url


def fill(template: str, values: Mapping[str, str]) -> str:
    """Fills a template as the official image does: replaces only the given variables."""
    for name, value in values.items():
        template = template.replace(f"${{{name}}}", value)
    return template


@contextmanager
def serving(
    configurations: Mapping[str, str], folder: Path, asked_url: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs nginx with these files in its `http` block; yields once it answers at `asked_url`."""
    assert NGINX is not None
    arrange(configurations, folder)
    log_path = folder / "stderr.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen([NGINX, *arguments(folder)], stdin=subprocess.DEVNULL, stderr=log)
    try:
        _wait_for(asked_url, process, folder)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


def arrange(configurations: Mapping[str, str], folder: Path) -> None:
    """Writes the configuration into a new folder."""
    (folder / "conf.d").mkdir(parents=True)
    for name, text in configurations.items():
        (folder / "conf.d" / f"{name}.conf").write_text(text)
    user = "user root;" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(Template(_MAIN).substitute(folder=folder, user=user))


def arguments(folder: Path) -> tuple[str, ...]:
    return ("-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log"))


def _wait_for(url: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline_s = time.monotonic() + 60
    while not answers(url, refusal_counts=True):
        assert process.poll() is None, (folder / "stderr.log").read_text()
        assert time.monotonic() < deadline_s, "nginx did not answer in a minute"
        time.sleep(0.1)
