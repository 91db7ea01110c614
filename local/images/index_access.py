"""Access to this machine's package index, as build secrets that stay out of every layer."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_INDEXES = (
    *("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST"),
    *("UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX", "UV_INSECURE_HOST"),
)
_BUNDLES = ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE")


@dataclass(frozen=True)
class IndexAccess:
    """Build secrets: files by the names in the Dockerfiles. `hosts` must not occur in an image."""

    secrets: Mapping[str, Path]
    hosts: frozenset[str]


def index_access(folder_path: Path, env: Mapping[str, str] = os.environ) -> IndexAccess:
    """Write the secrets into a folder that only its owner can read."""
    folder_path.mkdir(mode=0o700)
    variables = {name: env[name] for name in (*_PROXIES, *_INDEXES) if env.get(name)}
    variables_path, certificates_path = folder_path / "index.env", folder_path / "ca.crt"
    variables_path.write_text("".join(f"{name}={shlex.quote(value)}\n" for name, value in variables.items()))
    bundles = [Path(env[name]) for name in _BUNDLES if env.get(name)]
    certificates_path.write_bytes(next((path.read_bytes() for path in bundles if path.is_file()), b""))
    hosts = {
        host
        for name, value in variables.items()
        if name.lower() != "no_proxy"
        for host in re.findall(r"//(?:[^/@\s]*@)?([^/:\s]+)", value)
    }
    return IndexAccess(
        {"index.env": variables_path, "ca.crt": certificates_path},
        frozenset(hosts),
    )
