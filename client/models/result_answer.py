from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import cast


T = TypeVar("T", bound="ResultAnswer")


@_attrs_define
class ResultAnswer:
    """Results of a task; null or empty until they are known.

    Attributes:
        final_video (None | str | Unset):
        language (None | str | Unset):
        animals_detected (list[str] | Unset):
        subtitles (None | str | Unset):
    """

    final_video: None | str | Unset = UNSET
    language: None | str | Unset = UNSET
    animals_detected: list[str] | Unset = UNSET
    subtitles: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        final_video: None | str | Unset
        if isinstance(self.final_video, Unset):
            final_video = UNSET
        else:
            final_video = self.final_video

        language: None | str | Unset
        if isinstance(self.language, Unset):
            language = UNSET
        else:
            language = self.language

        animals_detected: list[str] | Unset = UNSET
        if not isinstance(self.animals_detected, Unset):
            animals_detected = self.animals_detected

        subtitles: None | str | Unset
        if isinstance(self.subtitles, Unset):
            subtitles = UNSET
        else:
            subtitles = self.subtitles

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if final_video is not UNSET:
            field_dict["final_video"] = final_video
        if language is not UNSET:
            field_dict["language"] = language
        if animals_detected is not UNSET:
            field_dict["animals_detected"] = animals_detected
        if subtitles is not UNSET:
            field_dict["subtitles"] = subtitles

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_final_video(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        final_video = _parse_final_video(d.pop("final_video", UNSET))

        def _parse_language(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        language = _parse_language(d.pop("language", UNSET))

        animals_detected = cast(list[str], d.pop("animals_detected", UNSET))

        def _parse_subtitles(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        subtitles = _parse_subtitles(d.pop("subtitles", UNSET))

        result_answer = cls(
            final_video=final_video,
            language=language,
            animals_detected=animals_detected,
            subtitles=subtitles,
        )

        result_answer.additional_properties = d
        return result_answer

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
