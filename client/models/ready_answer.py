from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
    from ..models.ready_answer_parts import ReadyAnswerParts


T = TypeVar("T", bound="ReadyAnswer")


@_attrs_define
class ReadyAnswer:
    """Readiness of each service: `ok`, or an error code.

    Attributes:
        ready (bool):
        parts (ReadyAnswerParts):
    """

    ready: bool
    parts: ReadyAnswerParts
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.ready_answer_parts import ReadyAnswerParts  # noqa: PLC0415

        ready = self.ready

        parts = self.parts.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "ready": ready,
                "parts": parts,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.ready_answer_parts import ReadyAnswerParts  # noqa: PLC0415

        d = dict(src_dict)
        ready = d.pop("ready")

        parts = ReadyAnswerParts.from_dict(d.pop("parts"))

        ready_answer = cls(
            ready=ready,
            parts=parts,
        )

        ready_answer.additional_properties = d
        return ready_answer

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
