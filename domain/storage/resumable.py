"""Part sizes and lifetime of a resumable upload."""

from __future__ import annotations

from domain.accounts.quotas import DAY_US

_MIB = 1024 * 1024
# A killed API costs at most this much sent again. S3 requires 5 MiB or more of all parts but the last.
_PART_BYTES = 8 * _MIB
# S3 accepts part numbers 1 to 10,000. An interrupted request can use one up; half of them are for that.
MOST_PART_NUMBERS = 10_000
_MOST_PARTS = 5_000

# The sweep aborts every multipart upload that is older, and none is older than its resumable upload.
LIFETIME_US = DAY_US
# A finished upload's state stays for a while, so that the sweep can't remove it while a request completes it.
SETTLED_AFTER_US = 3600 * 1_000_000

# Limit of separate objects with the bytes of small requests, before they are put together.
MOST_PIECES = 8


def part_bytes(length_bytes: int) -> int:
    """Size of every part but the last of an upload of this length: whole MiB."""
    return max(_PART_BYTES, -(-length_bytes // (_MOST_PARTS * _MIB)) * _MIB)
