from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.task_status import TaskStatus
from ..types import UNSET, Unset
from typing import cast
import datetime

if TYPE_CHECKING:
    from ..models.fault_answer import FaultAnswer
    from ..models.result_answer import ResultAnswer
    from ..models.status_answer_links import StatusAnswerLinks
    from ..models.status_answer_stages import StatusAnswerStages


T = TypeVar("T", bound="StatusAnswer")


@_attrs_define
class StatusAnswer:
    """Status of a task, read at `as_of` from `source`: `temporal` or `catalogue`.

    `parked_until` is set while a failed stage waits for a retry or a cancellation.

        Attributes:
            task_id (str):
            status (TaskStatus):
            stages (StatusAnswerStages):
            result (ResultAnswer): Results of a task; null or empty until they are known.
            as_of (datetime.datetime):
            age_seconds (float):
            source (str):
            error (FaultAnswer | None | Unset):
            parked_until (datetime.datetime | None | Unset):
            links (StatusAnswerLinks | Unset):
    """

    task_id: str
    status: TaskStatus
    stages: StatusAnswerStages
    result: ResultAnswer
    as_of: datetime.datetime
    age_seconds: float
    source: str
    error: FaultAnswer | None | Unset = UNSET
    parked_until: datetime.datetime | None | Unset = UNSET
    links: StatusAnswerLinks | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.fault_answer import FaultAnswer  # noqa: PLC0415
        from ..models.result_answer import ResultAnswer  # noqa: PLC0415
        from ..models.status_answer_links import StatusAnswerLinks  # noqa: PLC0415
        from ..models.status_answer_stages import StatusAnswerStages  # noqa: PLC0415

        task_id = self.task_id

        status = self.status.value

        stages = self.stages.to_dict()

        result = self.result.to_dict()

        as_of = self.as_of.isoformat()

        age_seconds = self.age_seconds

        source = self.source

        error: dict[str, Any] | None | Unset
        if isinstance(self.error, Unset):
            error = UNSET
        elif isinstance(self.error, FaultAnswer):
            error = self.error.to_dict()
        else:
            error = self.error

        parked_until: None | str | Unset
        if isinstance(self.parked_until, Unset):
            parked_until = UNSET
        elif isinstance(self.parked_until, datetime.datetime):
            parked_until = self.parked_until.isoformat()
        else:
            parked_until = self.parked_until

        links: dict[str, Any] | Unset = UNSET
        if not isinstance(self.links, Unset):
            links = self.links.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "task_id": task_id,
                "status": status,
                "stages": stages,
                "result": result,
                "as_of": as_of,
                "age_seconds": age_seconds,
                "source": source,
            }
        )
        if error is not UNSET:
            field_dict["error"] = error
        if parked_until is not UNSET:
            field_dict["parked_until"] = parked_until
        if links is not UNSET:
            field_dict["links"] = links

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.fault_answer import FaultAnswer  # noqa: PLC0415
        from ..models.result_answer import ResultAnswer  # noqa: PLC0415
        from ..models.status_answer_links import StatusAnswerLinks  # noqa: PLC0415
        from ..models.status_answer_stages import StatusAnswerStages  # noqa: PLC0415

        d = dict(src_dict)
        task_id = d.pop("task_id")

        status = TaskStatus(d.pop("status"))

        stages = StatusAnswerStages.from_dict(d.pop("stages"))

        result = ResultAnswer.from_dict(d.pop("result"))

        as_of = datetime.datetime.fromisoformat(d.pop("as_of"))

        age_seconds = d.pop("age_seconds")

        source = d.pop("source")

        def _parse_error(data: object) -> FaultAnswer | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                error_type_0 = FaultAnswer.from_dict(data)

                return error_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(FaultAnswer | None | Unset, data)

        error = _parse_error(d.pop("error", UNSET))

        def _parse_parked_until(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                parked_until_type_0 = datetime.datetime.fromisoformat(data)

                return parked_until_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        parked_until = _parse_parked_until(d.pop("parked_until", UNSET))

        _links = d.pop("links", UNSET)
        links: StatusAnswerLinks | Unset
        if isinstance(_links, Unset):
            links = UNSET
        else:
            links = StatusAnswerLinks.from_dict(_links)

        status_answer = cls(
            task_id=task_id,
            status=status,
            stages=stages,
            result=result,
            as_of=as_of,
            age_seconds=age_seconds,
            source=source,
            error=error,
            parked_until=parked_until,
            links=links,
        )

        status_answer.additional_properties = d
        return status_answer

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
