from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import cast
from typing import Literal, cast

if TYPE_CHECKING:
    from ..models.result_metadata import ResultMetadata


T = TypeVar("T", bound="ProcessedAnswer")


@_attrs_define
class ProcessedAnswer:
    """The video has been processed, now or by an earlier upload.

    Attributes:
        video_id (str):
        job_id (str):
        streaming_url (str):
        metadata (ResultMetadata): Names, resolution, duration in seconds and size in bytes of the result.
        status (Literal['success'] | Unset):  Default: 'success'.
        message (str | Unset):  Default: 'The video was processed.'.
    """

    video_id: str
    job_id: str
    streaming_url: str
    metadata: ResultMetadata
    status: Literal["success"] | Unset = "success"
    message: str | Unset = "The video was processed."
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.result_metadata import ResultMetadata  # noqa: PLC0415

        video_id = self.video_id

        job_id = self.job_id

        streaming_url = self.streaming_url

        metadata = self.metadata.to_dict()

        status = self.status

        message = self.message

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "video_id": video_id,
                "job_id": job_id,
                "streaming_url": streaming_url,
                "metadata": metadata,
            }
        )
        if status is not UNSET:
            field_dict["status"] = status
        if message is not UNSET:
            field_dict["message"] = message

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.result_metadata import ResultMetadata  # noqa: PLC0415

        d = dict(src_dict)
        video_id = d.pop("video_id")

        job_id = d.pop("job_id")

        streaming_url = d.pop("streaming_url")

        metadata = ResultMetadata.from_dict(d.pop("metadata"))

        status = cast(Literal["success"] | Unset, d.pop("status", UNSET))
        if status != "success" and not isinstance(status, Unset):
            raise ValueError(f"status must match const 'success', got '{status}'")

        message = d.pop("message", UNSET)

        processed_answer = cls(
            video_id=video_id,
            job_id=job_id,
            streaming_url=streaming_url,
            metadata=metadata,
            status=status,
            message=message,
        )

        processed_answer.additional_properties = d
        return processed_answer

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
