"""Clock of the API, in the unit of all messages (microseconds)."""

from __future__ import annotations

import time


def now_us() -> int:
    """Returns the microseconds since 1970 in UTC."""
    return time.time_ns() // 1000
