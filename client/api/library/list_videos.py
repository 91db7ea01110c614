from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.library_status import LibraryStatus
from ...models.problem import Problem
from ...models.video_page import VideoPage
from ...types import UNSET, Unset
from typing import cast


def _get_kwargs(
    *,
    skip: int | Unset = 0,
    limit: int | Unset = 50,
    status: LibraryStatus | None | Unset = UNSET,
    filename: str | Unset = "",
    source: str | Unset = "",
    cursor: None | str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["skip"] = skip

    params["limit"] = limit

    json_status: None | str | Unset
    if isinstance(status, Unset):
        json_status = UNSET
    elif isinstance(status, LibraryStatus):
        json_status = status.value
    else:
        json_status = status
    params["status"] = json_status

    params["filename"] = filename

    params["source"] = source

    json_cursor: None | str | Unset
    if isinstance(cursor, Unset):
        json_cursor = UNSET
    else:
        json_cursor = cursor
    params["cursor"] = json_cursor

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/videos/",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Problem | VideoPage | None:
    if response.status_code == 200:
        response_200 = VideoPage.from_dict(response.json())

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
) -> Response[Problem | VideoPage]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    skip: int | Unset = 0,
    limit: int | Unset = 50,
    status: LibraryStatus | None | Unset = UNSET,
    filename: str | Unset = "",
    source: str | Unset = "",
    cursor: None | str | Unset = UNSET,
) -> Response[Problem | VideoPage]:
    """List the videos

     Newest first. Page with `cursor`: `skip` gets slow on late pages.

    Args:
        skip (int | Unset):  Default: 0.
        limit (int | Unset):  Default: 50.
        status (LibraryStatus | None | Unset):
        filename (str | Unset): Only names that contain this, in upper or lower case. Default: ''.
        source (str | Unset): Only videos whose source has this SHA-256. Default: ''.
        cursor (None | str | Unset): `next` of the previous page.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | VideoPage]
    """

    kwargs = _get_kwargs(
        skip=skip,
        limit=limit,
        status=status,
        filename=filename,
        source=source,
        cursor=cursor,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    skip: int | Unset = 0,
    limit: int | Unset = 50,
    status: LibraryStatus | None | Unset = UNSET,
    filename: str | Unset = "",
    source: str | Unset = "",
    cursor: None | str | Unset = UNSET,
) -> Problem | VideoPage | None:
    """List the videos

     Newest first. Page with `cursor`: `skip` gets slow on late pages.

    Args:
        skip (int | Unset):  Default: 0.
        limit (int | Unset):  Default: 50.
        status (LibraryStatus | None | Unset):
        filename (str | Unset): Only names that contain this, in upper or lower case. Default: ''.
        source (str | Unset): Only videos whose source has this SHA-256. Default: ''.
        cursor (None | str | Unset): `next` of the previous page.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | VideoPage
    """

    return sync_detailed(
        client=client,
        skip=skip,
        limit=limit,
        status=status,
        filename=filename,
        source=source,
        cursor=cursor,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    skip: int | Unset = 0,
    limit: int | Unset = 50,
    status: LibraryStatus | None | Unset = UNSET,
    filename: str | Unset = "",
    source: str | Unset = "",
    cursor: None | str | Unset = UNSET,
) -> Response[Problem | VideoPage]:
    """List the videos

     Newest first. Page with `cursor`: `skip` gets slow on late pages.

    Args:
        skip (int | Unset):  Default: 0.
        limit (int | Unset):  Default: 50.
        status (LibraryStatus | None | Unset):
        filename (str | Unset): Only names that contain this, in upper or lower case. Default: ''.
        source (str | Unset): Only videos whose source has this SHA-256. Default: ''.
        cursor (None | str | Unset): `next` of the previous page.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | VideoPage]
    """

    kwargs = _get_kwargs(
        skip=skip,
        limit=limit,
        status=status,
        filename=filename,
        source=source,
        cursor=cursor,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    skip: int | Unset = 0,
    limit: int | Unset = 50,
    status: LibraryStatus | None | Unset = UNSET,
    filename: str | Unset = "",
    source: str | Unset = "",
    cursor: None | str | Unset = UNSET,
) -> Problem | VideoPage | None:
    """List the videos

     Newest first. Page with `cursor`: `skip` gets slow on late pages.

    Args:
        skip (int | Unset):  Default: 0.
        limit (int | Unset):  Default: 50.
        status (LibraryStatus | None | Unset):
        filename (str | Unset): Only names that contain this, in upper or lower case. Default: ''.
        source (str | Unset): Only videos whose source has this SHA-256. Default: ''.
        cursor (None | str | Unset): `next` of the previous page.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | VideoPage
    """

    return (
        await asyncio_detailed(
            client=client,
            skip=skip,
            limit=limit,
            status=status,
            filename=filename,
            source=source,
            cursor=cursor,
        )
    ).parsed
