"""Addresses of uploaded files."""

from functools import lru_cache
from urllib.parse import urljoin

from django.conf import settings
from django.core.files.storage import default_storage


@lru_cache(10_000)
def media_url(file: str) -> str:
    """
    Return the whole address of an uploaded file, by its name in the storage.

    It is kept, so a storage whose addresses expire must be told not to sign them: pictures of goods are public.
    """
    return urljoin(f"{settings.PUBLIC_URL}/", default_storage.url(file))
