"""API keys over HTTP: made once, shown once, good for what a user does and for nothing else."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.unit.api.access.test_access import OPEN, Door, door, issuer
from tests.unit.api.conftest import Stand
from tests.unit.api.forms import video

__all__ = ["door", "issuer"]  # fixtures


async def make(door: Door, caller: str = "owner", name: str = "camera 4") -> dict[str, Any]:
    async with door.client(door.token(caller)) as client:
        answer = await client.post("/api-keys", json={"name": name})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def keys_of(door: Door, caller: str) -> list[dict[str, Any]]:
    async with door.client(door.token(caller)) as client:
        return list((await client.get("/api-keys")).json()["keys"])


async def test_a_key_uploads_and_lists_its_owners_videos(door: Door) -> None:
    made = await make(door)

    async with door.client(made["key"]) as machine:
        sent = await machine.post("/video/upload", files={"file": ("a.mp4", video())})
        seen = await machine.get(f"/status/{OPEN}")

    assert (sent.status_code, seen.status_code) == (202, 200)
    assert door.stand.tasks.started[0].owner == "oidc:owner"


async def test_another_owners_key_sees_no_such_video(door: Door) -> None:
    made = await make(door, "another user")

    async with door.client(made["key"]) as machine:
        assert (await machine.get(f"/status/{OPEN}")).status_code == 404


async def test_the_key_is_shown_once(door: Door) -> None:
    made = await make(door)

    listed = await keys_of(door, "owner")

    assert made["key"].startswith(made["prefix"])
    assert [key["name"] for key in listed] == ["camera 4", "camera 3"]
    assert made["key"] not in str(listed)
    assert "key" not in listed[0]


async def test_the_list_shows_the_last_use_of_a_key(door: Door) -> None:
    async with door.client(door.key) as machine:
        await machine.get("/tasks")

    [key] = await keys_of(door, "owner")
    assert key["last_used_at"] > key["created_at"]


async def test_a_revoked_key_is_refused_from_then_on(door: Door) -> None:
    async with door.client(door.key) as machine, door.client(door.token("owner")) as person:
        before = await machine.get("/tasks")
        await person.delete(f"/api-keys/{door.key_id}")
        after = await machine.get("/tasks")

    assert before.status_code == 200
    assert (after.status_code, after.json()["code"]) == (401, "TokenRefused")
    [key] = await keys_of(door, "owner")
    assert key["revoked_at"] is not None


async def test_a_key_can_not_create_list_or_revoke_keys(door: Door) -> None:
    async with door.client(door.key) as machine:
        answers = [
            await machine.get("/api-keys"),
            await machine.post("/api-keys", json={"name": "another"}),
            await machine.delete(f"/api-keys/{door.key_id}"),
        ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert "token of your own" in answers[0].json()["detail"]


async def test_an_admins_key_has_the_role_user(door: Door) -> None:
    made = await make(door, "admin")

    async with door.client(made["key"]) as machine:
        answers = [await machine.get(path) for path in ("/doctor", "/metrics", f"/status/{OPEN}")]

    assert [answer.status_code for answer in answers] == [403, 403, 404]


async def test_a_user_sees_their_own_keys_and_an_admin_all(door: Door) -> None:
    await make(door, "another user", "camera 5")

    names = {caller: [key["name"] for key in await keys_of(door, caller)] for caller in ("owner", "admin")}

    assert names == {"owner": ["camera 3"], "admin": ["camera 5", "camera 3"]}


async def test_a_task_started_with_a_key_has_its_owners_plan(door: Door) -> None:
    premium = door.issuer.token("owner", "user", plan="premium")
    async with door.client(premium) as person, door.client(door.token("owner")) as no_plan:
        key = (await person.post("/api-keys", json={"name": "camera 6"})).json()["key"]
        for client in (person, no_plan):
            await client.post("/video/upload", files={"file": ("a.mp4", video())})
    async with door.client(key) as machine:
        await machine.post("/video/upload", files={"file": ("a.mp4", video())})

    assert [request.plan.value for request in door.stand.tasks.started] == ["premium", "standard", "premium"]
    rows = door.stand.services.catalogue.page("oidc:owner", limit=3).videos
    assert sorted(row.plan for row in rows) == ["premium", "premium", "standard"]


async def test_a_key_older_than_the_accounts_is_refused(door: Door) -> None:
    made = await door.stand.client.post("/api-keys", json={"name": "old"})

    async with door.client(made.json()["key"]) as machine:
        answer = await machine.get("/tasks")

    assert (answer.status_code, answer.json()["code"]) == (401, "TokenRefused")


@pytest.mark.parametrize("name", ["", "x" * 101, "line\nbreak", None, 7])
async def test_a_key_needs_a_valid_name(stand: Stand, name: object) -> None:
    answer = await stand.client.post("/api-keys", json={"name": name})

    assert (answer.status_code, answer.json()["code"]) == (422, "FormInvalid")


@pytest.mark.parametrize("token", ["vpk_", "vpk_" + "A" * 43, "vpk_" + "A" * 9_000])
async def test_a_made_up_key_is_refused(door: Door, token: str) -> None:
    async with door.client(token) as client:
        answer: httpx.Response = await client.get("/tasks")

    assert (answer.status_code, answer.json()["code"]) == (401, "TokenRefused")
