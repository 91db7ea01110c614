"""API keys over HTTP: creation, one display of the secret, revocation, limits of their role."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.unit.api.access.test_access import OPEN, ProtectedApi, issuer, protected
from tests.unit.api.conftest import Harness
from tests.unit.api.forms import video

__all__ = ["issuer", "protected"]  # fixtures


async def make(protected: ProtectedApi, caller: str = "owner", name: str = "camera 4") -> dict[str, Any]:
    async with protected.client(protected.token(caller)) as client:
        answer = await client.post("/api-keys", json={"name": name})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def keys_of(protected: ProtectedApi, caller: str) -> list[dict[str, Any]]:
    async with protected.client(protected.token(caller)) as client:
        return list((await client.get("/api-keys")).json()["keys"])


async def test_a_key_uploads_and_lists_its_owners_videos(protected: ProtectedApi) -> None:
    made = await make(protected)

    async with protected.client(made["key"]) as machine:
        sent = await machine.post("/video/upload", files={"file": ("a.mp4", video())})
        seen = await machine.get(f"/status/{OPEN}")

    assert (sent.status_code, seen.status_code) == (202, 200)
    assert protected.harness.tasks.started[0].owner == "oidc:owner"


async def test_another_owners_key_sees_no_such_video(protected: ProtectedApi) -> None:
    made = await make(protected, "another user")

    async with protected.client(made["key"]) as machine:
        assert (await machine.get(f"/status/{OPEN}")).status_code == 404


async def test_the_key_is_shown_once(protected: ProtectedApi) -> None:
    made = await make(protected)

    listed = await keys_of(protected, "owner")

    assert made["key"].startswith(made["prefix"])
    assert [key["name"] for key in listed] == ["camera 4", "camera 3"]
    assert made["key"] not in str(listed)
    assert "key" not in listed[0]


async def test_the_list_shows_the_last_use_of_a_key(protected: ProtectedApi) -> None:
    async with protected.client(protected.key) as machine:
        await machine.get("/tasks")

    [key] = await keys_of(protected, "owner")
    assert key["last_used_at"] > key["created_at"]


async def test_a_revoked_key_is_refused_from_then_on(protected: ProtectedApi) -> None:
    async with (
        protected.client(protected.key) as machine,
        protected.client(protected.token("owner")) as person,
    ):
        before = await machine.get("/tasks")
        await person.delete(f"/api-keys/{protected.key_id}")
        after = await machine.get("/tasks")

    assert before.status_code == 200
    assert (after.status_code, after.json()["code"]) == (401, "TokenRefused")
    [key] = await keys_of(protected, "owner")
    assert key["revoked_at"] is not None


async def test_a_key_can_not_create_list_or_revoke_keys(protected: ProtectedApi) -> None:
    async with protected.client(protected.key) as machine:
        answers = [
            await machine.get("/api-keys"),
            await machine.post("/api-keys", json={"name": "another"}),
            await machine.delete(f"/api-keys/{protected.key_id}"),
        ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert "does not accept API keys" in answers[0].json()["detail"]


async def test_an_admins_key_has_the_role_user(protected: ProtectedApi) -> None:
    made = await make(protected, "admin")

    async with protected.client(made["key"]) as machine:
        answers = [await machine.get(path) for path in ("/doctor", "/metrics", f"/status/{OPEN}")]

    assert [answer.status_code for answer in answers] == [403, 403, 404]


async def test_a_user_sees_their_own_keys_and_an_admin_all(protected: ProtectedApi) -> None:
    await make(protected, "another user", "camera 5")

    names = {
        caller: [key["name"] for key in await keys_of(protected, caller)] for caller in ("owner", "admin")
    }

    assert names == {"owner": ["camera 3"], "admin": ["camera 5", "camera 3"]}


async def test_a_task_started_with_a_key_has_its_owners_plan(protected: ProtectedApi) -> None:
    premium = protected.issuer.token("owner", "user", plan="premium")
    async with protected.client(premium) as person, protected.client(protected.token("owner")) as no_plan:
        key = (await person.post("/api-keys", json={"name": "camera 6"})).json()["key"]
        for client in (person, no_plan):
            await client.post("/video/upload", files={"file": ("a.mp4", video())})
    async with protected.client(key) as machine:
        await machine.post("/video/upload", files={"file": ("a.mp4", video())})

    assert [request.plan.value for request in protected.harness.tasks.started] == [
        "premium",
        "standard",
        "premium",
    ]
    rows = protected.harness.services.catalogue.page("oidc:owner", limit=3).videos
    assert sorted(row.plan for row in rows) == ["premium", "premium", "standard"]


async def test_a_key_older_than_the_accounts_is_refused(protected: ProtectedApi) -> None:
    made = await protected.harness.client.post("/api-keys", json={"name": "old"})

    async with protected.client(made.json()["key"]) as machine:
        answer = await machine.get("/tasks")

    assert (answer.status_code, answer.json()["code"]) == (401, "TokenRefused")


@pytest.mark.parametrize("name", ["", "x" * 101, "line\nbreak", None, 7])
async def test_a_key_needs_a_valid_name(harness: Harness, name: object) -> None:
    answer = await harness.client.post("/api-keys", json={"name": name})

    assert (answer.status_code, answer.json()["code"]) == (422, "FormInvalid")


@pytest.mark.parametrize("token", ["vpk_", "vpk_" + "A" * 43, "vpk_" + "A" * 9_000])
async def test_a_made_up_key_is_refused(protected: ProtectedApi, token: str) -> None:
    async with protected.client(token) as client:
        answer: httpx.Response = await client.get("/tasks")

    assert (answer.status_code, answer.json()["code"]) == (401, "TokenRefused")
