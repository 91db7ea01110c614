from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.problem import Problem
from ...models.process_video_body import ProcessVideoBody
from ...models.processed_answer import ProcessedAnswer
from ...models.processing_answer import ProcessingAnswer
from ...types import UNSET, Unset
from typing import cast


def _get_kwargs(
    *,
    body: ProcessVideoBody,
    wait: int | Unset = 0,
    prefer: None | str | Unset = UNSET,
    idempotency_key: None | str | Unset = UNSET,
    webhook_url: None | str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(prefer, Unset):
        headers["prefer"] = prefer

    if not isinstance(idempotency_key, Unset):
        headers["idempotency-key"] = idempotency_key

    if not isinstance(webhook_url, Unset):
        headers["webhook-url"] = webhook_url

    params: dict[str, Any] = {}

    params["wait"] = wait

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/process-video/",
        "params": params,
    }

    _kwargs["files"] = body.to_multipart()

    headers["Content-Type"] = "multipart/form-data; boundary=+++"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Problem | ProcessedAnswer | ProcessingAnswer | None:
    if response.status_code == 200:
        response_200 = ProcessedAnswer.from_dict(response.json())

        return response_200

    if response.status_code == 202:
        response_202 = ProcessingAnswer.from_dict(response.json())

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
) -> Response[Problem | ProcessedAnswer | ProcessingAnswer]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: ProcessVideoBody,
    wait: int | Unset = 0,
    prefer: None | str | Unset = UNSET,
    idempotency_key: None | str | Unset = UNSET,
    webhook_url: None | str | Unset = UNSET,
) -> Response[Problem | ProcessedAnswer | ProcessingAnswer]:
    """Burn subtitles into a video

     The same video, subtitles and fields as in an earlier upload return its result, without a webhook.

    Args:
        wait (int | Unset): Seconds to wait for the result before answering. Default: 0.
        prefer (None | str | Unset): `wait=60` does the same as `wait` (RFC 7240).
        idempotency_key (None | str | Unset): A repeated key returns the first video instead of a
            new one.
        webhook_url (None | str | Unset): Address to notify when the task has completed or failed,
            if webhooks are enabled.
        body (ProcessVideoBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | ProcessedAnswer | ProcessingAnswer]
    """

    kwargs = _get_kwargs(
        body=body,
        wait=wait,
        prefer=prefer,
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
    body: ProcessVideoBody,
    wait: int | Unset = 0,
    prefer: None | str | Unset = UNSET,
    idempotency_key: None | str | Unset = UNSET,
    webhook_url: None | str | Unset = UNSET,
) -> Problem | ProcessedAnswer | ProcessingAnswer | None:
    """Burn subtitles into a video

     The same video, subtitles and fields as in an earlier upload return its result, without a webhook.

    Args:
        wait (int | Unset): Seconds to wait for the result before answering. Default: 0.
        prefer (None | str | Unset): `wait=60` does the same as `wait` (RFC 7240).
        idempotency_key (None | str | Unset): A repeated key returns the first video instead of a
            new one.
        webhook_url (None | str | Unset): Address to notify when the task has completed or failed,
            if webhooks are enabled.
        body (ProcessVideoBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | ProcessedAnswer | ProcessingAnswer
    """

    return sync_detailed(
        client=client,
        body=body,
        wait=wait,
        prefer=prefer,
        idempotency_key=idempotency_key,
        webhook_url=webhook_url,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: ProcessVideoBody,
    wait: int | Unset = 0,
    prefer: None | str | Unset = UNSET,
    idempotency_key: None | str | Unset = UNSET,
    webhook_url: None | str | Unset = UNSET,
) -> Response[Problem | ProcessedAnswer | ProcessingAnswer]:
    """Burn subtitles into a video

     The same video, subtitles and fields as in an earlier upload return its result, without a webhook.

    Args:
        wait (int | Unset): Seconds to wait for the result before answering. Default: 0.
        prefer (None | str | Unset): `wait=60` does the same as `wait` (RFC 7240).
        idempotency_key (None | str | Unset): A repeated key returns the first video instead of a
            new one.
        webhook_url (None | str | Unset): Address to notify when the task has completed or failed,
            if webhooks are enabled.
        body (ProcessVideoBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | ProcessedAnswer | ProcessingAnswer]
    """

    kwargs = _get_kwargs(
        body=body,
        wait=wait,
        prefer=prefer,
        idempotency_key=idempotency_key,
        webhook_url=webhook_url,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: ProcessVideoBody,
    wait: int | Unset = 0,
    prefer: None | str | Unset = UNSET,
    idempotency_key: None | str | Unset = UNSET,
    webhook_url: None | str | Unset = UNSET,
) -> Problem | ProcessedAnswer | ProcessingAnswer | None:
    """Burn subtitles into a video

     The same video, subtitles and fields as in an earlier upload return its result, without a webhook.

    Args:
        wait (int | Unset): Seconds to wait for the result before answering. Default: 0.
        prefer (None | str | Unset): `wait=60` does the same as `wait` (RFC 7240).
        idempotency_key (None | str | Unset): A repeated key returns the first video instead of a
            new one.
        webhook_url (None | str | Unset): Address to notify when the task has completed or failed,
            if webhooks are enabled.
        body (ProcessVideoBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | ProcessedAnswer | ProcessingAnswer
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            wait=wait,
            prefer=prefer,
            idempotency_key=idempotency_key,
            webhook_url=webhook_url,
        )
    ).parsed
