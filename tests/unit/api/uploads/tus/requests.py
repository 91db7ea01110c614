"""Requests of the tus protocol, for the tests of resumable uploads."""

from __future__ import annotations

import base64
import random
from typing import Any

import httpx

from tests.unit.api.forms import MP4_HEAD

TUS = {"Tus-Resumable": "1.0.0"}
CHUNK = {**TUS, "Content-Type": "application/offset+octet-stream"}
MIB = 1024 * 1024


def film(size_bytes: int) -> bytes:
    """Returns bytes that start like an MP4, without repetition."""
    return MP4_HEAD + random.Random(size_bytes).randbytes(size_bytes - len(MP4_HEAD))


def metadata(**values: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in values.items())


async def begin(client: httpx.AsyncClient, length: int, key: str | None = None, **values: str) -> str:
    """Creates an upload; returns its path."""
    headers = {**TUS, "Upload-Length": str(length), "Upload-Metadata": metadata(**values)}
    answer = await client.post("/files", headers=headers | ({"Idempotency-Key": key} if key else {}))
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


async def send(
    client: httpx.AsyncClient, path: str, offset: int, content: Any, **headers: str
) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.patch(path, content=content, headers={**CHUNK, "Upload-Offset": str(offset), **named})


async def offset_of(client: httpx.AsyncClient, path: str) -> int:
    answer = await client.head(path, headers=TUS)
    assert answer.status_code == 200
    return int(answer.headers["upload-offset"])
