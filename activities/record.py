"""`record`: writes the task's state into the catalogue, which outlives Temporal's history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from temporalio import activity

from activities.attempts.failures import as_patient_failure
from domain.errors import PipelineError
from domain.messages.stages import RecordInput


class Catalogue(Protocol):
    def record(self, record: RecordInput) -> None:
        """Updates the row; a record that is older than the row changes nothing."""


@dataclass(frozen=True)
class Record:
    catalogue: Catalogue

    @activity.defn(name="record", no_thread_cancel_exception=True)
    def run(self, request: RecordInput) -> None:
        try:
            self.catalogue.record(request)
        except PipelineError as error:
            raise as_patient_failure(error) from error
