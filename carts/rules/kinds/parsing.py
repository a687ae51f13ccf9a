"""Parses conditions and rewards from JSON strictly, so that a mistyped promotion is refused, not guessed at."""

from collections.abc import Mapping
from typing import Any

from carts.rules.goods import EVERYTHING, Goods
from core.errors import Refusal
from core.errors import gettext_noop as _

LARGEST = 10**12


class PromotionNotValid(Refusal):
    """The JSON of a promotion is not valid; field names the wrong part."""

    code = "offer_not_valid"


class Fields:
    """The fields of one JSON object; each is read once, and none may be left over. of: names the object in errors."""

    def __init__(self, value: Any, *, of: str) -> None:
        if not isinstance(value, Mapping):
            raise PromotionNotValid(_("%(field)s must be an object."), field=of)
        self._unread = dict(value)
        self.of = of

    def has(self, name: str) -> bool:
        """Return whether a field is given and not read yet."""
        return name in self._unread

    def number(self, name: str, *, least: int = 1, most: int = LARGEST, default: int | None = None) -> int:
        """Return a whole number within bounds."""
        value = self._unread.pop(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self._wrong(name)
        return value

    def truth(self, name: str, *, default: bool) -> bool:
        """Return a boolean."""
        value = self._unread.pop(name, default)
        if not isinstance(value, bool):
            raise self._wrong(name)
        return value

    def words(self, name: str) -> frozenset[str]:
        """Return a list of strings, at least one."""
        value = self._unread.pop(name, None)
        if not isinstance(value, list) or not value or not all(isinstance(word, str) and word for word in value):
            raise self._wrong(name)
        return frozenset(value)

    def one_of(self, name: str, known: Mapping[str, Any]) -> Any:
        """Return the value that a string stands for."""
        value = self._unread.pop(name, None)
        if not isinstance(value, str) or value not in known:
            raise self._wrong(name)
        return known[value]

    def goods(self, name: str = "goods", *, is_needed: bool = False) -> Goods:
        """
        Return a set of goods: an object of variants, products and categories, a range of prices, and without_reduced.

        All goods if it is left out, unless it is needed.
        """
        if name not in self._unread:
            if is_needed:
                raise self._wrong(name)
            return EVERYTHING
        fields = Fields(self._unread.pop(name), of=f"{self.of}.{name}")
        goods = Goods(
            variants=fields._numbers("variants"),
            products=fields._numbers("products"),
            categories=fields._paths(),
            price_from=fields.number("price_from", least=0) if fields.has("price_from") else None,
            price_to=fields.number("price_to", least=0) if fields.has("price_to") else None,
            without_reduced=fields.truth("without_reduced", default=False),
        )
        fields.end()
        return goods

    def objects(self, name: str) -> list[Any]:
        """Return a list of at least two objects."""
        value = self._unread.pop(name, None)
        if not isinstance(value, list) or len(value) < 2:
            raise self._wrong(name)
        return value

    def end(self) -> None:
        """Refuse unknown fields."""
        if self._unread:
            raise self._wrong(next(iter(self._unread)))

    def _numbers(self, name: str) -> frozenset[int]:
        value = self._unread.pop(name, [])
        if not isinstance(value, list) or not all(type(number) is int and number > 0 for number in value):
            raise self._wrong(name)
        return frozenset(value)

    def _paths(self) -> frozenset[str]:
        value = self._unread.pop("categories", [])
        if not isinstance(value, list) or not all(isinstance(path, str) and path for path in value):
            raise self._wrong("categories")
        return frozenset(value)

    def _wrong(self, name: str) -> PromotionNotValid:
        return PromotionNotValid(_("%(field)s is missing, unknown or out of range."), field=f"{self.of}.{name}")
