"""Uploaded files: their URLs, and how they are given out where no server in front does."""

from functools import lru_cache
from urllib.parse import urljoin

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.static import serve

from core.web import headers

# Also what came into the folder by another way than the shop's forms must not act as one of the shop's pages.
# A server in front sets the same (docs/deploy.md).
INERT = headers.written(
    {
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
)


@lru_cache(10_000)
def media_url(file: str) -> str:
    """
    Return the absolute URL of an uploaded file, by its name in the storage.

    The URL is stored, so a storage with expiring URLs must be configured not to sign them: product pictures are public.
    """
    return urljoin(f"{settings.PUBLIC_URL}/", default_storage.url(file))


def serve_media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Give out an uploaded file, as a picture in pages but never as a page."""
    response: HttpResponseBase = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    response.headers["Content-Disposition"] = "attachment"
    if not response.headers.get("Content-Type", "").startswith("image/"):
        response.headers["Content-Type"] = "application/octet-stream"
    headers.add(response, INERT)
    return response
