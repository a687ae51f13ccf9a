"""Rendering pages as PDF, if weasyprint and the system's libpango are installed; the shop runs without them."""

import logging
import mimetypes
import re
import unicodedata
from functools import cache
from html import unescape
from importlib import import_module
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage

logger = logging.getLogger(__name__)

# One at a time in each process: layout is CPU-bound, and not all of the library is thread-safe.
_one_at_a_time = Lock()
_ISOLATED = re.compile("<bdi>([^<]*)")
_DIRECTIONS = {"L": "ltr", "R": "rtl", "AL": "rtl"}  # Only the letters with a strong direction; others follow them.


class NotOurs(ValueError):
    """A page names a resource that is not one of the shop's static files."""


def is_pdf_possible() -> bool:
    """Return whether this shop can make PDFs; the first call takes seconds, because it loads the library."""
    return _library() is not None


def pdf_of(page: str) -> bytes:
    """
    Return a page as PDF, laid out by its own style sheets for print.

    page: HTML. Its resources are read from the shop's static files, never from the network or from elsewhere on the
    disk; missing ones are left out. Call this only if is_pdf_possible().
    """
    library = _library()
    assert library is not None
    page = _ISOLATED.sub(_with_direction, page)
    with _one_at_a_time:
        document = library.HTML(string=page, base_url=f"{settings.PUBLIC_URL}/", url_fetcher=_own_file)
        pdf: bytes = document.write_pdf(pdf_tags=True)
    return pdf


@cache
def _library() -> ModuleType | None:
    # Loaded with the first PDF: loading takes seconds, which would delay the start of every process.
    try:
        return import_module("weasyprint")
    except (ImportError, OSError):  # The package or the system's libraries are not installed.
        return None


def _with_direction(isolate: re.Match[str]) -> str:
    # Browsers detect the direction of a <bdi>'s text; the library needs it set.
    letters = map(unicodedata.bidirectional, unescape(isolate[1]))
    direction = next((_DIRECTIONS[letter] for letter in letters if letter in _DIRECTIONS), "ltr")
    return f'<bdi dir="{direction}">{isolate[1]}'


def _own_file(address: str) -> Any:
    """Read a static file that a page names. Raises NotOurs for anything else, which is then left out."""
    from weasyprint.urls import URLFetcherResponse

    static = f"{settings.PUBLIC_URL}{settings.STATIC_URL}"
    name = unquote(urlsplit(address.removeprefix(static)).path)
    if address.startswith(static) and staticfiles_storage.exists(name):
        with staticfiles_storage.open(name) as file:
            body = file.read()
    elif address.startswith(static) and (path := finders.find(name)):  # Static files have not been collected.
        body = Path(path).read_bytes()
    else:
        logger.warning("left out of a PDF: %s", address)
        raise NotOurs(address)
    return URLFetcherResponse(address, body, {"Content-Type": mimetypes.guess_type(name)[0] or ""})
