"""HTTP connection to the API: base address, bearer token, and refusals raised as faults."""

from __future__ import annotations

import httpx

from cli.faults import CliFault, Refused

_TIMEOUT = httpx.Timeout(10.0, read=60.0)


def connection(url: str, token: str) -> httpx.Client:
    """An HTTP client of the API at `url`. It raises `Refused` for every unsuccessful answer."""
    return httpx.Client(
        base_url=url,
        timeout=_TIMEOUT,
        # A proxy named by the environment can't reach the loopback address of this machine.
        trust_env=not is_here(url),
        headers=_authorization(token),
        event_hooks={"response": [_refuse]},
    )


def is_here(url: str) -> bool:
    """True when the address is this machine's; raises a `CliFault` for an invalid address."""
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
            "TokenInvalid",
            "The token has characters that no token can have.",
            "Copy it again, whole and without spaces or line ends.",
        )
    return {"Authorization": f"Bearer {token}"}


def _refuse(response: httpx.Response) -> None:
    """Raises `Refused` for an unsuccessful answer, before its document is parsed."""
    # `/ready` answers 503 with the same document as 200.
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
