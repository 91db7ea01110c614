from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.health_answer_status import HealthAnswerStatus


T = TypeVar("T", bound="HealthAnswer")


@_attrs_define
class HealthAnswer:
    """Health of the services: each is `ok` or an error; `ffmpeg` is that of the CPU workers.

    Attributes:
        status (HealthAnswerStatus):
        service (str):
        version (str):
        object_store (str):
        database (str):
        ffmpeg (str):
    """

    status: HealthAnswerStatus
    service: str
    version: str
    object_store: str
    database: str
    ffmpeg: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status = self.status.value

        service = self.service

        version = self.version

        object_store = self.object_store

        database = self.database

        ffmpeg = self.ffmpeg

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "status": status,
                "service": service,
                "version": version,
                "object_store": object_store,
                "database": database,
                "ffmpeg": ffmpeg,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        status = HealthAnswerStatus(d.pop("status"))

        service = d.pop("service")

        version = d.pop("version")

        object_store = d.pop("object_store")

        database = d.pop("database")

        ffmpeg = d.pop("ffmpeg")

        health_answer = cls(
            status=status,
            service=service,
            version=version,
            object_store=object_store,
            database=database,
            ffmpeg=ffmpeg,
        )

        health_answer.additional_properties = d
        return health_answer

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
