from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset


T = TypeVar("T", bound="VideoChange")


@_attrs_define
class VideoChange:
    """The new name of a video.

    Attributes:
        filename (str):
    """

    filename: str

    def to_dict(self) -> dict[str, Any]:
        filename = self.filename

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "filename": filename,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        filename = d.pop("filename")

        video_change = cls(
            filename=filename,
        )

        return video_change
