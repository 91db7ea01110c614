"""`/api-keys`: API keys, with which programs act for their owner."""

from __future__ import annotations

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field

from api.access.rules import USERS_IN_PERSON, only_for
from api.dependencies import CallerKnown, ServicesNeeded
from api.http.clock import now_us
from api.schemas.accounts import ApiKeyAnswer, ApiKeyList, NewApiKeyAnswer, api_key

router = APIRouter(tags=["accounts"])


class KeyWanted(BaseModel):
    """Name of the new key, chosen by its owner."""

    name: Annotated[
        str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$", examples=["camera 3"])
    ]


@router.get("/api-keys", summary="List your API keys")
@only_for(USERS_IN_PERSON)
async def list_api_keys(services: ServicesNeeded, caller: CallerKnown) -> ApiKeyList:
    """Newest first, revoked keys included. An admin sees the keys of all owners."""
    rows = await to_thread.run_sync(services.api_keys.of, caller.identity.sees)
    return ApiKeyList(keys=[api_key(row) for row in rows])


@router.post("/api-keys", status_code=201, summary="Create an API key")
@only_for(USERS_IN_PERSON)
async def make_api_key(wanted: KeyWanted, services: ServicesNeeded, caller: CallerKnown) -> NewApiKeyAnswer:
    """Only this response contains the key: the server stores its hash. The key has the role `user`."""
    made = await to_thread.run_sync(services.api_keys.make, caller.owner, wanted.name, caller.plan, now_us())
    described: ApiKeyAnswer = api_key(made.row)
    return NewApiKeyAnswer(**described.model_dump(), key=made.secret)


@router.delete("/api-keys/{key_id}", status_code=204, summary="Revoke an API key")
@only_for(USERS_IN_PERSON)
async def revoke_api_key(
    key_id: Annotated[str, Path(examples=["key-5f0c"])], services: ServicesNeeded, caller: CallerKnown
) -> Response:
    """The key stops working at once. An admin can revoke the keys of all owners."""
    await to_thread.run_sync(services.api_keys.revoke, key_id, caller.identity.sees, now_us())
    return Response(status_code=204)
