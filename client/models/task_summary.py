from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.task_status import TaskStatus
from typing import cast
import datetime

if TYPE_CHECKING:
    from ..models.fault_answer import FaultAnswer


T = TypeVar("T", bound="TaskSummary")


@_attrs_define
class TaskSummary:
    """One task of the list.

    Attributes:
        task_id (str):
        status (TaskStatus):
        filename (str):
        size_bytes (int):
        duration_s (float | None):
        language (None | str):
        animals_detected (list[str]):
        error (FaultAnswer | None):
        created_at (datetime.datetime):
        status_url (str):
    """

    task_id: str
    status: TaskStatus
    filename: str
    size_bytes: int
    duration_s: float | None
    language: None | str
    animals_detected: list[str]
    error: FaultAnswer | None
    created_at: datetime.datetime
    status_url: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.fault_answer import FaultAnswer  # noqa: PLC0415

        task_id = self.task_id

        status = self.status.value

        filename = self.filename

        size_bytes = self.size_bytes

        duration_s: float | None
        duration_s = self.duration_s

        language: None | str
        language = self.language

        animals_detected = self.animals_detected

        error: dict[str, Any] | None
        if isinstance(self.error, FaultAnswer):
            error = self.error.to_dict()
        else:
            error = self.error

        created_at = self.created_at.isoformat()

        status_url = self.status_url

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "task_id": task_id,
                "status": status,
                "filename": filename,
                "size_bytes": size_bytes,
                "duration_s": duration_s,
                "language": language,
                "animals_detected": animals_detected,
                "error": error,
                "created_at": created_at,
                "status_url": status_url,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.fault_answer import FaultAnswer  # noqa: PLC0415

        d = dict(src_dict)
        task_id = d.pop("task_id")

        status = TaskStatus(d.pop("status"))

        filename = d.pop("filename")

        size_bytes = d.pop("size_bytes")

        def _parse_duration_s(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        duration_s = _parse_duration_s(d.pop("duration_s"))

        def _parse_language(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        language = _parse_language(d.pop("language"))

        animals_detected = cast(list[str], d.pop("animals_detected"))

        def _parse_error(data: object) -> FaultAnswer | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                error_type_0 = FaultAnswer.from_dict(data)

                return error_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(FaultAnswer | None, data)

        error = _parse_error(d.pop("error"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        status_url = d.pop("status_url")

        task_summary = cls(
            task_id=task_id,
            status=status,
            filename=filename,
            size_bytes=size_bytes,
            duration_s=duration_s,
            language=language,
            animals_detected=animals_detected,
            error=error,
            created_at=created_at,
            status_url=status_url,
        )

        task_summary.additional_properties = d
        return task_summary

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
