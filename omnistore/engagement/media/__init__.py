"""The media by which people are notified. Each is a folder here, and nothing else lists them."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from omnistore.engagement.media.base import Medium


@cache
def all_media() -> Mapping[str, Medium]:
    """Return every medium by its folder's name, in the order in which they are tried."""
    folders = [module.name for module in iter_modules(__path__) if module.ispkg]
    media: dict[str, Medium] = {name: import_module(f"{__name__}.{name}").medium for name in folders}
    return dict(sorted(media.items(), key=lambda known: (known[1].rank, known[0])))
