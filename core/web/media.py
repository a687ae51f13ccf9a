"""URLs of uploaded files."""

from functools import lru_cache
from urllib.parse import urljoin

from django.conf import settings
from django.core.files.storage import default_storage


@lru_cache(10_000)
def media_url(file: str) -> str:
    """
    Return the absolute URL of an uploaded file, by its name in the storage.

    The URL is stored, so a storage with expiring URLs must be configured not to sign them: product pictures are public.
    """
    return urljoin(f"{settings.PUBLIC_URL}/", default_storage.url(file))
