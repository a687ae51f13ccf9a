"""Pages as PDF, where weasyprint and the system's libpango are installed; the shop runs without them."""

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

# One at a time in each process: laying out a page is all computing, and not all of it was made for threads.
_one_at_a_time = Lock()
_ISOLATED = re.compile("<bdi>([^<]*)")
_DIRECTIONS = {"L": "ltr", "R": "rtl", "AL": "rtl"}  # Of the letters that read one way; others follow them.


class NotOurs(ValueError):
    """What a page names is none of the shop's static files."""


def is_pdf_possible() -> bool:
    """Tell whether this shop makes PDFs; the first question takes seconds, as the library is loaded for it."""
    return _library() is not None


def pdf_of(page: str) -> bytes:
    """
    Return a page as PDF, laid out by its own style sheets for print.

    page: HTML. What it names is read from the shop's static files, never from the network nor from elsewhere on the
    disk; what is not found there is left out. Call it only where is_pdf_possible().
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
    # Loaded when somebody asks for the first PDF: it takes seconds, which no start of a process should.
    try:
        return import_module("weasyprint")
    except (ImportError, OSError):  # It is not installed; or it is, and the system's libraries are not.
        return None


def _with_direction(found: re.Match[str]) -> str:
    # Browsers see for themselves which way the text of a <bdi> reads; the library has to be told.
    letters = map(unicodedata.bidirectional, unescape(found[1]))
    direction = next((_DIRECTIONS[letter] for letter in letters if letter in _DIRECTIONS), "ltr")
    return f'<bdi dir="{direction}">{found[1]}'


def _own_file(address: str) -> Any:
    """Read a static file that a page names. Raises NotOurs for anything else, which then is left out."""
    from weasyprint.urls import URLFetcherResponse

    static = f"{settings.PUBLIC_URL}{settings.STATIC_URL}"
    name = unquote(urlsplit(address.removeprefix(static)).path)
    if address.startswith(static) and staticfiles_storage.exists(name):
        with staticfiles_storage.open(name) as file:
            body = file.read()
    elif address.startswith(static) and (path := finders.find(name)):  # Nothing has been collected.
        body = Path(path).read_bytes()
    else:
        logger.warning("left out of a PDF: %s", address)
        raise NotOurs(address)
    return URLFetcherResponse(address, body, {"Content-Type": mimetypes.guess_type(name)[0] or ""})
