"""How the HTTP interface is reached: where, with whose token, and that its refusals are faults."""

from __future__ import annotations

import httpx

from cli.faults import CliFault, Refused

_TIMEOUT = httpx.Timeout(10.0, read=60.0)


def connection(url: str, token: str) -> httpx.Client:
    """An HTTP client of the interface at `url`. It raises `Refused` for every answer that is a refusal."""
    return httpx.Client(
        base_url=url,
        timeout=_TIMEOUT,
        # A proxy of the environment can't reach this very machine.
        trust_env=not is_here(url),
        headers=_authorization(token),
        event_hooks={"response": [_refuse]},
    )


def is_here(url: str) -> bool:
    """Whether the address is this very machine's; raises a `CliFault` for what is no address."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise CliFault("UrlInvalid", f"{url!r} is not an address: {error}.") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise CliFault("UrlInvalid", f"{url!r} is not an address such as http://127.0.0.1:8000.")
    return parsed.host in ("127.0.0.1", "::1", "localhost")


def _authorization(token: str) -> dict[str, str]:
    if not token:
        return {}
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise CliFault(
            "TokenInvalid", "The token holds what no token can hold.", "Was it copied whole, and alone?"
        )
    return {"Authorization": f"Bearer {token}"}


def _refuse(response: httpx.Response) -> None:
    """Raises `Refused` for an answer that is none, before anybody looks for a document in it."""
    # What is not ready is told in the shape of what is.
    if response.is_success or (response.status_code == 503 and response.request.url.path.endswith("/ready")):
        return
    response.read()
    code, detail = f"HTTP{response.status_code}", response.reason_phrase
    if "json" in response.headers.get("content-type", ""):
        try:
            problem = response.json()
        except ValueError:
            problem = None
        if isinstance(problem, dict):
            code = str(problem.get("code", code))
            detail = str(problem.get("detail") or problem.get("title") or detail)
    raise Refused(response.status_code, code, detail)
