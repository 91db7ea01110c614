"""How a resumable upload is cut into parts, and how long its sender may take."""

from __future__ import annotations

from domain.accounts.quotas import DAY_US

_MIB = 1024 * 1024
# At most this much is sent again after an API was killed. S3 wants 5 MiB and more of every part but the last.
_PART_BYTES = 8 * _MIB
# S3 takes the numbers 1 to 10,000. A request that breaks off can use one up, so half of them are for that.
MOST_PART_NUMBERS = 10_000
_MOST_PARTS = 5_000

# The sweep drops every multipart upload that was begun longer ago, and none begins before its upload.
LIFETIME_US = DAY_US
# After its end an upload's state stays for a while, so that nobody removes what somebody else just finishes.
SETTLED_AFTER_US = 3600 * 1_000_000

# So many small requests may leave their bytes apart before they are put together.
MOST_PIECES = 8


def part_bytes(length_bytes: int) -> int:
    """The size of every part but the last of an upload of this length: whole MiB."""
    return max(_PART_BYTES, -(-length_bytes // (_MOST_PARTS * _MIB)) * _MIB)
