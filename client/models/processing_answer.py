from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import Literal, cast


T = TypeVar("T", bound="ProcessingAnswer")


@_attrs_define
class ProcessingAnswer:
    """The processing has started; `GET /api/videos/{video_id}` shows its result.

    Attributes:
        video_id (str):
        job_id (str):
        status (Literal['processing'] | Unset):  Default: 'processing'.
        message (str | Unset):  Default: 'The video is being processed.'.
    """

    video_id: str
    job_id: str
    status: Literal["processing"] | Unset = "processing"
    message: str | Unset = "The video is being processed."
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        video_id = self.video_id

        job_id = self.job_id

        status = self.status

        message = self.message

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "video_id": video_id,
                "job_id": job_id,
            }
        )
        if status is not UNSET:
            field_dict["status"] = status
        if message is not UNSET:
            field_dict["message"] = message

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        video_id = d.pop("video_id")

        job_id = d.pop("job_id")

        status = cast(Literal["processing"] | Unset, d.pop("status", UNSET))
        if status != "processing" and not isinstance(status, Unset):
            raise ValueError(f"status must match const 'processing', got '{status}'")

        message = d.pop("message", UNSET)

        processing_answer = cls(
            video_id=video_id,
            job_id=job_id,
            status=status,
            message=message,
        )

        processing_answer.additional_properties = d
        return processing_answer

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
