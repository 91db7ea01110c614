"""Catalogue: database of videos, resumable uploads and API keys; rows outlive Temporal's histories."""

from adapters.catalogue.api_key_model import ApiKeyRow
from adapters.catalogue.api_keys import KEY_MARK, ApiKeys, NewKey
from adapters.catalogue.catalogue import Catalogue, NewVideo
from adapters.catalogue.engine import connect
from adapters.catalogue.library import Cursor, Page, Wanted
from adapters.catalogue.migration import upgrade
from adapters.catalogue.models import VideoRow, work_sha256
from adapters.catalogue.resumable import Progress, ResumableUploads
from adapters.catalogue.resumable_models import ResumableRow
from adapters.catalogue.settings import CatalogueSettings, read_catalogue

__all__ = [
    "KEY_MARK",
    "ApiKeyRow",
    "ApiKeys",
    "Catalogue",
    "CatalogueSettings",
    "Cursor",
    "NewKey",
    "NewVideo",
    "Page",
    "Progress",
    "ResumableRow",
    "ResumableUploads",
    "VideoRow",
    "Wanted",
    "connect",
    "read_catalogue",
    "upgrade",
    "work_sha256",
]
