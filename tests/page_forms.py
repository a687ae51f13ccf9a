"""Reads the fields of a page's forms as a browser sends them."""

from html.parser import HTMLParser

Fields = dict[str, str | list[str]]


class PageForm(HTMLParser):
    """
    The fields of the form with an id, with the values that the page shows.

    kinds: what each field is: the type of an input, "textarea" or "select". Empty if there is no such form.
    """

    def __init__(self, page: str, form_id: str) -> None:
        super().__init__()
        self.values: Fields = {}
        self.kinds: dict[str, str] = {}
        self._form_id = form_id
        self._is_inside = False
        self._textarea = ""
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._is_inside = found.get("id") == self._form_id
        if not self._is_inside or "__prefix__" in found.get("name", ""):
            return
        if tag == "input":
            self._input(found, dict(attributes))
        elif tag == "textarea":
            self._textarea = found["name"]
            self._add(self._textarea, "", "textarea")
        elif tag == "select" and "name" in found:
            self._select = found["name"]
            self.kinds[self._select] = "select"
        elif tag == "option" and self._select and "selected" in found:
            self._add(self._select, found.get("value", ""), "select")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False
        elif tag == "textarea":
            self._textarea = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            before = self.values[self._textarea]
            assert isinstance(before, str)
            # A browser leaves out the line break that follows the tag.
            self.values[self._textarea] = before + (data.removeprefix("\n") if not before else data)

    def _input(self, found: dict[str, str], attributes: dict[str, str | None]) -> None:
        kind = found.get("type", "text")
        if "name" not in found or kind in ("submit", "button", "image", "file", "reset"):
            return
        self.kinds.setdefault(found["name"], kind)
        if kind not in ("checkbox", "radio") or "checked" in attributes:
            self._add(found["name"], found.get("value", "on" if kind == "checkbox" else ""), kind)

    def _add(self, name: str, value: str, kind: str) -> None:
        self.kinds[name] = kind
        if name in self.values:
            before = self.values[name]
            self.values[name] = [*(before if isinstance(before, list) else [before]), value]
        else:
            self.values[name] = value
