"""Checks pages as a browser with a strict Content-Security-Policy does."""

import re
from html.parser import HTMLParser
from typing import Any

# Parsing a page takes longer than rendering it; a page without a match cannot contain anything forbidden.
_SUSPICIOUS = re.compile(r"""<style|<script(?![^>]*\ssrc=)|[\s"'/](?:style|on[a-z]+)\s*=""", re.IGNORECASE)


class Inline(HTMLParser):
    """Finds everything that a strict Content-Security-Policy would refuse."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Any] = []
        if _SUSPICIOUS.search(page):
            self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        names = dict(attributes)
        if tag == "style" or (tag == "script" and "src" not in names and names.get("type") in (None, "module")):
            self.found.append((tag, self.getpos()))
        self.found += [(tag, name) for name in names if name == "style" or re.match(r"on[a-z]+$", name)]
