"""Access to every route for every kind of caller, and the visibility of other owners' videos."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from io import BytesIO

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount

from adapters.accounts import IssuerKeys, OidcSettings, OidcTokens
from adapters.catalogue import NewVideo
from api.access.accounts import OidcAccounts
from api.access.rules import USERS, only_for, require_access_rules
from api.app import create_app
from api.http.clock import now_us
from api.settings import HttpSettings
from domain.accounts.identity import Plan
from domain.accounts.quotas import DAY_US
from domain.errors import IssuerUnavailable
from domain.messages.stages import RecordInput
from domain.tasks.state import LiveState, TaskOutcome, TaskState, TaskStatus
from tests.contract.catalogue.videos import resumable_upload
from tests.servers.issuer import Issuer, running_issuer
from tests.servers.temporal_server import free_port
from tests.unit.api.conftest import Harness
from tests.unit.api.forms import video
from tests.unit.api.library.library_server import send
from tests.unit.api.uploads.tus.requests import CHUNK, TUS

OPEN, DONE = "task-" + "a" * 32, "task-" + "b" * 32
CALLERS = ("nobody", "another user", "wrong audience", "expired", "owner", "admin")

# Statuses in the order of CALLERS. A route that is missing here fails the test: add it.
ALL = (200, 200, 200, 200, 200, 200)
USER = (401, 200, 401, 401, 200, 200)
ADMIN = (401, 403, 401, 401, 403, 200)
TABLE = {
    "POST /video/upload": (401, 202, 401, 401, 202, 202),
    "OPTIONS /files": (204, 204, 204, 204, 204, 204),
    "POST /files": (401, 201, 401, 401, 201, 201),
    # Only the owner continues an upload, not even an admin.
    "HEAD /files/{upload_id}": (401, 404, 401, 401, 200, 404),
    "PATCH /files/{upload_id}": (401, 404, 401, 401, 204, 404),
    "DELETE /files/{upload_id}": (401, 404, 401, 401, 204, 404),
    "GET /status/{task_id}": (401, 404, 401, 401, 200, 200),
    "GET /tasks": USER,
    "GET /api/tasks/{task_id}/events": (401, 404, 401, 401, 200, 200),
    "POST /video/{task_id}/cancel": (401, 404, 401, 401, 202, 202),
    "POST /video/{task_id}/retry/{stage}": (401, 404, 401, 401, 202, 202),
    "GET /video/{task_id}/files/{name}": (401, 404, 401, 401, 200, 200),
    "HEAD /video/{task_id}/files/{name}": (401, 404, 401, 401, 200, 200),
    "POST /api/process-video/": (401, 202, 401, 401, 202, 202),
    "GET /api/videos/": USER,
    "GET /api/videos/{video_id}": (401, 404, 401, 401, 200, 200),
    "PATCH /api/videos/{video_id}": (401, 404, 401, 401, 200, 200),
    # The owner has deleted it before the admin tries.
    "DELETE /api/videos/{video_id}": (401, 404, 401, 401, 204, 404),
    "GET /api/stream/{video_id}": (401, 404, 401, 401, 200, 200),
    "HEAD /api/stream/{video_id}": (401, 404, 401, 401, 200, 200),
    # The page has no data; its API calls have their own rows.
    "GET /watch/{video_id}": ALL,
    "GET /player/{version}/{file}": ALL,
    "GET /api/health": ALL,
    "GET /api-keys": USER,
    "POST /api-keys": (401, 201, 401, 401, 201, 201),
    "DELETE /api-keys/{key_id}": (401, 404, 401, 401, 204, 204),
    "GET /webhook-key": USER,
    "GET /health": ALL,
    "GET /ready": ALL,
    "GET /doctor": ADMIN,
    "GET /metrics": ADMIN,
    "GET /": (401, 307, 401, 401, 307, 307),
    "GET /openapi.json": USER,
    "GET /docs": USER,
    "GET /docs/start.js": USER,
    "GET /docs/{asset}": USER,
}
PLACES = {
    "{version}": "1",
    "{file}": "player.js",
    "{name}": "final.mp4",
    "{stage}": "merger",
    "{asset}": "favicon.png",
    "{video_id}": DONE[-3:],
}


@dataclass
class ProtectedApi:
    """The API with accounts, and with a video of the caller `owner`."""

    harness: Harness
    issuer: Issuer
    key_id: str = ""
    key: str = ""
    upload_id: str = ""

    def app(self, settings: HttpSettings = HttpSettings()):  # noqa: B008  # frozen
        tokens = OidcTokens(OidcSettings(self.issuer.url), IssuerKeys(self.issuer.url))
        accounts = OidcAccounts(tokens, self.harness.services.api_keys)
        return create_app(
            replace(self.harness.services, accounts=accounts, webhook_secret="s" * 32), settings
        )

    def token(self, caller: str) -> str:
        return {
            "nobody": "",
            "another user": self.issuer.token("other", "user"),
            "wrong audience": self.issuer.token("owner", "user", "admin", aud=["account"]),
            "expired": self.issuer.token("owner", "user", "admin", exp=1_700_000_000),
            "owner": self.issuer.token("owner", "user"),
            "admin": self.issuer.token("somebody else", "admin"),
        }[caller]

    def client(self, token: str, settings: HttpSettings = HttpSettings()) -> httpx.AsyncClient:  # noqa: B008
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app(settings), raise_app_exceptions=False),
            base_url="http://api",
            headers={"Authorization": f"Bearer {token}"} if token else {},
        )


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with running_issuer() as issuer:
        yield issuer


@pytest.fixture
async def protected(harness: Harness, issuer: Issuer) -> AsyncIterator[ProtectedApi]:
    final = harness.services.store.put_stream(BytesIO(video()), "videos/transcoded/v/final.mp4", "video/mp4")
    for task_id in (OPEN, DONE):
        harness.services.catalogue.add(
            NewVideo(task_id[-3:], task_id, "oidc:owner", "a.mp4", final, 1_700_000_000_000_000)
        )
    outcome = TaskOutcome(final.key, files={"final.mp4": final.key})
    ended = TaskState(DONE, TaskStatus.COMPLETED, 1_700_000_100_000_000, outcome=outcome)
    harness.services.catalogue.record(RecordInput("bbb", ended))
    made = harness.services.api_keys.make("oidc:owner", "camera 3", Plan.PREMIUM, 1_700_000_000_000_000)
    upload = resumable_upload("u" * 32, owner="oidc:owner", length_bytes=10_000, expires_us=now_us() + DAY_US)
    harness.services.catalogue.uploads.add(upload)
    yield ProtectedApi(harness, issuer, made.row.id, made.secret, upload.id)


def routes(protected: ProtectedApi) -> list[str]:
    return [
        f"{method} {context.path}"
        for context in iter_route_contexts(protected.app().routes)
        for method in context.methods or ()
    ]


async def test_every_route_is_in_the_table(protected: ProtectedApi) -> None:
    assert sorted(set(routes(protected))) == sorted(TABLE)


@pytest.mark.parametrize("route", TABLE)
async def test_each_route_answers_each_caller_as_the_table_says(protected: ProtectedApi, route: str) -> None:
    answers = {caller: await ask(protected, route, protected.token(caller)) for caller in CALLERS}

    assert tuple(answer.status_code for answer in answers.values()) == TABLE[route]
    for caller, answer in answers.items():
        challenge = answer.headers.get("www-authenticate", "")
        assert challenge.startswith("Bearer realm=") == (answer.status_code in (401, 403)), caller


async def test_a_caller_without_a_role_can_use_public_routes_only(protected: ProtectedApi) -> None:
    token = protected.issuer.token("owner", "offline_access")

    answers = {route: await ask(protected, route, token) for route, row in TABLE.items() if row[0] == 401}

    assert {answer.status_code for answer in answers.values()} == {403}
    assert 'error="insufficient_scope"' in answers["GET /tasks"].headers["www-authenticate"]
    assert protected.harness.tasks.calls == protected.harness.tasks.started == []


async def test_a_refused_request_changes_nothing(protected: ProtectedApi) -> None:
    for caller in ("nobody", "another user", "wrong audience", "expired"):
        for route in ("POST /video/{task_id}/cancel", "POST /video/{task_id}/retry/{stage}"):
            await ask(protected, route, protected.token(caller))
        await ask(protected, "DELETE /api-keys/{key_id}", protected.token(caller))
    await ask(protected, "POST /video/upload", protected.token("expired"))
    await ask(protected, "POST /api-keys", protected.token("expired"))

    assert protected.harness.tasks.calls == protected.harness.tasks.started == []
    assert [(row.name, row.revoked_us) for row in protected.harness.services.api_keys.of(None)] == [
        ("camera 3", None)
    ]


async def ask(protected: ProtectedApi, route: str, token: str) -> httpx.Response:
    method, path = route.split()
    places = {
        **PLACES,
        "{task_id}": DONE if path.endswith(("/{name}", "/events")) else OPEN,
        "{key_id}": protected.key_id,
        "{upload_id}": protected.upload_id,
    }
    for name, value in places.items():
        path = path.replace(name, value)
    async with protected.client(token) as client:
        if route == "POST /video/upload":
            return await client.post(path, files={"file": ("a.mp4", video())})
        if path == "/api/process-video/":
            return await send(client)
        if path.startswith("/files"):
            headers = {"Upload-Offset": "0", **({"Upload-Length": "10000"} if method == "POST" else {})}
            if method == "PATCH":
                return await client.patch(path, content=b"", headers={**CHUNK, **headers})
            return await client.request(method, path, headers={**TUS, **headers})
        message = {"POST": {"name": "camera 4"}, "PATCH": {"filename": "b.mp4"}}.get(method)
        return await client.request(method, path, json=message)


async def test_a_route_without_an_access_rule_refuses_everybody(protected: ProtectedApi) -> None:
    app = protected.app()

    @app.get("/forgotten")
    async def forgotten() -> str:
        raise AssertionError("it was reached")

    transport = httpx.ASGITransport(app)
    headers = {"Authorization": f"Bearer {protected.token('admin')}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://api", headers=headers) as client:
        answer = await client.get("/forgotten")

    assert (answer.status_code, answer.json()["code"]) == (403, "RoleMissing")


async def test_a_route_without_an_access_rule_refuses_everybody_without_accounts_too(
    harness: Harness,
) -> None:
    app = create_app(harness.services)

    @app.get("/forgotten")
    async def forgotten() -> str:
        raise AssertionError("it was reached")

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api") as client:
        assert (await client.get("/forgotten")).status_code == 403


async def test_an_app_with_routes_outside_the_access_rules_is_not_built(harness: Harness) -> None:
    app = create_app(harness.services)
    app.router.routes.append(Mount("/files", Starlette()))
    app.add_route("/bare", only_for(USERS)(lambda _: PlainTextResponse("")))

    with pytest.raises(TypeError, match="'/files', '/bare'"):
        require_access_rules(app)


async def test_a_refused_upload_is_read_to_its_end_so_that_its_sender_receives_the_reason(
    protected: ProtectedApi,
) -> None:
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(20):
            read += 1_000_000
            yield bytes(1_000_000)

    async with protected.client("") as client:
        answer = await client.post("/video/upload", content=body())

    assert (answer.status_code, read) == (401, 20_000_000)


async def test_a_refused_sender_who_disconnects_causes_no_error(protected: ProtectedApi) -> None:
    scope = {
        **{"type": "http", "method": "POST", "path": "/video/upload", "query_string": b"", "headers": []},
        **{"http_version": "1.1", "scheme": "http", "client": ("192.0.2.1", 1), "server": ("api", 80)},
    }
    sent = []

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    await protected.app()(scope, receive, send)

    assert sent[0]["status"] == 401


@pytest.mark.parametrize("authorization", ["Basic dXNlcjpwYXNz", "Bearer", "Bearer ", "", "bearer  "])
async def test_other_authorization_schemes_count_as_no_token(
    protected: ProtectedApi, authorization: str
) -> None:
    async with protected.client("") as client:
        answer = await client.get("/tasks", headers={"Authorization": authorization})

    assert (answer.status_code, answer.json()["code"]) == (401, "TokenMissing")
    assert answer.headers["www-authenticate"] == 'Bearer realm="video-pipeline"'


async def test_the_response_to_an_invalid_token_says_what_is_wrong(protected: ProtectedApi) -> None:
    async with protected.client(protected.token("expired")) as client:
        answer = await client.get("/tasks")

    assert (answer.status_code, answer.json()["code"]) == (401, "TokenRefused")
    assert answer.json()["detail"] == "The token has expired: get a new one."
    assert answer.headers["www-authenticate"] == 'Bearer realm="video-pipeline", error="invalid_token"'


async def test_the_list_shows_a_user_their_own_tasks_and_an_admin_all(protected: ProtectedApi) -> None:
    listed = {}
    for caller in ("another user", "owner", "admin"):
        async with protected.client(protected.token(caller)) as client:
            listed[caller] = [task["task_id"] for task in (await client.get("/tasks")).json()["tasks"]]

    assert listed == {"another user": [], "owner": [DONE, OPEN], "admin": [DONE, OPEN]}


async def test_the_same_idempotency_key_of_two_users_is_two_tasks(protected: ProtectedApi) -> None:
    tasks = []
    for caller in ("owner", "another user"):
        async with protected.client(protected.token(caller)) as client:
            answer = await client.post(
                "/video/upload", files={"file": ("a.mp4", video())}, headers={"Idempotency-Key": "one"}
            )
            tasks.append(answer.json()["task_id"])

    assert len(set(tasks)) == 2
    assert [request.owner for request in protected.harness.tasks.started] == ["oidc:owner", "oidc:other"]


async def test_another_owners_running_task_is_unknown_even_without_the_database(
    protected: ProtectedApi,
) -> None:
    state = TaskState(OPEN, TaskStatus.RUNNING, 1)
    protected.harness.tasks.states[OPEN] = LiveState(state, 1, "temporal", owner="oidc:owner")
    protected.harness.services.catalogue.remove(OPEN)

    seen = {}
    for caller in ("another user", "owner"):
        async with protected.client(protected.token(caller)) as client:
            seen[caller] = (await client.get(f"/status/{OPEN}")).status_code

    assert seen == {"another user": 404, "owner": 200}


async def test_a_running_task_without_an_owner_in_temporal_belongs_to_the_owner_of_its_row(
    protected: ProtectedApi,
) -> None:
    protected.harness.tasks.states[OPEN] = LiveState(TaskState(OPEN, TaskStatus.RUNNING, 1), 1, "temporal")

    seen = {}
    for caller in ("another user", "owner"):
        async with protected.client(protected.token(caller)) as client:
            answer = await client.get(f"/status/{OPEN}")
            seen[caller] = (answer.status_code, answer.json().get("source"))

    assert seen == {"another user": (404, None), "owner": (200, "temporal")}


async def test_the_operator_can_open_documentation_and_metrics_to_everybody(protected: ProtectedApi) -> None:
    async with protected.client("", HttpSettings(open_groups=("docs", "metrics"))) as client:
        seen = {path: (await client.get(path)).status_code for path in ("/docs", "/metrics", "/tasks")}

    assert seen == {"/docs": 200, "/metrics": 200, "/tasks": 401}


async def test_the_document_says_that_a_token_is_needed(protected: ProtectedApi) -> None:
    async with protected.client(protected.token("owner")) as client:
        document = (await client.get("/openapi.json")).json()

    assert document["security"] == [{"bearer": []}]
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


async def test_while_the_issuer_is_unreachable_only_public_routes_answer(harness: Harness) -> None:
    away = Issuer(f"http://127.0.0.1:{free_port()}")
    protected = ProtectedApi(harness, away)
    async with protected.client(protected.token("owner")) as client:
        answers = [await client.get(path) for path in ("/health", "/ready", "/tasks")]

    assert [answer.status_code for answer in answers] == [200, 200, 503]
    assert answers[2].json()["code"] == IssuerUnavailable.__name__
    assert answers[2].headers["retry-after"] == "5"
