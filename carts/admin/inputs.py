"""How the back office asks for the declared fields of rewards and conditions, by their types, and shows them again."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Segment
from carts.rules.kinds.fields import (
    BasisPoints,
    Codes,
    Field,
    Money,
    Number,
    OneVariant,
    OtherGoods,
    Several,
    Truth,
    Units,
)
from core.admin.saving import RowSelect
from core.models import CHANNELS
from core.texts.amounts import amount_in_field, clean_amount
from core.texts.languages import active_language
from inventory.models import Location, Price, Variant

SELLING_CHANNELS = [choice for choice in CHANNELS if choice[0] != "system"]


@dataclass(frozen=True, slots=True)
class Input:
    """
    The form field of a type of declared field.

    to_json: a cleaned value in the promotion's JSON; raises ValidationError. to_form: the reverse. Both receive the
    promotion's currency.
    """

    form_field: Callable[..., forms.Field]
    to_json: Callable[[Any, str], Any] = lambda value, _currency: value
    to_form: Callable[[Any, str], Any] = lambda value, _currency: value


def input_of(field: Field) -> Input:
    """Return how the back office asks for a declared field."""
    return _INPUTS[type(field)]


def form_field_of(declared: Sequence[Field], *, label: str = "") -> forms.Field:
    """
    Return one form field for the fields of one name that several kinds declare, with the help texts of all.

    label: marks a field without a label of its own.
    """
    field, helps = _joined(declared), dict.fromkeys(_(each.help) for each in declared if each.help)
    return input_of(field).form_field(
        field, label=_(field.label or label), required=False, help_text=" ".join([*helps, *_example(field)])
    )


def is_given(value: Any) -> bool:
    """Return whether staff entered something into a form field; zero is something."""
    return not (value is None or value is False or (hasattr(value, "__len__") and len(value) == 0))


def _joined(declared: Sequence[Field]) -> Field:
    field = declared[0]
    numbers = [other for other in declared if isinstance(other, Number)]
    if not numbers or not isinstance(field, Number):
        return field
    # The parser holds each kind to its own bounds.
    return replace(field, least=min(each.least for each in numbers), most=max(each.most for each in numbers))


def _example(field: Field) -> Iterable[str]:
    # Isolated, since brackets of JSON change their places among Arabic letters.
    if isinstance(field, Several):
        return (f"\u2066[{field.example}, …]\u2069",)
    return (f"\u2066{field.example}\u2069",) if isinstance(field, OtherGoods) else ()


class Written(forms.JSONField):
    """A JSON field that is shown empty if it has no value."""

    def prepare_value(self, value: Any) -> Any:
        return "" if value is None else super().prepare_value(value)


def _minor(text: str, currency: str) -> int:
    if not currency:
        raise ValidationError(_("Choose the promotion's currency: an amount belongs to one."))
    return clean_amount(text, currency)


def _in_field(amount: int, currency: str) -> str:
    return amount_in_field(amount, currency, active_language())


def plain_decimal(number: Decimal) -> Decimal:
    """Return a number as a field shows it, without needless zeros. As a text, it would count as changed."""
    return Decimal(f"{number.normalize():f}")


def _percent(field: BasisPoints, **texts: Any) -> forms.Field:
    # Decimals, since the float 0.01 is more than one hundredth, and would refuse one basis point.
    least, most = Decimal(field.least) / 100, Decimal(field.most) / 100
    return forms.DecimalField(min_value=least, max_value=most, decimal_places=2, **texts)


def _variant(_field: Field, **texts: Any) -> forms.Field:
    search = RowSelect(Price._meta.get_field("variant"), admin.site)
    return forms.ModelChoiceField(queryset=Variant.objects.all(), widget=search, **texts)


def _written(_field: Field, **texts: Any) -> forms.Field:
    return Written(widget=forms.Textarea(attrs={"rows": 5, "dir": "ltr"}), **texts)


def _codes(field: Codes, **texts: Any) -> forms.Field:
    if field.of == Codes.CHANNELS:
        return forms.MultipleChoiceField(choices=SELLING_CHANNELS, **texts)
    rows: Any = {
        Codes.SEGMENTS: Segment.objects.all(), Codes.STORES: Location.objects.filter(kind=Location.STORE)
    }[field.of]  # fmt: skip
    return forms.ModelMultipleChoiceField(queryset=rows, to_field_name="code", **texts)


_INPUTS: dict[type[Field], Input] = {
    Money: Input(lambda _field, **texts: forms.CharField(max_length=20, **texts), _minor, _in_field),
    BasisPoints: Input(
        _percent,
        lambda value, _currency: int(value * 100),
        lambda value, _currency: plain_decimal(Decimal(value) / 100),
    ),
    OneVariant: Input(_variant, lambda chosen, _currency: chosen.pk),
    Units: Input(lambda field, **texts: forms.IntegerField(min_value=field.least, max_value=field.most, **texts)),
    Truth: Input(lambda _field, **texts: forms.BooleanField(**texts)),
    Codes: Input(_codes, lambda chosen, _currency: [getattr(each, "code", each) for each in chosen]),
    OtherGoods: Input(_written),
    Several: Input(_written),
}
