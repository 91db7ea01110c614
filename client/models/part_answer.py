from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset


T = TypeVar("T", bound="PartAnswer")


@_attrs_define
class PartAnswer:
    """One component of the installation; `mend` is the fix when it is not ok.

    Attributes:
        part (str):
        ok (bool):
        detail (str):
        mend (str | Unset):  Default: ''.
    """

    part: str
    ok: bool
    detail: str
    mend: str | Unset = ""
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        part = self.part

        ok = self.ok

        detail = self.detail

        mend = self.mend

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "part": part,
                "ok": ok,
                "detail": detail,
            }
        )
        if mend is not UNSET:
            field_dict["mend"] = mend

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        part = d.pop("part")

        ok = d.pop("ok")

        detail = d.pop("detail")

        mend = d.pop("mend", UNSET)

        part_answer = cls(
            part=part,
            ok=ok,
            detail=detail,
            mend=mend,
        )

        part_answer.additional_properties = d
        return part_answer

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
