"""The form fields of all kinds of rewards and conditions, and the way from them to a promotion's JSON and back."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from carts.admin.inputs import form_field_of, input_of, is_given
from carts.rules.conditions import condition_kinds
from carts.rules.kinds.condition import Condition
from carts.rules.kinds.fields import ChosenGoods, DeclaredField, Field, Money, fields_of
from carts.rules.rewards import reward_kinds

REWARD = "reward"


def reward_choices() -> list[tuple[str, str]]:
    """Return the kinds of rewards with their labels, in their declared order."""
    return [(name, _(kind.label)) for name, kind in reward_kinds().items()]


def reward_fields() -> dict[str, forms.Field]:
    """Return the form fields of all rewards; those that declare a field of the same name share one."""
    declared: dict[str, list[Field]] = {}
    for kind in reward_kinds().values():
        for own in _own(kind):
            declared.setdefault(_form_name(REWARD, own), []).append(own.field)
    return {name: form_field_of(fields) for name, fields in declared.items()}


def condition_fields() -> dict[str, forms.Field]:
    """Return the form fields of all conditions; a condition without fields is a box to tick."""
    fields: dict[str, forms.Field] = {}
    for name, kind in condition_kinds().items():
        for own in _own(kind):
            fields[_form_name(name, own)] = form_field_of([own.field], label=kind.label)
        if not _own(kind):
            fields[name] = forms.BooleanField(label=_(kind.label), required=False)
    return fields


def condition_names(about: str) -> list[str]:
    """Return the names of the form fields of conditions about goods, buyers or channels."""
    kinds = condition_kinds().items()
    return [form_name for name, kind in kinds if kind.about == about for form_name in _names_of(name, kind)]


def written_reward(form: forms.BaseForm, goods: Mapping[str, Any]) -> dict[str, Any]:
    """Return the chosen reward as JSON; a form field that is empty or wrong receives an error."""
    kind = form.cleaned_data["kind"]
    return {"kind": kind, **_written(form, REWARD, reward_kinds()[kind], goods)}


def written_conditions(form: forms.BaseForm, goods: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the conditions that staff entered as JSON; a form field that is empty or wrong receives an error."""
    return [
        {"kind": name, **_written(form, name, kind, goods)}
        for name, kind in condition_kinds().items()
        if any(is_given(form.cleaned_data.get(form_name)) for form_name in _names_of(name, kind))
    ]


def written_amount(form: forms.BaseForm, name: str) -> int | None:
    """Return what staff entered as an amount of the promotion's currency; None if nothing, or with an error."""
    value = form.cleaned_data.get(name)
    try:
        return int(input_of(Money()).to_json(value, form.cleaned_data["currency"])) if is_given(value) else None
    except ValidationError as error:
        form.add_error(name, error)
        return None


def initial_of(reward: Mapping[str, Any], conditions: list[Any], *, currency: str) -> dict[str, Any]:
    """Return the form's values for a promotion's JSON."""
    initial = {"kind": reward["kind"]} | _shown(REWARD, reward_kinds()[reward["kind"]], reward, currency)
    for condition in conditions:
        name = condition["kind"]
        initial |= _shown(name, condition_kinds()[name], condition, currency) or {name: True}
    return initial


def _own(kind: type[Any]) -> list[DeclaredField]:
    """Return a kind's fields without the goods, which the form asks for once."""
    return [declared for declared in fields_of(kind) if not isinstance(declared.field, ChosenGoods)]


def _form_name(prefix: str, declared: DeclaredField) -> str:
    return f"{prefix}_{declared.name}"


def _names_of(name: str, kind: type[Condition]) -> list[str]:
    return [_form_name(name, own) for own in _own(kind)] or [name]


def _written(form: forms.BaseForm, prefix: str, kind: type[Any], goods: Mapping[str, Any]) -> dict[str, Any]:
    written: dict[str, Any] = {}
    for declared in fields_of(kind):
        if isinstance(declared.field, ChosenGoods):
            written |= {declared.name: goods} if goods else {}
            continue
        form_name = _form_name(prefix, declared)
        value = form.cleaned_data.get(form_name)
        try:
            if is_given(value):
                written[declared.name] = input_of(declared.field).to_json(value, form.cleaned_data["currency"])
            elif declared.is_needed:
                raise ValidationError(_("This is needed here."))
        except ValidationError as error:
            form.add_error(form_name, error)
    return written


def _shown(prefix: str, kind: type[Any], value: Mapping[str, Any], currency: str) -> dict[str, Any]:
    return {
        _form_name(prefix, own): input_of(own.field).to_form(value[own.name], currency)
        for own in _own(kind)
        if own.name in value
    }
