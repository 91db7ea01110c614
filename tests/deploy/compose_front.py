"""nginx of docker-compose.yml on this machine, with its files and variables, on free ports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import psutil

from tests.contract.http.front import fill, serving
from tests.deploy.compose_model import Service, environment
from tests.servers.ports import free_port

_TEMPLATES = PurePosixPath("/etc/nginx/templates")
_TLS = PurePosixPath("/etc/nginx/tls")
_CERTIFICATES = "/etc/nginx/certificates"


@dataclass(frozen=True)
class Front:
    """nginx's addresses: published (`url`), for other services (`inside_url`), HTTP only (`plain_url`)."""

    url: str
    inside_url: str
    plain_url: str
    process: psutil.Process

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


def configurations(service: Service, folder: Path, changes: Mapping[str, str]) -> dict[str, str]:
    """Texts of the files that the container would generate; files for TLS are copied to `folder`."""
    mounted = {PurePosixPath(volume["target"]): Path(volume["source"]) for volume in service["volumes"]}
    tls_path = folder / "tls"
    tls_path.mkdir(parents=True)
    for target, source in mounted.items():
        if target.parent == _TLS:
            text = source.read_text().replace(_CERTIFICATES, str(folder / "certificates"))
            (tls_path / target.name).write_text(text)
    values = {**environment(service), "TLS_INCLUDE": f"{tls_path}/*.conf", **changes}
    return {
        target.name.removesuffix(".conf.template"): fill(source.read_text(), values)
        for target, source in mounted.items()
        if target.parent == _TEMPLATES
    }


@contextmanager
def compose_front(service: Service, api_address: str, folder: Path, **changes: str) -> Iterator[Front]:
    """Run nginx; `changes` are variables set by the test."""
    published, inside, plain = free_port(), free_port(), free_port()
    tls = environment(service)["LISTEN"].endswith(" ssl")
    listen = f"127.0.0.1:{published}{' ssl' if tls else ''}"
    texts = configurations(service, folder, {**changes, "API_ADDRESS": api_address, "LISTEN": listen})
    texts["inside"] = texts["inside"].replace("listen 8000;", f"listen 127.0.0.1:{inside};")
    if tls:
        texts["to-tls"] = texts["to-tls"].replace("listen 8080;", f"listen 127.0.0.1:{plain};")
    inside_url = f"http://127.0.0.1:{inside}"
    with serving(texts, folder / "nginx", f"{inside_url}/alive") as process:
        yield Front(
            url=f"{'https' if tls else 'http'}://127.0.0.1:{published}",
            inside_url=inside_url,
            plain_url=f"http://127.0.0.1:{plain}",
            process=psutil.Process(process.pid),
        )
