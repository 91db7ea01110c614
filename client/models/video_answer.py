from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.library_status import LibraryStatus
from typing import cast
import datetime


T = TypeVar("T", bound="VideoAnswer")


@_attrs_define
class VideoAnswer:
    """A video of the library. Once it is saved it has a file, and a `link` that expires.

    Attributes:
        id (str):
        filename (str):
        s3_uri (None | str):
        link (None | str):
        status (LibraryStatus): Status of a video in the library.
        file_size (int | None):
        duration (float | None): Seconds.
        resolution (None | str):
        created_at (datetime.datetime):
        updated_at (datetime.datetime):
    """

    id: str
    filename: str
    s3_uri: None | str
    link: None | str
    status: LibraryStatus
    file_size: int | None
    duration: float | None
    resolution: None | str
    created_at: datetime.datetime
    updated_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        filename = self.filename

        s3_uri: None | str
        s3_uri = self.s3_uri

        link: None | str
        link = self.link

        status = self.status.value

        file_size: int | None
        file_size = self.file_size

        duration: float | None
        duration = self.duration

        resolution: None | str
        resolution = self.resolution

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "filename": filename,
                "s3_uri": s3_uri,
                "link": link,
                "status": status,
                "file_size": file_size,
                "duration": duration,
                "resolution": resolution,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        filename = d.pop("filename")

        def _parse_s3_uri(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        s3_uri = _parse_s3_uri(d.pop("s3_uri"))

        def _parse_link(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        link = _parse_link(d.pop("link"))

        status = LibraryStatus(d.pop("status"))

        def _parse_file_size(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        file_size = _parse_file_size(d.pop("file_size"))

        def _parse_duration(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        duration = _parse_duration(d.pop("duration"))

        def _parse_resolution(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        resolution = _parse_resolution(d.pop("resolution"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        video_answer = cls(
            id=id,
            filename=filename,
            s3_uri=s3_uri,
            link=link,
            status=status,
            file_size=file_size,
            duration=duration,
            resolution=resolution,
            created_at=created_at,
            updated_at=updated_at,
        )

        video_answer.additional_properties = d
        return video_answer

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
