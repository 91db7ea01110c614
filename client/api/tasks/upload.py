from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.accepted_answer import AcceptedAnswer
from ...models.problem import Problem
from ...models.upload_body import UploadBody
from ...types import UNSET, Unset
from typing import cast


def _get_kwargs(
    *,
    body: UploadBody,
    idempotency_key: None | str | Unset = UNSET,
    webhook_url: None | str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["idempotency-key"] = idempotency_key

    if not isinstance(webhook_url, Unset):
        headers["webhook-url"] = webhook_url

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/video/upload",
    }

    _kwargs["files"] = body.to_multipart()

    headers["Content-Type"] = "multipart/form-data; boundary=+++"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> AcceptedAnswer | Problem | None:
    if response.status_code == 202:
        response_202 = AcceptedAnswer.from_dict(response.json())

        return response_202

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
) -> Response[AcceptedAnswer | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: UploadBody,
    idempotency_key: None | str | Unset = UNSET,
    webhook_url: None | str | Unset = UNSET,
) -> Response[AcceptedAnswer | Problem]:
    """Upload a video

     Uploads a video as a form and starts its task. The URL of the task's status is in `Location`.

    Args:
        idempotency_key (None | str | Unset): A repeated key returns the first task instead of a
            new one.
        webhook_url (None | str | Unset): Address to notify when the task has completed or failed,
            if webhooks are enabled.
        body (UploadBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AcceptedAnswer | Problem]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
        webhook_url=webhook_url,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: UploadBody,
    idempotency_key: None | str | Unset = UNSET,
    webhook_url: None | str | Unset = UNSET,
) -> AcceptedAnswer | Problem | None:
    """Upload a video

     Uploads a video as a form and starts its task. The URL of the task's status is in `Location`.

    Args:
        idempotency_key (None | str | Unset): A repeated key returns the first task instead of a
            new one.
        webhook_url (None | str | Unset): Address to notify when the task has completed or failed,
            if webhooks are enabled.
        body (UploadBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AcceptedAnswer | Problem
    """

    return sync_detailed(
        client=client,
        body=body,
        idempotency_key=idempotency_key,
        webhook_url=webhook_url,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: UploadBody,
    idempotency_key: None | str | Unset = UNSET,
    webhook_url: None | str | Unset = UNSET,
) -> Response[AcceptedAnswer | Problem]:
    """Upload a video

     Uploads a video as a form and starts its task. The URL of the task's status is in `Location`.

    Args:
        idempotency_key (None | str | Unset): A repeated key returns the first task instead of a
            new one.
        webhook_url (None | str | Unset): Address to notify when the task has completed or failed,
            if webhooks are enabled.
        body (UploadBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AcceptedAnswer | Problem]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
        webhook_url=webhook_url,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: UploadBody,
    idempotency_key: None | str | Unset = UNSET,
    webhook_url: None | str | Unset = UNSET,
) -> AcceptedAnswer | Problem | None:
    """Upload a video

     Uploads a video as a form and starts its task. The URL of the task's status is in `Location`.

    Args:
        idempotency_key (None | str | Unset): A repeated key returns the first task instead of a
            new one.
        webhook_url (None | str | Unset): Address to notify when the task has completed or failed,
            if webhooks are enabled.
        body (UploadBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AcceptedAnswer | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            idempotency_key=idempotency_key,
            webhook_url=webhook_url,
        )
    ).parsed
