"""Accounts with a real Keycloak and the real API process, for people and machines."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from tests.contract.store.servers import s3_server
from tests.servers.keycloak import Keycloak, KeycloakAbsent, running_keycloak
from tests.servers.product_process import ROOT, product_environment, running_api
from tests.servers.temporal_server import temporal_server
from tests.unit.api.forms import video


@dataclass(frozen=True)
class Installation:
    url: str
    keycloak: Keycloak

    def ask(self, method: str, path: str, token: str = "", **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.request(method, f"{self.url}{path}", headers=headers, timeout=120, **more)

    def upload(self, token: str) -> str:
        answer = self.ask("POST", "/video/upload", token, files={"file": ("holiday.mp4", video())})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["task_id"])

    def listed(self, token: str) -> list[str]:
        answer = self.ask("GET", "/tasks", token)
        assert answer.status_code == 200, answer.text
        return [task["task_id"] for task in answer.json()["tasks"]]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("accounts")
    with ExitStack() as stack:
        try:
            keycloak = stack.enter_context(running_keycloak(folder / "keycloak.log"))
        except KeycloakAbsent as reason:
            pytest.skip(f"no Keycloak: {reason}")
        temporal = stack.enter_context(temporal_server(folder / "temporal.log"))
        store = replace(stack.enter_context(s3_server("versitygw", folder)), bucket="accounts")
        environment = {**product_environment(store, temporal, folder), "OIDC_ISSUER": keycloak.issuer}
        yield Installation(stack.enter_context(running_api(environment, folder / "api.log")), keycloak)


def test_each_user_sees_their_own_tasks_and_the_admin_all(installation: Installation) -> None:
    alice, bob, ada = (installation.keycloak.token(user) for user in ("alice", "bob", "ada"))

    task = installation.upload(alice)

    seen = {
        name: installation.ask("GET", f"/status/{task}", token)
        for name, token in (("alice", alice), ("bob", bob), ("ada", ada), ("nobody", ""))
    }
    assert {name: answer.status_code for name, answer in seen.items()} == {
        "alice": 200,
        "bob": 404,
        "ada": 200,
        "nobody": 401,
    }
    assert seen["alice"].json()["source"] == "temporal"
    assert seen["bob"].json()["code"] == "TaskUnknown"
    assert installation.ask("POST", f"/video/{task}/cancel", bob).status_code == 404
    assert task in installation.listed(alice)
    assert task not in installation.listed(bob)
    assert task in installation.listed(ada)
    assert installation.ask("POST", f"/video/{task}/cancel", alice).status_code == 202


def test_a_token_of_keycloak_for_another_product_is_refused(installation: Installation) -> None:
    stranger = installation.keycloak.token("alice", client="another-product")

    answer = installation.ask("GET", "/tasks", stranger)

    assert (answer.status_code, answer.json()["code"]) == (401, "TokenRefused")
    assert "not meant for 'video-pipeline'" in answer.json()["detail"]


def test_only_the_admin_may_see_the_diagnostics_of_the_installation(installation: Installation) -> None:
    statuses = {
        user: installation.ask("GET", "/metrics", installation.keycloak.token(user)).status_code
        for user in ("alice", "ada")
    }

    assert statuses == {"alice": 403, "ada": 200}
    assert installation.ask("GET", "/ready").status_code == 200


def test_a_machine_works_with_a_key_until_its_owner_revokes_it(installation: Installation) -> None:
    bob = installation.keycloak.token("bob")
    made = installation.ask("POST", "/api-keys", bob, json={"name": "camera 3"}).json()

    task = installation.upload(made["key"])
    assert task in installation.listed(bob)
    assert installation.ask("DELETE", f"/api-keys/{made['id']}", bob).status_code == 204

    assert installation.ask("GET", f"/status/{task}", made["key"]).status_code == 401
    assert installation.ask("GET", f"/status/{task}", bob).status_code == 200


def test_the_command_line_sends_a_token(installation: Installation) -> None:
    task = installation.upload(installation.keycloak.token("alice"))

    said = {user: command(installation, installation.keycloak.token(user)) for user in ("alice", "bob")}
    nobody = command(installation, "")

    assert task in said["alice"].stdout
    assert task not in said["bob"].stdout
    assert nobody.returncode == 2
    assert "VIDEO_PIPELINE_TOKEN" in nobody.stderr


def command(installation: Installation, token: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli.main", "list"],
        env={"VIDEO_PIPELINE_API": installation.url, "VIDEO_PIPELINE_TOKEN": token, "PATH": "/usr/bin:/bin"},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
