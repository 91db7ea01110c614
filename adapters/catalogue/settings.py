"""Where the catalogue's database is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class CatalogueSettings:
    """`url` as SQLAlchemy takes it, such as `sqlite:////var/lib/video/catalogue.db`."""

    url: str = field(repr=False)
    wait_ms: int = 5_000


def read_catalogue(env: Mapping[str, str] = os.environ) -> CatalogueSettings:
    """DATABASE_URL, else a file below the working folder."""
    return CatalogueSettings(env.get("DATABASE_URL", f"sqlite:///{Path('.data/catalogue.db').resolve()}"))
