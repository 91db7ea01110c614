"""Resumable upload of a large file: an interrupted one continues in this run or in a later one.

The protocol is tus 1.0; a small file is sent as one form, which is quickly repeated.
"""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx

from cli.api import Answer, Api, Progress, UploadOptions
from cli.connection import connection
from cli.faults import NoAnswer, Refused
from cli.files import CountedFile
from cli.upload_addresses import UploadAddresses

# The size of a multipart upload's part: of a smaller file nothing would be stored before its end.
RESUMABLE_FROM_BYTES = 8 * 1024 * 1024

_TUS = {"Tus-Resumable": "1.0.0"}
_CHUNK_TYPE = "application/offset+octet-stream"
_BLOCK_BYTES = 256 * 1024
# The last bytes are answered after a worker has probed the file; a busy worker takes a while.
_TIMEOUT = httpx.Timeout(10.0, read=600.0, write=120.0)
# Long enough for a restart of the API; the count of failures starts anew when bytes got through.
_PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0)
# The most of these pauses after an answer of 429.
_PAUSES_OF_THE_REFUSED = 3


def send(
    api: Api, token: str, path: Path, options: UploadOptions, key: str | None, progress: Progress
) -> Answer:
    """Send the file, and return the task that it started. Raises a `CliFault` that can be shown."""
    if not path.is_file() or path.stat().st_size < RESUMABLE_FROM_BYTES:
        return api.upload(path, options, key, progress)
    asked = (
        *(api.url, options.subtitle_mode, options.language, str(options.max_height)),
        *(options.webhook_url, key),
    )
    with connection(api.url, token) as http, CountedFile(path, progress) as file:
        http.timeout = _TIMEOUT
        http.headers.update(_TUS)
        return _Sending(http, api.url, file, path, options, key, UploadAddresses(path, *asked)).run()


class _Sending:
    def __init__(
        self,
        http: httpx.Client,
        url: str,
        file: CountedFile,
        path: Path,
        options: UploadOptions,
        key: str | None,
        remembered: UploadAddresses,
    ) -> None:
        self._http = http
        self._url = url
        self._file = file
        self._length_bytes = path.stat().st_size
        self._remembered = remembered
        # The same headers for each try, so that a creation whose answer got lost is not made twice.
        self._creation = {
            "Upload-Length": str(self._length_bytes),
            "Upload-Metadata": _metadata({"filename": path.name, **options.fields, **_webhook(options)}),
            "Idempotency-Key": key or uuid.uuid4().hex,
        }
        self._address = remembered.address
        self._offset_bytes = -1
        self._failures = 0

    def run(self) -> Answer:
        while True:
            try:
                answer = self._go_on()
            except httpx.TransportError as error:
                self._pause(NoAnswer(self._url, str(error) or type(error).__name__), len(_PAUSES_S))
            except Refused as refusal:
                if refusal.status == 409:
                    # An earlier try is still being received: ask for the offset again.
                    self._pause(refusal, len(_PAUSES_S))
                elif not refusal.passing:
                    # With a new token the upload can be continued.
                    if refusal.status not in (401, 403):
                        self._remembered.forget()
                    raise
                else:
                    is_told_off = refusal.status == 429
                    self._pause(refusal, _PAUSES_OF_THE_REFUSED if is_told_off else len(_PAUSES_S))
            else:
                if answer is not None:
                    self._remembered.forget()
                    return answer
                self._pause(NoAnswer(self._url, "the task is not started yet"), len(_PAUSES_S))

    def _pause(self, fault: NoAnswer | Refused, most: int) -> None:
        if self._failures >= most:
            raise fault
        time.sleep(_PAUSES_S[self._failures])
        self._failures += 1

    def _go_on(self) -> Answer | None:
        """The task if it is started; None when all bytes have arrived and it is not started yet."""
        offset_bytes = self._found()
        if offset_bytes is None:
            response = self._http.post("/files", headers=self._creation)
            self._address, offset_bytes = response.headers["location"], _offset_of(response)
            self._remembered.add(self._address)
            if "task-id" in response.headers:
                return _task(response)
        if offset_bytes > self._offset_bytes:
            self._offset_bytes, self._failures = offset_bytes, 0
        return _task(self._patch(offset_bytes, self._length_bytes - offset_bytes))

    def _found(self) -> int | None:
        """Offset in bytes of an upload that was begun before; None when the server has none."""
        if self._address is None:
            return None
        try:
            return _offset_of(self._http.head(self._address))
        except Refused as refusal:
            if refusal.status in (415, 422):
                # The file was rejected for good; only an answer with a body gives the reason.
                self._patch(0, 0)
            if refusal.status >= 500 or refusal.status == 429:
                raise
        # The upload is gone or another caller's: create it anew.
        self._address = None
        return None

    def _patch(self, offset_bytes: int, size_bytes: int) -> httpx.Response:
        headers = {
            "Upload-Offset": str(offset_bytes),
            "Content-Type": _CHUNK_TYPE,
            "Content-Length": str(size_bytes),
        }
        return self._http.patch(
            self._address or "", content=self._bytes(offset_bytes, size_bytes), headers=headers
        )

    def _bytes(self, offset_bytes: int, size_bytes: int) -> Iterator[bytes]:
        self._file.seek(offset_bytes)
        while size_bytes and (block := self._file.read(min(_BLOCK_BYTES, size_bytes))):
            size_bytes -= len(block)
            yield block


def _webhook(options: UploadOptions) -> dict[str, str]:
    return {} if options.webhook_url is None else {"webhook_url": options.webhook_url}


def _metadata(values: dict[str, str]) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in values.items())


def _offset_of(response: httpx.Response) -> int:
    return int(response.headers.get("upload-offset", "0"))


def _task(response: httpx.Response) -> Answer | None:
    told = response.headers
    if "task-id" not in told:
        return None
    return {"task_id": told["task-id"], "status": told["task-status"], "status_url": told["task-url"]}
