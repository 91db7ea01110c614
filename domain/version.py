"""Version of the product, from which the distribution, the interface and its answers take theirs.

The deployment files name images by the same number; `tests/deploy/test_version.py` compares them.
"""

from __future__ import annotations

from typing import Final

# A plain literal: setuptools reads it without importing the module (`pyproject.toml`, dynamic).
VERSION: Final = "0.1.0"
