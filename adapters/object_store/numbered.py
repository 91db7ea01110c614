"""Multipart uploads with explicit part numbers, which another process can continue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from xml.etree.ElementTree import ParseError

from minio import Minio
from minio.datatypes import Part
from minio.error import S3Error, ServerError
from urllib3 import BaseHTTPResponse

from adapters.object_store.connection import translated_errors
from domain.errors import FileUnknown, PipelineError, StoreUnavailable

_SIGNED_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class StoredPart:
    """Part that the store has confirmed."""

    number: int
    etag: str


class NumberedParts:
    """Writer of multipart uploads: `quick` writes parts, `patient` (a longer timeout) joins them.

    Numbers may have gaps; a number that is written twice holds the later content.
    """

    def __init__(self, quick: Minio, patient: Minio, bucket: str) -> None:
        self._quick = quick
        self._patient = patient
        self._bucket = bucket

    def begin(self, key: str, media_type: str) -> str:
        """Begin an upload and return its id; if the answer with the id was lost, drop the upload."""
        try:
            with translated_errors(f"write {key}"):
                return self._quick._create_multipart_upload(self._bucket, key, {"Content-Type": media_type})
        except PipelineError:
            with suppress(PipelineError), translated_errors(f"look for lost parts of {key}"):
                for upload in self._quick._list_multipart_uploads(self._bucket, prefix=key).uploads:
                    if upload.object_name == key and upload.upload_id:
                        self.drop(key, upload.upload_id)
            raise

    def write(self, key: str, upload_id: str, number: int, content: bytes) -> StoredPart:
        with translated_errors(f"write part {number} of {key}"):
            etag = self._quick._upload_part(self._bucket, key, content, None, upload_id, number)
        return StoredPart(number, etag)

    def stream(
        self, key: str, upload_id: str, number: int, blocks: Iterable[memoryview], size_bytes: int
    ) -> StoredPart:
        """Like `write`, for content that is still being received. An error in `blocks` passes through
        unchanged, and the store then has nothing of the part.

        There is no retry, because a failed try may have consumed blocks.
        """
        with translated_errors(f"write part {number} of {key}"):
            # A signature in the headers would need the content's digest before its first byte.
            url = self._quick.get_presigned_url(
                "PUT",
                self._bucket,
                key,
                expires=_SIGNED_FOR,
                extra_query_params={"partNumber": str(number), "uploadId": upload_id},
            )
            answer = self._quick._http.urlopen(
                "PUT", url, body=blocks, headers={"Content-Length": str(size_bytes)}, retries=False
            )
            if answer.status != 200:
                raise _fault_of(answer)
        return StoredPart(number, answer.headers.get("etag", "").strip('"'))

    def complete(self, key: str, upload_id: str, parts: Sequence[StoredPart], size_bytes: int) -> None:
        """Join the parts to the object; again is no fault. Raises `FileUnknown` when they are gone."""
        with suppress(FileUnknown), translated_errors(f"join the parts of {key}"):
            self._patient._complete_multipart_upload(
                self._bucket, key, upload_id, [Part(part.number, part.etag) for part in parts]
            )
        # S3 may answer 200 and report a failure in the body, which the client does not read. Unknown parts
        # may have been joined before.
        with translated_errors(f"look up {key}"):
            written = self._quick.stat_object(self._bucket, key).size
        if written != size_bytes:
            raise StoreUnavailable(f"The object store has {written} of {size_bytes} bytes of {key}.")

    def drop(self, key: str, upload_id: str) -> None:
        """Delete the parts; missing ones are no fault."""
        with suppress(FileUnknown), translated_errors(f"drop the parts of {key}"):
            self._quick._abort_multipart_upload(self._bucket, key, upload_id)


def _fault_of(answer: BaseHTTPResponse) -> S3Error | ServerError:
    try:
        return S3Error.fromxml(answer)
    except (ParseError, UnicodeDecodeError):
        return ServerError(f"The server answered {answer.status} without a reason.", answer.status)
