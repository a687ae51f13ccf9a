"""A headless browser without scripts: it stores cookies, follows redirects, and parses and submits forms."""

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

from omnistore.tools.demo.walkthrough.client import TIMEOUT_SECONDS, StepFailed

MOST_REDIRECTS = 5


@dataclass
class Form:
    """A form of a page with its initial values."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """A page of a response: its forms, links and text."""

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
    def text(self) -> str:
        """Return the visible text in one line."""
        body = re.sub(r"<(head|script|style)\b.*?</\1>", " ", self.source, flags=re.S)
        body = re.sub(r"<(\w+)[^>]*\shidden>.*?</\1>", " ", body, flags=re.S)
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())

    def form(self, action: str) -> Form:
        """Return the form whose action ends with this path. Raises StepFailed without one."""
        form = next((form for form in self.forms if urlsplit(form.action).path.endswith(action)), None)
        if form is None:
            raise StepFailed(f"{self.address} has no form for {action}: {self.text[:600]}")
        return form

    def link(self, pattern: str) -> str:
        """Return the first link that matches a pattern. Raises StepFailed without one."""
        link = next((link for link in self.links if re.search(pattern, link)), None)
        if link is None:
            raise StepFailed(f"{self.address} has no link like {pattern}: {self.text[:600]}")
        return link

    def part(self, pattern: str) -> str:
        """Return the text in the first group of a pattern of the source. Raises StepFailed if it does not match."""
        match = re.search(pattern, self.source, re.S)
        if match is None:
            raise StepFailed(f"{self.address} does not show what it should ({pattern}): {self.text[:600]}")
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", match[1])).split())

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Collect forms and links."""
        values = {name: value or "" for name, value in attributes}
        if tag == "form":
            address = urljoin(self.address, values.get("action") or self.address)
            self._open = Form(address, values.get("method", "get").upper())
            self.forms.append(self._open)
            self._by_id[values.get("id", "")] = self._open
        elif tag == "a" and values.get("href"):
            self.links.append(values["href"])
        elif tag in ("input", "select", "option"):
            self._add_field(tag, values)

    def handle_endtag(self, tag: str) -> None:
        """End the present form."""
        if tag == "form":
            self._open = None

    def _add_field(self, tag: str, values: dict[str, str]) -> None:
        form = self._by_id.get(values["form"]) if "form" in values else self._open
        if form is None or "disabled" in values:
            return
        if tag == "option":
            if "selected" in values or self._select not in form.fields:
                form.fields[self._select] = values.get("value", "")
            return
        name = values.get("name", "")
        if tag == "select":
            self._select = name
        elif name and (values.get("type") not in ("checkbox", "radio") or "checked" in values):
            form.fields[name] = values.get("value", "on" if values.get("type") == "checkbox" else "")


class Browser:
    """The browser of one person."""

    def __init__(self, shop: str) -> None:
        self._shop = shop
        address = urlsplit(shop)
        self._connection = HTTPConnection(address.hostname or "localhost", address.port, timeout=TIMEOUT_SECONDS)
        self._cookies: dict[str, str] = {}

    def open(self, address: str, **query: str) -> Page:
        """Open a page of the shop."""
        return self._request("GET", urljoin(self._shop, address) + (f"?{urlencode(query)}" if query else ""), "")

    def send(self, form: Form, **values: str) -> Page:
        """Submit a form with some values changed."""
        content = urlencode(form.fields | values)
        if form.method == "GET":
            return self._request("GET", f"{form.action}?{content}", "")
        return self._request("POST", form.action, content)

    def _request(self, method: str, address: str, content: str, redirects: int = 0) -> Page:
        headers = {"Accept": "text/html", "Accept-Language": "en", "Referer": address, "Connection": "close"}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        if method == "POST":
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self._shop}
        parts = urlsplit(address)
        try:
            self._connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), content, headers)
            response = self._connection.getresponse()
            source = response.read().decode()
        except (OSError, HTTPException) as error:
            raise StepFailed(f"The shop does not answer {method} {address}: {error}") from error
        finally:
            # The server closes the connection without notice; the next request opens a new one.
            self._connection.close()
        for cookie in response.headers.get_all("Set-Cookie", []):
            self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(cookie).items()}
        if response.status in (301, 302, 303):
            if redirects >= MOST_REDIRECTS:
                raise StepFailed(f"{address} redirects in a circle.")
            return self._request("GET", urljoin(address, response.headers["Location"]), "", redirects + 1)
        if response.status >= 400:
            raise StepFailed(f"{method} {address} answered {response.status}: {Page(address, 0, source).text[:600]}")
        return Page(address, response.status, source)
