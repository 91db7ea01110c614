from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.problem import Problem
from ...models.status_answer import StatusAnswer
from ...types import UNSET, Unset
from typing import cast


def _get_kwargs(
    task_id: str,
    *,
    accept_language: None | str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(accept_language, Unset):
        headers["accept-language"] = accept_language

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/status/{task_id}".format(
            task_id=quote(str(task_id), safe=""),
        ),
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Problem | StatusAnswer | None:
    if response.status_code == 200:
        response_200 = StatusAnswer.from_dict(response.json())

        return response_200

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
) -> Response[Problem | StatusAnswer]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    task_id: str,
    *,
    client: AuthenticatedClient | Client,
    accept_language: None | str | Unset = UNSET,
) -> Response[Problem | StatusAnswer]:
    """Get a task's status

     The task's stages with their progress, and its result. Works while no worker runs.

    Args:
        task_id (str): The task's id, from the response to the upload.
        accept_language (None | str | Unset): Language of the animals' names.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | StatusAnswer]
    """

    kwargs = _get_kwargs(
        task_id=task_id,
        accept_language=accept_language,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    task_id: str,
    *,
    client: AuthenticatedClient | Client,
    accept_language: None | str | Unset = UNSET,
) -> Problem | StatusAnswer | None:
    """Get a task's status

     The task's stages with their progress, and its result. Works while no worker runs.

    Args:
        task_id (str): The task's id, from the response to the upload.
        accept_language (None | str | Unset): Language of the animals' names.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | StatusAnswer
    """

    return sync_detailed(
        task_id=task_id,
        client=client,
        accept_language=accept_language,
    ).parsed


async def asyncio_detailed(
    task_id: str,
    *,
    client: AuthenticatedClient | Client,
    accept_language: None | str | Unset = UNSET,
) -> Response[Problem | StatusAnswer]:
    """Get a task's status

     The task's stages with their progress, and its result. Works while no worker runs.

    Args:
        task_id (str): The task's id, from the response to the upload.
        accept_language (None | str | Unset): Language of the animals' names.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | StatusAnswer]
    """

    kwargs = _get_kwargs(
        task_id=task_id,
        accept_language=accept_language,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    task_id: str,
    *,
    client: AuthenticatedClient | Client,
    accept_language: None | str | Unset = UNSET,
) -> Problem | StatusAnswer | None:
    """Get a task's status

     The task's stages with their progress, and its result. Works while no worker runs.

    Args:
        task_id (str): The task's id, from the response to the upload.
        accept_language (None | str | Unset): Language of the animals' names.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | StatusAnswer
    """

    return (
        await asyncio_detailed(
            task_id=task_id,
            client=client,
            accept_language=accept_language,
        )
    ).parsed
