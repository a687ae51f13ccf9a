"""A browser without a screen and without scripts: it keeps cookies, follows redirects, reads forms and sends them."""

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

from omnistore.tools.demo.story.client import TIMEOUT_SECONDS, StoryError

MOST_REDIRECTS = 5


@dataclass
class Form:
    """A form of a page, filled in as the page shows it."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """A page as it was answered: its forms, its links, its words."""

    def __init__(self, address: str, status: int, source: str) -> None:
        super().__init__()
        self.address, self.status, self.source = address, status, source
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._by_id: dict[str, Form] = {}
        self._open: Form | None = None
        self._select = ""
        self.feed(source)

    @property
    def words(self) -> str:
        """What there is to read, in one line."""
        body = re.sub(r"<(head|script|style)\b.*?</\1>", " ", self.source, flags=re.S)
        body = re.sub(r"<(\w+)[^>]*\shidden>.*?</\1>", " ", body, flags=re.S)
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())

    def form(self, action: str) -> Form:
        """Return the form that is sent to an address that ends so. Raises StoryError without one."""
        found = next((one for one in self.forms if urlsplit(one.action).path.endswith(action)), None)
        if found is None:
            raise StoryError(f"{self.address} has no form for {action}: {self.words[:600]}")
        return found

    def link(self, pattern: str) -> str:
        """Return the first link that looks so. Raises StoryError without one."""
        found = next((link for link in self.links if re.search(pattern, link)), None)
        if found is None:
            raise StoryError(f"{self.address} has no link like {pattern}: {self.words[:600]}")
        return found

    def part(self, pattern: str) -> str:
        """Return the words in the first group of a pattern of the source. Raises StoryError where it does not match."""
        found = re.search(pattern, self.source, re.S)
        if found is None:
            raise StoryError(f"{self.address} does not show what it should ({pattern}): {self.words[:600]}")
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[1])).split())

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Take in what forms and links are made of."""
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            address = urljoin(self.address, given.get("action") or self.address)
            self._open = Form(address, given.get("method", "get").upper())
            self.forms.append(self._open)
            self._by_id[given.get("id", "")] = self._open
        elif tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif tag in ("input", "select", "option"):
            self._take_field(tag, given)

    def handle_endtag(self, tag: str) -> None:
        """Leave a form."""
        if tag == "form":
            self._open = None

    def _take_field(self, tag: str, given: dict[str, str]) -> None:
        form = self._by_id.get(given["form"]) if "form" in given else self._open
        if form is None or "disabled" in given:
            return
        if tag == "option":
            if "selected" in given or self._select not in form.fields:
                form.fields[self._select] = given.get("value", "")
            return
        name = given.get("name", "")
        if tag == "select":
            self._select = name
        elif name and (given.get("type") not in ("checkbox", "radio") or "checked" in given):
            form.fields[name] = given.get("value", "on" if given.get("type") == "checkbox" else "")


class Browser:
    """Somebody's browser."""

    def __init__(self, shop: str) -> None:
        self._shop = shop
        address = urlsplit(shop)
        self._connection = HTTPConnection(address.hostname or "localhost", address.port, timeout=TIMEOUT_SECONDS)
        self._cookies: dict[str, str] = {}

    def open(self, address: str, **query: str) -> Page:
        """Open an address of the shop."""
        return self._ask("GET", urljoin(self._shop, address) + (f"?{urlencode(query)}" if query else ""), "")

    def send(self, form: Form, **given: str) -> Page:
        """Send a form, some of it filled in otherwise than it is shown."""
        content = urlencode(form.fields | given)
        if form.method == "GET":
            return self._ask("GET", f"{form.action}?{content}", "")
        return self._ask("POST", form.action, content)

    def _ask(self, method: str, address: str, content: str, redirects: int = 0) -> Page:
        headers = {"Accept": "text/html", "Accept-Language": "en", "Referer": address, "Connection": "close"}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        if method == "POST":
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self._shop}
        parts = urlsplit(address)
        try:
            self._connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), content, headers)
            answered = self._connection.getresponse()
            source = answered.read().decode()
        except (OSError, HTTPException) as error:
            raise StoryError(f"The shop does not answer {method} {address}: {error}") from error
        finally:
            # A server closes what was asked to be closed without a word; the next request opens it anew.
            self._connection.close()
        for cookie in answered.headers.get_all("Set-Cookie", []):
            self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(cookie).items()}
        if answered.status in (301, 302, 303):
            if redirects >= MOST_REDIRECTS:
                raise StoryError(f"{address} leads in a circle.")
            return self._ask("GET", urljoin(address, answered.headers["Location"]), "", redirects + 1)
        if answered.status >= 400:
            raise StoryError(f"{method} {address} answered {answered.status}: {Page(address, 0, source).words[:600]}")
        return Page(address, answered.status, source)
