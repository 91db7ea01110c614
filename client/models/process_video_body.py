from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field
import json
from .. import types

from ..types import UNSET, Unset

from ..models.process_video_body_resolution import ProcessVideoBodyResolution
from ..models.process_video_body_subtitle_position import ProcessVideoBodySubtitlePosition
from ..types import File, FileTypes
from ..types import UNSET, Unset
from io import BytesIO


T = TypeVar("T", bound="ProcessVideoBody")


@_attrs_define
class ProcessVideoBody:
    """
    Attributes:
        video (File): The video: MP4, AVI, MOV or Matroska.
        srt_file (File): SRT in any charset, at most 1048576 bytes.
        resolution (ProcessVideoBodyResolution | Unset):  Default: ProcessVideoBodyResolution.VALUE_0.
        crf_value (int | Unset):  Default: 23.
        subtitle_font (str | Unset):
        subtitle_size (float | Unset):
        subtitle_color (str | Unset):
        subtitle_outline_color (str | Unset):
        subtitle_outline (float | Unset):
        subtitle_box (bool | Unset):
        subtitle_position (ProcessVideoBodySubtitlePosition | Unset):
        subtitle_margin (float | Unset):
    """

    video: File
    srt_file: File
    resolution: ProcessVideoBodyResolution | Unset = ProcessVideoBodyResolution.VALUE_0
    crf_value: int | Unset = 23
    subtitle_font: str | Unset = UNSET
    subtitle_size: float | Unset = UNSET
    subtitle_color: str | Unset = UNSET
    subtitle_outline_color: str | Unset = UNSET
    subtitle_outline: float | Unset = UNSET
    subtitle_box: bool | Unset = UNSET
    subtitle_position: ProcessVideoBodySubtitlePosition | Unset = UNSET
    subtitle_margin: float | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        video = self.video.to_tuple()

        srt_file = self.srt_file.to_tuple()

        resolution: str | Unset = UNSET
        if not isinstance(self.resolution, Unset):
            resolution = self.resolution.value

        crf_value = self.crf_value

        subtitle_font = self.subtitle_font

        subtitle_size = self.subtitle_size

        subtitle_color = self.subtitle_color

        subtitle_outline_color = self.subtitle_outline_color

        subtitle_outline = self.subtitle_outline

        subtitle_box = self.subtitle_box

        subtitle_position: str | Unset = UNSET
        if not isinstance(self.subtitle_position, Unset):
            subtitle_position = self.subtitle_position.value

        subtitle_margin = self.subtitle_margin

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "video": video,
                "srt_file": srt_file,
            }
        )
        if resolution is not UNSET:
            field_dict["resolution"] = resolution
        if crf_value is not UNSET:
            field_dict["crf_value"] = crf_value
        if subtitle_font is not UNSET:
            field_dict["subtitle_font"] = subtitle_font
        if subtitle_size is not UNSET:
            field_dict["subtitle_size"] = subtitle_size
        if subtitle_color is not UNSET:
            field_dict["subtitle_color"] = subtitle_color
        if subtitle_outline_color is not UNSET:
            field_dict["subtitle_outline_color"] = subtitle_outline_color
        if subtitle_outline is not UNSET:
            field_dict["subtitle_outline"] = subtitle_outline
        if subtitle_box is not UNSET:
            field_dict["subtitle_box"] = subtitle_box
        if subtitle_position is not UNSET:
            field_dict["subtitle_position"] = subtitle_position
        if subtitle_margin is not UNSET:
            field_dict["subtitle_margin"] = subtitle_margin

        return field_dict

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        files.append(("video", self.video.to_tuple()))

        files.append(("srt_file", self.srt_file.to_tuple()))

        if not isinstance(self.resolution, Unset):
            files.append(("resolution", (None, str(self.resolution.value).encode(), "text/plain")))

        if not isinstance(self.crf_value, Unset):
            files.append(("crf_value", (None, str(self.crf_value).encode(), "text/plain")))

        if not isinstance(self.subtitle_font, Unset):
            files.append(("subtitle_font", (None, str(self.subtitle_font).encode(), "text/plain")))

        if not isinstance(self.subtitle_size, Unset):
            files.append(("subtitle_size", (None, str(self.subtitle_size).encode(), "text/plain")))

        if not isinstance(self.subtitle_color, Unset):
            files.append(("subtitle_color", (None, str(self.subtitle_color).encode(), "text/plain")))

        if not isinstance(self.subtitle_outline_color, Unset):
            files.append(
                ("subtitle_outline_color", (None, str(self.subtitle_outline_color).encode(), "text/plain"))
            )

        if not isinstance(self.subtitle_outline, Unset):
            files.append(("subtitle_outline", (None, str(self.subtitle_outline).encode(), "text/plain")))

        if not isinstance(self.subtitle_box, Unset):
            files.append(("subtitle_box", (None, str(self.subtitle_box).encode(), "text/plain")))

        if not isinstance(self.subtitle_position, Unset):
            files.append(
                ("subtitle_position", (None, str(self.subtitle_position.value).encode(), "text/plain"))
            )

        if not isinstance(self.subtitle_margin, Unset):
            files.append(("subtitle_margin", (None, str(self.subtitle_margin).encode(), "text/plain")))

        return files

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        video = File(payload=BytesIO(d.pop("video")))

        srt_file = File(payload=BytesIO(d.pop("srt_file")))

        _resolution = d.pop("resolution", UNSET)
        resolution: ProcessVideoBodyResolution | Unset
        if isinstance(_resolution, Unset):
            resolution = UNSET
        else:
            resolution = ProcessVideoBodyResolution(_resolution)

        crf_value = d.pop("crf_value", UNSET)

        subtitle_font = d.pop("subtitle_font", UNSET)

        subtitle_size = d.pop("subtitle_size", UNSET)

        subtitle_color = d.pop("subtitle_color", UNSET)

        subtitle_outline_color = d.pop("subtitle_outline_color", UNSET)

        subtitle_outline = d.pop("subtitle_outline", UNSET)

        subtitle_box = d.pop("subtitle_box", UNSET)

        _subtitle_position = d.pop("subtitle_position", UNSET)
        subtitle_position: ProcessVideoBodySubtitlePosition | Unset
        if isinstance(_subtitle_position, Unset):
            subtitle_position = UNSET
        else:
            subtitle_position = ProcessVideoBodySubtitlePosition(_subtitle_position)

        subtitle_margin = d.pop("subtitle_margin", UNSET)

        process_video_body = cls(
            video=video,
            srt_file=srt_file,
            resolution=resolution,
            crf_value=crf_value,
            subtitle_font=subtitle_font,
            subtitle_size=subtitle_size,
            subtitle_color=subtitle_color,
            subtitle_outline_color=subtitle_outline_color,
            subtitle_outline=subtitle_outline,
            subtitle_box=subtitle_box,
            subtitle_position=subtitle_position,
            subtitle_margin=subtitle_margin,
        )

        return process_video_body
