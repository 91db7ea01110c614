from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.problem import Problem
from ...types import UNSET, Unset
from typing import cast


def _get_kwargs(
    *,
    upload_length: None | str | Unset = UNSET,
    upload_metadata: None | str | Unset = UNSET,
    upload_checksum: None | str | Unset = UNSET,
    idempotency_key: None | str | Unset = UNSET,
    tus_resumable: None | str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(upload_length, Unset):
        headers["upload-length"] = upload_length

    if not isinstance(upload_metadata, Unset):
        headers["upload-metadata"] = upload_metadata

    if not isinstance(upload_checksum, Unset):
        headers["upload-checksum"] = upload_checksum

    if not isinstance(idempotency_key, Unset):
        headers["idempotency-key"] = idempotency_key

    if not isinstance(tus_resumable, Unset):
        headers["tus-resumable"] = tus_resumable

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/files",
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | Problem | None:
    if response.status_code == 201:
        response_201 = cast(Any, None)
        return response_201

    if response.status_code == 422:
        response_422 = Problem.from_dict(response.json())

        return response_422

    if 400 <= response.status_code <= 499:
        response_4xx = Problem.from_dict(response.json())

        return response_4xx

    if 500 <= response.status_code <= 599:
        response_5xx = Problem.from_dict(response.json())

        return response_5xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Any | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    upload_length: None | str | Unset = UNSET,
    upload_metadata: None | str | Unset = UNSET,
    upload_checksum: None | str | Unset = UNSET,
    idempotency_key: None | str | Unset = UNSET,
    tus_resumable: None | str | Unset = UNSET,
) -> Response[Any | Problem]:
    """Create an upload

     Creates an upload, after all checks that need no bytes. The body may have the first bytes.

    Args:
        upload_length (None | str | Unset): Size of the file in bytes.
        upload_metadata (None | str | Unset): `filename`, the fields of `POST /video/upload` and
            `webhook_url`, as Base64 pairs.
        upload_checksum (None | str | Unset): Checksum of the bytes in this request.
        idempotency_key (None | str | Unset): A repeated key returns the first task instead of a
            new one.
        tus_resumable (None | str | Unset): The protocol version, 1.0.0.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Problem]
    """

    kwargs = _get_kwargs(
        upload_length=upload_length,
        upload_metadata=upload_metadata,
        upload_checksum=upload_checksum,
        idempotency_key=idempotency_key,
        tus_resumable=tus_resumable,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    upload_length: None | str | Unset = UNSET,
    upload_metadata: None | str | Unset = UNSET,
    upload_checksum: None | str | Unset = UNSET,
    idempotency_key: None | str | Unset = UNSET,
    tus_resumable: None | str | Unset = UNSET,
) -> Any | Problem | None:
    """Create an upload

     Creates an upload, after all checks that need no bytes. The body may have the first bytes.

    Args:
        upload_length (None | str | Unset): Size of the file in bytes.
        upload_metadata (None | str | Unset): `filename`, the fields of `POST /video/upload` and
            `webhook_url`, as Base64 pairs.
        upload_checksum (None | str | Unset): Checksum of the bytes in this request.
        idempotency_key (None | str | Unset): A repeated key returns the first task instead of a
            new one.
        tus_resumable (None | str | Unset): The protocol version, 1.0.0.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Problem
    """

    return sync_detailed(
        client=client,
        upload_length=upload_length,
        upload_metadata=upload_metadata,
        upload_checksum=upload_checksum,
        idempotency_key=idempotency_key,
        tus_resumable=tus_resumable,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    upload_length: None | str | Unset = UNSET,
    upload_metadata: None | str | Unset = UNSET,
    upload_checksum: None | str | Unset = UNSET,
    idempotency_key: None | str | Unset = UNSET,
    tus_resumable: None | str | Unset = UNSET,
) -> Response[Any | Problem]:
    """Create an upload

     Creates an upload, after all checks that need no bytes. The body may have the first bytes.

    Args:
        upload_length (None | str | Unset): Size of the file in bytes.
        upload_metadata (None | str | Unset): `filename`, the fields of `POST /video/upload` and
            `webhook_url`, as Base64 pairs.
        upload_checksum (None | str | Unset): Checksum of the bytes in this request.
        idempotency_key (None | str | Unset): A repeated key returns the first task instead of a
            new one.
        tus_resumable (None | str | Unset): The protocol version, 1.0.0.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Problem]
    """

    kwargs = _get_kwargs(
        upload_length=upload_length,
        upload_metadata=upload_metadata,
        upload_checksum=upload_checksum,
        idempotency_key=idempotency_key,
        tus_resumable=tus_resumable,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    upload_length: None | str | Unset = UNSET,
    upload_metadata: None | str | Unset = UNSET,
    upload_checksum: None | str | Unset = UNSET,
    idempotency_key: None | str | Unset = UNSET,
    tus_resumable: None | str | Unset = UNSET,
) -> Any | Problem | None:
    """Create an upload

     Creates an upload, after all checks that need no bytes. The body may have the first bytes.

    Args:
        upload_length (None | str | Unset): Size of the file in bytes.
        upload_metadata (None | str | Unset): `filename`, the fields of `POST /video/upload` and
            `webhook_url`, as Base64 pairs.
        upload_checksum (None | str | Unset): Checksum of the bytes in this request.
        idempotency_key (None | str | Unset): A repeated key returns the first task instead of a
            new one.
        tus_resumable (None | str | Unset): The protocol version, 1.0.0.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            upload_length=upload_length,
            upload_metadata=upload_metadata,
            upload_checksum=upload_checksum,
            idempotency_key=idempotency_key,
            tus_resumable=tus_resumable,
        )
    ).parsed
