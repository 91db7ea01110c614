from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast


T = TypeVar("T", bound="ResultMetadata")


@_attrs_define
class ResultMetadata:
    """Names, resolution, duration in seconds and size in bytes of the result.

    Attributes:
        original_filename (str):
        final_filename (str):
        resolution (None | str):
        duration (float | None): Seconds.
        file_size (int | None):
    """

    original_filename: str
    final_filename: str
    resolution: None | str
    duration: float | None
    file_size: int | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        original_filename = self.original_filename

        final_filename = self.final_filename

        resolution: None | str
        resolution = self.resolution

        duration: float | None
        duration = self.duration

        file_size: int | None
        file_size = self.file_size

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "original_filename": original_filename,
                "final_filename": final_filename,
                "resolution": resolution,
                "duration": duration,
                "file_size": file_size,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        original_filename = d.pop("original_filename")

        final_filename = d.pop("final_filename")

        def _parse_resolution(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        resolution = _parse_resolution(d.pop("resolution"))

        def _parse_duration(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        duration = _parse_duration(d.pop("duration"))

        def _parse_file_size(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        file_size = _parse_file_size(d.pop("file_size"))

        result_metadata = cls(
            original_filename=original_filename,
            final_filename=final_filename,
            resolution=resolution,
            duration=duration,
            file_size=file_size,
        )

        result_metadata.additional_properties = d
        return result_metadata

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
