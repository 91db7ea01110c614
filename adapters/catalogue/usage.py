"""Usage of an owner, summed from the rows of the owner's videos."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Session, col, select

from adapters.catalogue.models import VideoRow
from domain.accounts.quotas import DAY_US, Quotas, Usage
from domain.tasks.state import TaskStatus

_OPEN = [status.value for status in TaskStatus if not status.ended]


def usage_of(session: Session, owner: str, at_us: int, quotas: Quotas, except_id: str = "") -> Usage:
    """Usage of what `quotas` limits, 0 for the rest; the video `except_id` is not counted."""
    mine = (col(VideoRow.owner) == owner) & (col(VideoRow.id) != except_id)
    today = mine & (col(VideoRow.created_us) > at_us - DAY_US)
    return Usage(
        running_tasks=_sum(session, func.count(), mine & col(VideoRow.status).in_(_OPEN))
        if quotas.running_tasks
        else 0,
        daily_bytes=_sum(session, func.sum(col(VideoRow.size_bytes)), today) if quotas.daily_bytes else 0,
        daily_media_us=_sum(session, func.sum(col(VideoRow.duration_us)), today)
        if quotas.daily_minutes
        else 0,
        stored_bytes=_sum(session, func.sum(col(VideoRow.size_bytes)), mine) if quotas.stored_bytes else 0,
    )


def _sum(session: Session, amount: ColumnElement[Any], condition: ColumnElement[bool]) -> int:
    return int(session.exec(select(amount).where(condition)).one() or 0)
