"""
The fields that a kind of reward or condition declares, each once, as the annotation of a dataclass field.

`amount: Annotated[int, Money(_("amount"))]` is all that is said of a field: the parser reads it by its type and bounds,
and the back office shows it by its type, label and help. Texts are only marked here, and translated where they appear.
A field with a default may be left out.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from carts.rules.goods import Goods
from carts.rules.kinds.parsing import LARGEST, Fields

WHOLE = 10_000
MOST_UNITS = 1000


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a kind. label: empty for a kind's only field, which the kind's own label describes."""

    label: str = ""
    help: str = ""

    def read(self, fields: Fields, name: str, default: Any) -> Any:
        """Return the field's value from JSON. default: MISSING if it is needed. Raises PromotionNotValid."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Field):
    """A whole number within bounds."""

    label: str = ""
    least: int = 1
    most: int = LARGEST

    def read(self, fields: Fields, name: str, default: Any) -> int | None:
        if default is None and not fields.has(name):
            return None
        return fields.number(name, least=self.least, most=self.most, default=_none_if_missing(default))


@dataclass(frozen=True, slots=True, kw_only=True)
class Money(Number):
    """An amount in minor units of the promotion's currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisPoints(Number):
    """A percentage in basis points, up to the whole."""

    most: int = WHOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Units(Number):
    """A number of units."""

    most: int = MOST_UNITS


@dataclass(frozen=True, slots=True, kw_only=True)
class OneVariant(Number):
    """A variant, by its id."""


@dataclass(frozen=True, slots=True)
class Truth(Field):
    """Yes or no. It has a default."""

    def read(self, fields: Fields, name: str, default: Any) -> bool:
        return fields.truth(name, default=default)


@dataclass(frozen=True, slots=True)
class ChosenGoods(Field):
    """A set of goods. The back office asks for the goods of a promotion once, so the field needs no label."""

    def read(self, fields: Fields, name: str, default: Any) -> Any:
        return fields.goods(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherGoods(Field):
    """A set of goods besides the chosen ones. example: how one is written as JSON."""

    label: str = ""
    example: str

    def read(self, fields: Fields, name: str, default: Any) -> Any:
        return fields.goods(name, is_needed=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes(Field):
    """One or more codes of the shop's segments, channels or stores. of: which of them."""

    SEGMENTS: ClassVar = "segments"
    CHANNELS: ClassVar = "channels"
    STORES: ClassVar = "stores"

    label: str = ""
    of: str

    def read(self, fields: Fields, name: str, default: Any) -> frozenset[str]:
        return fields.words(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Several(Field):
    """Two or more values of a declared class. example: how one is written as JSON."""

    label: str = ""
    of: type
    example: str

    def read(self, fields: Fields, name: str, default: Any) -> tuple[Any, ...]:
        parts = enumerate(fields.objects(name))
        return tuple(parse_declared(self.of, Fields(part, of=f"{fields.of}.{name}.{place}")) for place, part in parts)


class DeclaredField(NamedTuple):
    """A field with its name. default: MISSING if it is needed."""

    name: str
    field: Field
    default: Any

    @property
    def is_needed(self) -> bool:
        return self.default is dataclasses.MISSING


def fields_of(declared: type) -> tuple[DeclaredField, ...]:
    """Return the declared fields of a class, in their order."""
    return tuple(
        DeclaredField(field.name, field.type.__metadata__[0], field.default)  # type: ignore[union-attr]
        for field in dataclasses.fields(declared)
    )


def has_amount(value: Any) -> bool:
    """Return whether a declared value has an amount, also in its parts and goods; its promotion needs a currency."""
    if isinstance(value, Goods):
        return value.has_prices
    if isinstance(value, tuple):
        return any(map(has_amount, value))
    if not dataclasses.is_dataclass(value):
        return False
    named = ((declared.field, getattr(value, declared.name)) for declared in fields_of(type(value)))
    return any(part is not None if isinstance(field, Money) else has_amount(part) for field, part in named)


def goods_in(value: Any) -> list[Goods]:
    """Return the sets of goods that a declared value names, also in its parts."""
    if isinstance(value, Goods):
        return [value]
    if isinstance(value, tuple):
        return [goods for part in value for goods in goods_in(part)]
    if not dataclasses.is_dataclass(value):
        return []
    return [goods for field in dataclasses.fields(value) for goods in goods_in(getattr(value, field.name))]


def parse_declared(declared: type, fields: Fields) -> Any:
    """Return a value of a class from the fields of an object; none may be left over. Raises PromotionNotValid."""
    values = {name: field.read(fields, name, default) for name, field, default in fields_of(declared)}
    fields.end()
    return declared(**values)


def text_of(value: Any) -> str:
    """Return a text of a declared value that is the same in every process: sets are sorted, parts keep no order."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        texts = (text_of(getattr(value, field.name)) for field in dataclasses.fields(value))
        return f"{type(value).__name__}({','.join(texts)})"
    if isinstance(value, (frozenset, tuple)):
        return f"[{','.join(sorted(map(text_of, value)))}]"
    return f"{value:015}" if type(value) is int else str(value)


def _none_if_missing(default: Any) -> Any:
    return None if default is dataclasses.MISSING else default
