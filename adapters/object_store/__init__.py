"""Object store: reads and writes objects of any S3 server."""

from adapters.object_store.connection import StoreSettings
from adapters.object_store.growing import GivenUp, GrowingPart
from adapters.object_store.numbered import StoredPart
from adapters.object_store.reading import StoredObject
from adapters.object_store.removing import UnfinishedUpload
from adapters.object_store.store import S3ObjectStore

__all__ = [
    "GivenUp",
    "GrowingPart",
    "S3ObjectStore",
    "StoreSettings",
    "StoredObject",
    "StoredPart",
    "UnfinishedUpload",
]
