"""Writes an object in parts that are named by number, so that somebody else can go on with it."""

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

from adapters.object_store.connection import naming_faults
from domain.errors import FileUnknown, PipelineError, StoreUnavailable

_SIGNED_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class StoredPart:
    """A part as the store has taken it."""

    number: int
    etag: str


class NumberedParts:
    """Writes through `quick`; `patient` puts the parts together.

    Numbers need not follow each other without a gap, and a number that is written twice holds what came last.
    """

    def __init__(self, quick: Minio, patient: Minio, bucket: str) -> None:
        self._quick = quick
        self._patient = patient
        self._bucket = bucket

    def begin(self, key: str, media_type: str) -> str:
        """The id of a new upload in parts; one whose id got lost with the answer is dropped again."""
        try:
            with naming_faults(f"write {key}"):
                return self._quick._create_multipart_upload(self._bucket, key, {"Content-Type": media_type})
        except PipelineError:
            with suppress(PipelineError), naming_faults(f"look for lost parts of {key}"):
                for upload in self._quick._list_multipart_uploads(self._bucket, prefix=key).uploads:
                    if upload.object_name == key and upload.upload_id:
                        self.drop(key, upload.upload_id)
            raise

    def write(self, key: str, upload_id: str, number: int, content: bytes) -> StoredPart:
        with naming_faults(f"write part {number} of {key}"):
            etag = self._quick._upload_part(self._bucket, key, content, None, upload_id, number)
        return StoredPart(number, etag)

    def stream(
        self, key: str, upload_id: str, number: int, blocks: Iterable[memoryview], size_bytes: int
    ) -> StoredPart:
        """Like `write`, while the content still comes. An error in `blocks` passes through unchanged, and
        the store keeps nothing of the part.

        It is tried once: a failure may have used blocks up.
        """
        with naming_faults(f"write part {number} of {key}"):
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
        """Make these parts the object; again is no fault. Raises `FileUnknown` when they are gone."""
        with suppress(FileUnknown), naming_faults(f"put the parts of {key} together"):
            self._patient._complete_multipart_upload(
                self._bucket, key, upload_id, [Part(part.number, part.etag) for part in parts]
            )
        # S3 may answer 200 and tell of a failure in the body, which the client does not read. And parts that
        # are unknown may have been put together before.
        with naming_faults(f"look up {key}"):
            written = self._quick.stat_object(self._bucket, key).size
        if written != size_bytes:
            raise StoreUnavailable(f"The object store kept {written} of {size_bytes} bytes of {key}.")

    def drop(self, key: str, upload_id: str) -> None:
        """Forget the parts; those that are gone already are no fault."""
        with suppress(FileUnknown), naming_faults(f"drop the parts of {key}"):
            self._quick._abort_multipart_upload(self._bucket, key, upload_id)


def _fault_of(answer: BaseHTTPResponse) -> S3Error | ServerError:
    try:
        return S3Error.fromxml(answer)
    except (ParseError, UnicodeDecodeError):
        return ServerError(f"The server answered {answer.status} without a reason.", answer.status)
