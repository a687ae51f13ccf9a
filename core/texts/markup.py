"""The text of HTML that other systems write into their exports."""

import re
from html import unescape
from html.parser import HTMLParser

_LOOKS_LIKE_HTML = re.compile(r"</?[a-zA-Z][^<>]*>|<!--|&(?:[a-zA-Z]{2,20}|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});")
_ENDS_A_LINE = {"br", "p", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "section"}
_HOLDS_NO_TEXT = {"script", "style"}


def text_of_html(text: str) -> str:
    """
    Return what a browser would show of a text, each paragraph in a line of its own; a text without HTML is unchanged.

    Scripts and comments are left out; what only looks like the beginning of a tag stays.
    """
    if not _LOOKS_LIKE_HTML.search(text):
        return text
    if "<" not in text:
        return unescape(text)
    reader = _Reader()
    reader.feed(text)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.texts).split("\n"))
    return "\n".join(filter(None, lines))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._left_out = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HOLDS_NO_TEXT:
            self._left_out += 1
        if tag in _ENDS_A_LINE:
            self.texts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _HOLDS_NO_TEXT and self._left_out:
            self._left_out -= 1
        if tag in _ENDS_A_LINE:
            self.texts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._left_out:
            self.texts.append(data)
