from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field
import json
from .. import types

from ..types import UNSET, Unset

from ..models.upload_body_subtitle_mode import UploadBodySubtitleMode
from ..types import File, FileTypes
from ..types import UNSET, Unset
from io import BytesIO


T = TypeVar("T", bound="UploadBody")


@_attrs_define
class UploadBody:
    """
    Attributes:
        file (File): The video: MP4, MOV, Matroska, WebM, AVI or MPEG-TS.
        subtitle_mode (UploadBodySubtitleMode | Unset): `soft`: a subtitle track that can be switched on; `burn`: drawn
            into the picture; `none`: no subtitles. Default: UploadBodySubtitleMode.SOFT.
        max_height (int | Unset): Maximum height of the result in pixels; no video is enlarged. Default: 1080.
        language (str | Unset): Language of the speech (ISO 639-1); skips the detection. Example: fr.
    """

    file: File
    subtitle_mode: UploadBodySubtitleMode | Unset = UploadBodySubtitleMode.SOFT
    max_height: int | Unset = 1080
    language: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        file = self.file.to_tuple()

        subtitle_mode: str | Unset = UNSET
        if not isinstance(self.subtitle_mode, Unset):
            subtitle_mode = self.subtitle_mode.value

        max_height = self.max_height

        language = self.language

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "file": file,
            }
        )
        if subtitle_mode is not UNSET:
            field_dict["subtitle_mode"] = subtitle_mode
        if max_height is not UNSET:
            field_dict["max_height"] = max_height
        if language is not UNSET:
            field_dict["language"] = language

        return field_dict

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        files.append(("file", self.file.to_tuple()))

        if not isinstance(self.subtitle_mode, Unset):
            files.append(("subtitle_mode", (None, str(self.subtitle_mode.value).encode(), "text/plain")))

        if not isinstance(self.max_height, Unset):
            files.append(("max_height", (None, str(self.max_height).encode(), "text/plain")))

        if not isinstance(self.language, Unset):
            files.append(("language", (None, str(self.language).encode(), "text/plain")))

        for prop_name, prop in self.additional_properties.items():
            files.append((prop_name, (None, str(prop).encode(), "text/plain")))

        return files

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        file = File(payload=BytesIO(d.pop("file")))

        _subtitle_mode = d.pop("subtitle_mode", UNSET)
        subtitle_mode: UploadBodySubtitleMode | Unset
        if isinstance(_subtitle_mode, Unset):
            subtitle_mode = UNSET
        else:
            subtitle_mode = UploadBodySubtitleMode(_subtitle_mode)

        max_height = d.pop("max_height", UNSET)

        language = d.pop("language", UNSET)

        upload_body = cls(
            file=file,
            subtitle_mode=subtitle_mode,
            max_height=max_height,
            language=language,
        )

        upload_body.additional_properties = d
        return upload_body

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
