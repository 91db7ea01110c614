"""Settings of the catalogue's database."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class CatalogueSettings:
    """Database address as a SQLAlchemy URL, such as `sqlite:////var/lib/video/catalogue.db`."""

    url: str = field(repr=False)
    wait_ms: int = 5_000


def read_catalogue(env: Mapping[str, str] = os.environ) -> CatalogueSettings:
    """Reads DATABASE_URL; its default is a file below the working folder."""
    return CatalogueSettings(env.get("DATABASE_URL", f"sqlite:///{Path('.data/catalogue.db').resolve()}"))
