"""Client of the HTTP interface, over the generated one: retries calls whose connection breaks."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from cli.connection import connection, is_here
from cli.faults import CliFault, NoAnswer, Refused
from cli.files import CountedFile, PartialFile
from client import Client
from client.api.operation import doctor, health, ready
from client.api.tasks import cancel, list_tasks, retry, status
from client.models import TaskStatus
from client.types import UNSET
from client.types import Response as Answered

# The API answers an upload after a worker has probed the file; a busy worker takes a while.
_UPLOAD_TIMEOUT = httpx.Timeout(10.0, read=600.0, write=120.0)
# Pauses between the tries of a call, and of a transfer, which costs more to lose.
_PAUSES_S = (0.3, 0.7)
_TRANSFER_PAUSES_S = (0.5, 1.0, 2.0, 4.0)

Answer = dict[str, Any]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class UploadOptions:
    """Options of an upload. None is not sent: the API has the defaults."""

    subtitle_mode: str | None = None
    language: str | None = None
    max_height: int | None = None
    webhook_url: str | None = None

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
        self.url = url.rstrip("/")
        self.is_here = is_here(self.url)
        self._client = connection(self.url, token)
        self._interface = Client(base_url=self.url).set_httpx_client(self._client)

    def __enter__(self) -> Api:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def upload(self, path: Path, options: UploadOptions, key: str | None, progress: Progress) -> Answer:
        """Send a file in pieces. A failed try is repeated under the same idempotency key, so that a try
        which did arrive is answered with the task that it started."""
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        if options.webhook_url is not None:
            headers["Webhook-Url"] = options.webhook_url
        self._check_upload(path)

        def send() -> bytes:
            with CountedFile(path, progress) as file:
                return self._client.post(
                    "/video/upload",
                    headers=headers,
                    data=options.fields,
                    files={"file": (path.name, file, "application/octet-stream")},
                    timeout=_UPLOAD_TIMEOUT,
                ).content

        return self._answer(send, pauses_s=_TRANSFER_PAUSES_S)

    def status(self, task_id: str) -> Answer:
        task_segment = _segment(task_id)
        return self._ask(lambda: status.sync_detailed(task_segment, client=self._interface))

    def tasks(self, status: str | None, limit: int) -> list[Answer]:
        """The newest tasks, at most `limit`."""
        found: list[Answer] = []
        cursor: str | None = None
        while len(found) < limit:
            page = self._page(status, min(limit - len(found), 200), cursor)
            found += page["tasks"]
            cursor = page.get("next")
            if cursor is None:
                break
        return found

    def cancel(self, task_id: str) -> Answer:
        task_segment = _segment(task_id)
        return self._ask(lambda: cancel.sync_detailed(task_segment, client=self._interface))

    def retry(self, task_id: str, stage: str) -> Answer:
        segments = _segment(task_id), _segment(stage)
        return self._ask(lambda: retry.sync_detailed(*segments, client=self._interface))

    def download(self, link: str, target: Path, progress: Progress) -> None:
        """Fetch a file; after a broken connection, request only the rest."""
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

    def page(self, task_id: str) -> str:
        """Address of the task's page: its progress, and a player for the result."""
        return f"{self.url}/watch/{_segment(task_id)}"

    def ready(self) -> Answer:
        """The document of `/ready`, whether the API is ready or not."""
        return self._ask(lambda: ready.sync_detailed(client=self._interface))

    def doctor(self) -> Answer:
        return self._ask(lambda: doctor.sync_detailed(client=self._interface))

    def health(self) -> Answer:
        return self._ask(lambda: health.sync_detailed(client=self._interface))

    def _page(self, state: str | None, limit: int, cursor: str | None) -> Answer:
        wanted = TaskStatus(state) if state else UNSET
        return self._ask(
            lambda: list_tasks.sync_detailed(
                client=self._interface, status=wanted, limit=limit, cursor=cursor or UNSET
            )
        )

    def _check_upload(self, path: Path) -> None:
        try:
            with path.open("rb"):
                pass
        except OSError as error:
            raise CliFault("FileUnreadable", f"{path} can't be read: {error.strerror}.") from error

    def _fetch_rest(self, link: str, part: PartialFile, progress: Progress) -> None:
        with self._client.stream("GET", link, headers=part.resume_headers) as response:
            part.begin(response.status_code, response.headers)
            progress(part.size_bytes, part.total_bytes)
            # Written as the bytes arrive: a larger buffer would be lost when the connection breaks.
            for chunk in response.iter_raw():
                part.write(chunk)
                progress(part.size_bytes, part.total_bytes)

    def _ask(self, call: Callable[[], Answered[Any]]) -> Answer:
        """The document of an answer; raises a `CliFault` unless the generated client can parse it."""

        def send() -> bytes:
            try:
                answered = call()
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                raise self._unknown_answer() from error
            if answered.parsed is None:
                raise self._unknown_answer()
            return answered.content

        return self._answer(send)

    def _answer(self, send: Callable[[], bytes], pauses_s: tuple[float, ...] = _PAUSES_S) -> Answer:
        for last_try in _tries(pauses_s):
            try:
                content = send()
            except httpx.TransportError as error:
                if last_try:
                    raise NoAnswer(self.url, _reason(error)) from error
            except Refused as refusal:
                if last_try or not refusal.passing:
                    raise
            else:
                return self._document(content)
        raise AssertionError("the last try returns or raises")

    def _document(self, content: bytes) -> Answer:
        try:
            document = json.loads(content)
        except ValueError as error:
            raise self._unknown_answer() from error
        if not isinstance(document, dict):
            raise self._unknown_answer()
        return document

    def _unknown_answer(self) -> CliFault:
        return CliFault(
            "AnswerUnknown",
            f"{self.url} does not answer like the video pipeline.",
            "Check the address, and that the server has the same version as this program.",
        )


def _tries(pauses_s: tuple[float, ...]) -> Iterator[bool]:
    """True for the last try, False for those before it; pauses in between."""
    for pause_s in pauses_s:
        yield False
        time.sleep(pause_s)
    yield True


def _segment(text: str) -> str:
    """One segment of a URL's path, checked; the generated client quotes it."""
    if not text or "/" in text or text in (".", ".."):
        raise CliFault("NameInvalid", f"{text!r} can't be the name of a task or a stage.")
    return text


def _reason(error: httpx.TransportError) -> str:
    return str(error) or type(error).__name__
