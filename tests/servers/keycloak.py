"""Real Keycloak, from its Maven artifact, with the realm that the product ships."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from filelock import FileLock

from tests.servers.ports import free_ports

VERSION = "26.4.0"
ARTIFACT = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".tools"
REALM = ROOT / "deploy" / "keycloak" / "video-realm.json"
# A client whose tokens are not meant for the product: their `aud` is `account`.
OTHER_CLIENT = {
    "clientId": "another-product",
    "enabled": True,
    "publicClient": True,
    "directAccessGrantsEnabled": True,
}


class KeycloakAbsent(Exception):
    """Keycloak can't run on this machine; the message has the reason."""


@dataclass(frozen=True)
class Keycloak:
    issuer: str

    def token(self, user: str, client: str = "video-pipeline-cli") -> str:
        answer = httpx.post(
            f"{self.issuer}/protocol/openid-connect/token",
            data={
                "grant_type": "password",
                "client_id": client,
                "username": user,
                "password": f"{user}-for-development",
            },
            timeout=60,
            trust_env=False,
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])


@contextmanager
def running_keycloak(log_path: Path) -> Iterator[Keycloak]:
    """Runs Keycloak on free ports, with a database in memory. Raises `KeycloakAbsent`."""
    java = shutil.which("java")
    if java is None:
        raise KeycloakAbsent("there is no Java to run it")
    TOOLS.mkdir(exist_ok=True)
    # Two servers of one installation would write the same files while they start.
    with FileLock(TOOLS / "keycloak.lock"):
        home = _installed()
        _offer_realm(home)
        port, management_port = free_ports(2)
        command = [
            *("bash", str(home / "bin" / "kc.sh"), "start", "--optimized", "--import-realm"),
            *("--cache", "local", "--http-enabled", "true", "--hostname-strict", "false"),
            *("--http-host", "127.0.0.1", "--http-port", str(port)),
            *("--http-management-port", str(management_port)),
        ]
        with log_path.open("wb") as log:
            server = subprocess.Popen(
                command,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=home,
                start_new_session=True,
            )
        try:
            keycloak = Keycloak(f"http://127.0.0.1:{port}/realms/video")
            _wait_for(keycloak, server, log_path)
            yield keycloak
        finally:
            # The shell of `kc.sh` stays in front of Java and does not pass signals on.
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _installed() -> Path:
    home = TOOLS / f"keycloak-{VERSION}"
    if home.is_dir():
        return home
    maven = shutil.which("mvn")
    if maven is None:
        raise KeycloakAbsent("it was never downloaded, and there is no Maven to do that")
    unfinished = TOOLS / "keycloak.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    fetch = [maven, "-q", "-B", COPY, f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={unfinished}"]
    try:
        done = subprocess.run(
            fetch, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise KeycloakAbsent("Maven did not download it within two minutes") from error
    if done.returncode != 0:
        raise KeycloakAbsent(f"Maven can't download it: {done.stdout.strip()[-300:]}")
    [archive] = unfinished.glob("*.zip")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(unfinished)
    unpacked = unfinished / f"keycloak-{VERSION}"
    # Built once, not at each start as by `start-dev`.
    subprocess.run(
        ["bash", str(unpacked / "bin" / "kc.sh"), "build", "--db", "dev-mem"],
        env=_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=600,
        check=True,
    )
    unpacked.rename(home)
    shutil.rmtree(unfinished)
    return home


def _environment() -> dict[str, str]:
    # It runs for a minute: optimizing compilation would take longer than it saves.
    return {
        **os.environ,
        "JAVA_OPTS_KC_HEAP": "-Xms64m -Xmx512m",
        "JAVA_OPTS_APPEND": "-XX:TieredStopAtLevel=1",
    }


def _offer_realm(home: Path) -> None:
    realm = json.loads(REALM.read_text())
    realm["clients"].append(OTHER_CLIENT)
    offered = home / "data" / "import"
    offered.mkdir(parents=True, exist_ok=True)
    (offered / "video-realm.json").write_text(json.dumps(realm))


def _wait_for(keycloak: Keycloak, server: subprocess.Popen[bytes], log_path: Path) -> None:
    deadline_s = time.monotonic() + 600
    while True:
        assert server.poll() is None, log_path.read_text()[-3000:]
        assert time.monotonic() < deadline_s, log_path.read_text()[-3000:]
        try:
            answer = httpx.get(
                f"{keycloak.issuer}/.well-known/openid-configuration", timeout=30, trust_env=False
            )
        except httpx.TransportError:
            time.sleep(0.5)
            continue
        if answer.status_code == 200:
            return
        time.sleep(0.5)
