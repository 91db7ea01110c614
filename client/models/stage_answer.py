from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.stage_status import StageStatus
from ..types import UNSET, Unset
from typing import cast
import datetime

if TYPE_CHECKING:
    from ..models.fault_answer import FaultAnswer


T = TypeVar("T", bound="StageAnswer")


@_attrs_define
class StageAnswer:
    """One stage of a task. `progress` is a percentage; `attempt` is the number of the current attempt.

    A long encode runs in chunks and counts frames. `eta_seconds` is an estimate from the speed so far;
    `remarks` describe deviations from the usual processing, with their reasons.

        Attributes:
            status (StageStatus):
            progress (int):
            attempt (int | None | Unset):
            started_at (datetime.datetime | None | Unset):
            ended_at (datetime.datetime | None | Unset):
            error (FaultAnswer | None | Unset):
            eta_seconds (float | None | Unset):
            frames_done (int | None | Unset):
            frames_total (int | None | Unset):
            remarks (list[str] | Unset):
    """

    status: StageStatus
    progress: int
    attempt: int | None | Unset = UNSET
    started_at: datetime.datetime | None | Unset = UNSET
    ended_at: datetime.datetime | None | Unset = UNSET
    error: FaultAnswer | None | Unset = UNSET
    eta_seconds: float | None | Unset = UNSET
    frames_done: int | None | Unset = UNSET
    frames_total: int | None | Unset = UNSET
    remarks: list[str] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.fault_answer import FaultAnswer  # noqa: PLC0415

        status = self.status.value

        progress = self.progress

        attempt: int | None | Unset
        if isinstance(self.attempt, Unset):
            attempt = UNSET
        else:
            attempt = self.attempt

        started_at: None | str | Unset
        if isinstance(self.started_at, Unset):
            started_at = UNSET
        elif isinstance(self.started_at, datetime.datetime):
            started_at = self.started_at.isoformat()
        else:
            started_at = self.started_at

        ended_at: None | str | Unset
        if isinstance(self.ended_at, Unset):
            ended_at = UNSET
        elif isinstance(self.ended_at, datetime.datetime):
            ended_at = self.ended_at.isoformat()
        else:
            ended_at = self.ended_at

        error: dict[str, Any] | None | Unset
        if isinstance(self.error, Unset):
            error = UNSET
        elif isinstance(self.error, FaultAnswer):
            error = self.error.to_dict()
        else:
            error = self.error

        eta_seconds: float | None | Unset
        if isinstance(self.eta_seconds, Unset):
            eta_seconds = UNSET
        else:
            eta_seconds = self.eta_seconds

        frames_done: int | None | Unset
        if isinstance(self.frames_done, Unset):
            frames_done = UNSET
        else:
            frames_done = self.frames_done

        frames_total: int | None | Unset
        if isinstance(self.frames_total, Unset):
            frames_total = UNSET
        else:
            frames_total = self.frames_total

        remarks: list[str] | Unset = UNSET
        if not isinstance(self.remarks, Unset):
            remarks = self.remarks

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "status": status,
                "progress": progress,
            }
        )
        if attempt is not UNSET:
            field_dict["attempt"] = attempt
        if started_at is not UNSET:
            field_dict["started_at"] = started_at
        if ended_at is not UNSET:
            field_dict["ended_at"] = ended_at
        if error is not UNSET:
            field_dict["error"] = error
        if eta_seconds is not UNSET:
            field_dict["eta_seconds"] = eta_seconds
        if frames_done is not UNSET:
            field_dict["frames_done"] = frames_done
        if frames_total is not UNSET:
            field_dict["frames_total"] = frames_total
        if remarks is not UNSET:
            field_dict["remarks"] = remarks

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.fault_answer import FaultAnswer  # noqa: PLC0415

        d = dict(src_dict)
        status = StageStatus(d.pop("status"))

        progress = d.pop("progress")

        def _parse_attempt(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        attempt = _parse_attempt(d.pop("attempt", UNSET))

        def _parse_started_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                started_at_type_0 = datetime.datetime.fromisoformat(data)

                return started_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        started_at = _parse_started_at(d.pop("started_at", UNSET))

        def _parse_ended_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                ended_at_type_0 = datetime.datetime.fromisoformat(data)

                return ended_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        ended_at = _parse_ended_at(d.pop("ended_at", UNSET))

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

        def _parse_eta_seconds(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        eta_seconds = _parse_eta_seconds(d.pop("eta_seconds", UNSET))

        def _parse_frames_done(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        frames_done = _parse_frames_done(d.pop("frames_done", UNSET))

        def _parse_frames_total(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        frames_total = _parse_frames_total(d.pop("frames_total", UNSET))

        remarks = cast(list[str], d.pop("remarks", UNSET))

        stage_answer = cls(
            status=status,
            progress=progress,
            attempt=attempt,
            started_at=started_at,
            ended_at=ended_at,
            error=error,
            eta_seconds=eta_seconds,
            frames_done=frames_done,
            frames_total=frames_total,
            remarks=remarks,
        )

        stage_answer.additional_properties = d
        return stage_answer

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
