"""Speaks the product's HTTP interface, with patience for connections that break."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, cast
from urllib.parse import quote

import httpx

from cli.faults import CliFault, NoAnswer, Refused
from cli.files import CountedFile, PartialFile

# The API answers an upload when the file has been looked at; a busy worker takes its time for that.
_UPLOAD_TIMEOUT = httpx.Timeout(10.0, read=600.0, write=120.0)
_TIMEOUT = httpx.Timeout(10.0, read=60.0)
# Between the tries of a question, and of a transfer, which costs more to lose.
_PAUSES_S = (0.3, 0.7)
_TRANSFER_PAUSES_S = (0.5, 1.0, 2.0, 4.0)

Answer = dict[str, Any]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class UploadOptions:
    """Nothing is sent for what is None: the API has the defaults."""

    subtitle_mode: str | None = None
    language: str | None = None
    max_height: int | None = None

    @property
    def fields(self) -> dict[str, str]:
        given = {
            "subtitle_mode": self.subtitle_mode,
            "language": self.language,
            "max_height": self.max_height,
        }
        return {name: str(value) for name, value in given.items() if value is not None}


class Api:
    """The API at `url`. Every call raises a `CliFault` that can be shown."""

    def __init__(self, url: str, token: str = "") -> None:
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL as error:
            raise CliFault("UrlInvalid", f"{url!r} is not an address: {error}.") from error
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise CliFault("UrlInvalid", f"{url!r} is not an address such as http://127.0.0.1:8000.")
        self.url = url.rstrip("/")
        self.is_here = parsed.host in ("127.0.0.1", "::1", "localhost")
        # A proxy of the environment can't reach this very machine.
        self._client = httpx.Client(
            base_url=self.url, timeout=_TIMEOUT, trust_env=not self.is_here, headers=_authorization(token)
        )

    def __enter__(self) -> Api:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def upload(self, path: Path, options: UploadOptions, key: str | None, progress: Progress) -> Answer:
        """Send a file in pieces. A try that fails half way is made again under the same key, which gives
        the first task if the earlier try had arrived after all."""
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        self._check_upload(path)

        def send() -> httpx.Response:
            with CountedFile(path, progress) as file:
                return self._client.post(
                    "/video/upload",
                    headers=headers,
                    data=options.fields,
                    files={"file": (path.name, file, "application/octet-stream")},
                    timeout=_UPLOAD_TIMEOUT,
                )

        return self._answer(send, pauses_s=_TRANSFER_PAUSES_S)

    def status(self, task_id: str) -> Answer:
        return self._get(f"/status/{_segment(task_id)}")

    def tasks(self, status: str | None, limit: int) -> list[Answer]:
        """The newest tasks, at most `limit`."""
        found: list[Answer] = []
        cursor: str | None = None
        while len(found) < limit:
            query = {"limit": str(min(limit - len(found), 200)), "status": status, "cursor": cursor}
            page = self._get("/tasks", {name: value for name, value in query.items() if value is not None})
            found += page["tasks"]
            cursor = page.get("next")
            if cursor is None:
                break
        return found

    def cancel(self, task_id: str) -> Answer:
        return self._answer(lambda: self._client.post(f"/video/{_segment(task_id)}/cancel"))

    def retry(self, task_id: str, stage: str) -> Answer:
        path = f"/video/{_segment(task_id)}/retry/{_segment(stage)}"
        return self._answer(lambda: self._client.post(path))

    def download(self, link: str, target: Path, progress: Progress) -> None:
        """Fetch a file; after a broken connection the rest of it is asked for."""
        with PartialFile(target) as part:
            for last_try in _tries(_TRANSFER_PAUSES_S):
                try:
                    self._fetch_rest(link, part, progress)
                    part.finish()
                except httpx.TransportError as error:
                    if last_try:
                        raise NoAnswer(self.url, _reason(error)) from error
                else:
                    return

    def ready(self) -> Answer:
        """What `/ready` says, also when it says no."""
        return self._answer(lambda: self._client.get("/ready"), accept=(503,))

    def doctor(self) -> Answer:
        return self._get("/doctor")

    def health(self) -> Answer:
        return self._get("/health")

    def _check_upload(self, path: Path) -> None:
        try:
            with path.open("rb"):
                pass
        except OSError as error:
            raise CliFault("FileUnreadable", f"{path} can't be read: {error.strerror}.") from error

    def _fetch_rest(self, link: str, part: PartialFile, progress: Progress) -> None:
        with self._client.stream("GET", link, headers=part.resume_headers) as response:
            if response.status_code not in (200, 206):
                response.read()
                raise _refusal(response)
            part.begin(response.status_code, response.headers)
            progress(part.size_bytes, part.total_bytes)
            # As the bytes come: what waits in a larger buffer is lost when the connection breaks.
            for chunk in response.iter_raw():
                part.write(chunk)
                progress(part.size_bytes, part.total_bytes)

    def _get(self, path: str, query: dict[str, str] | None = None) -> Answer:
        return self._answer(lambda: self._client.get(path, params=query))

    def _answer(
        self,
        send: Callable[[], httpx.Response],
        accept: tuple[int, ...] = (),
        pauses_s: tuple[float, ...] = _PAUSES_S,
    ) -> Answer:
        for last_try in _tries(pauses_s):
            try:
                response = send()
            except httpx.TransportError as error:
                if last_try:
                    raise NoAnswer(self.url, _reason(error)) from error
                continue
            if response.is_success or response.status_code in accept:
                return _document(response)
            refusal = _refusal(response)
            if last_try or not refusal.passing:
                raise refusal
        raise AssertionError("the last try returns or raises")


def _authorization(token: str) -> dict[str, str]:
    if not token:
        return {}
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise CliFault(
            "TokenInvalid", "The token holds what no token can hold.", "Was it copied whole, and alone?"
        )
    return {"Authorization": f"Bearer {token}"}


def _tries(pauses_s: tuple[float, ...]) -> Iterator[bool]:
    """Says of each try whether it is the last one; pauses in between."""
    for pause_s in pauses_s:
        yield False
        time.sleep(pause_s)
    yield True


def _segment(text: str) -> str:
    """One step of a path, whatever a person typed."""
    if not text or "/" in text or text in (".", ".."):
        raise CliFault("NameInvalid", f"{text!r} can't be the name of a task or a stage.")
    return quote(text, safe="")


def _document(response: httpx.Response) -> Answer:
    try:
        document = response.json()
    except ValueError as error:
        raise CliFault("AnswerUnknown", f"{response.url} does not answer like the video pipeline.") from error
    if not isinstance(document, dict):
        raise CliFault("AnswerUnknown", f"{response.url} does not answer like the video pipeline.")
    return cast(Answer, document)


def _refusal(response: httpx.Response) -> Refused:
    code, detail = f"HTTP{response.status_code}", response.reason_phrase
    if "json" in response.headers.get("content-type", ""):
        document = _document(response)
        code = str(document.get("code", code))
        detail = str(document.get("detail") or document.get("title") or detail)
    return Refused(response.status_code, code, detail)


def _reason(error: httpx.TransportError) -> str:
    return str(error) or type(error).__name__
