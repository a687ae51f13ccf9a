"""
The cached list of tables beside every page of the back office.

Django renders it for each page: names, URLs and hundreds of small templates, most of a page's time. It is the same for
people with the same permissions, per language, except for the mark on the page's own table.
"""

from functools import cached_property
from typing import Any
from urllib.parse import quote

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

Apps = list[dict[str, Any]]


class Contents(Apps):
    """Apps with their tables, as Django's site lists them, in one language."""

    def __init__(self, apps: Apps) -> None:
        super().__init__(
            app
            | {
                "name": str(app["name"]),
                "models": [model | {"name": str(model["name"])} for model in app["models"]],
            }
            for app in apps
        )

    def sidebar(self, path: str) -> SafeString:
        """Return the list as HTML, with a mark on the table of the page at this path."""
        html, path = self._unmarked, quote(path)
        for app in self:
            if app["app_url"] not in path:
                continue
            html = _mark(html, '<div class="app-', f'<a href="{app["app_url"]}" ', "current-app", "")
            for model in app["models"]:
                if model["admin_url"] and model["admin_url"] in path:
                    link = f'<a href="{model["admin_url"]}"'
                    html = _mark(html, '<tr class="model-', link, "current-model", ' aria-current="page"')
        return mark_safe(html)  # noqa: S308 - Django's own template wrote it.

    @cached_property
    def _unmarked(self) -> str:
        return render_to_string("admin/nav_sidebar.html", {"available_apps": self, "request": {"path": ""}})


def _mark(html: str, start: str, link: str, name: str, attribute: str) -> str:
    """Add a class to the element around a link, and an attribute to the link."""
    before, link, after = html.partition(link)
    before, start, element = before.rpartition(start)
    return before + start + element.replace('">', f' {name}">', 1) + link + attribute + after
