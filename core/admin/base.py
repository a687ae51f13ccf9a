"""What the back office's pages share: pagination of big tables, translated texts, money, and admin actions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core import currencies
from core.actors import SYSTEM, Actor
from core.admin.saving import BaseForm, RowPage, SavingPage
from core.audit import changes_of, event_models
from core.errors import Refusal
from core.models import CHANNELS
from core.texts.amounts import amount_in_field, clean_amount
from core.texts.formats import money_text
from core.texts.languages import active_language, language
from core.texts.spelling import in_ascii_digits, plain_name
from core.texts.translated import TranslatedField
from core.web.api.problems import text_of

MOST_COUNTED = 10_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Stops counting where people stop paging: counting a table of millions takes longer than showing a page of it."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list[:MOST_COUNTED]
        return int(rows.count())


def searched(text: str) -> str:
    """Return a search term in the spelling in which texts and numbers are stored."""
    return plain_name(in_ascii_digits(text))


# --- Texts in several languages -------------------------------------------------------------------


class TranslatedWidget(forms.MultiWidget):
    """One input for each language of the shop, each in its own writing direction."""

    template_name = "core/translated_text.html"

    def __init__(self, *, widget: type[forms.Widget] = forms.TextInput, attrs: Any = None) -> None:
        self.languages = [code for code, _name in settings.LANGUAGES]
        size = {"rows": 3} if widget is forms.Textarea else {}
        inputs: dict[str, forms.Widget | type[forms.Widget]] = {
            code: widget(attrs={"lang": code, "dir": language(code).direction, **size}) for code in self.languages
        }
        super().__init__(inputs, attrs)

    def decompress(self, value: Any) -> list[str]:
        texts = value if isinstance(value, dict) else {}
        return [texts.get(code, "") for code in self.languages]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        names = dict(settings.LANGUAGES)
        for code, part in zip(self.languages, context["widget"]["subwidgets"], strict=True):
            part["language"] = names[code]
        return context


class TranslatedFormField(forms.MultiValueField):
    """A text in every language of the shop; a required text needs the shop's first language."""

    def __init__(self, *, widget: Any = TranslatedWidget, **kwargs: Any) -> None:
        for unused in ("encoder", "decoder"):
            kwargs.pop(unused, None)
        # Django would compare with hidden inputs, which cannot hold several texts: every row would count as changed.
        kwargs["show_hidden_initial"] = False
        self.languages = [code for code, _name in settings.LANGUAGES]
        parts = [
            forms.CharField(required=kwargs.get("required", True) and code == settings.LANGUAGE_CODE, label=name)
            for code, name in settings.LANGUAGES
        ]
        super().__init__(parts, widget=widget, require_all_fields=False, **kwargs)

    def compress(self, data_list: Sequence[str]) -> dict[str, str]:
        return {code: text for code, text in zip(self.languages, data_list, strict=False) if text}


class LongTranslatedFormField(TranslatedFormField):
    """The same for texts of several lines."""

    def __init__(self, *, widget: Any = None, **kwargs: Any) -> None:
        super().__init__(widget=TranslatedWidget(widget=forms.Textarea), **kwargs)


# --- Money ----------------------------------------------------------------------------------------


class AmountText(forms.CharField):
    """An amount as people type it; the form reads it once it knows the currency."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal", "dir": "ltr", "autocomplete": "off"}
        super().__init__(max_length=30, widget=forms.TextInput(attrs=attrs), **kwargs)


class MoneyForm(BaseForm):
    """
    A form that takes amounts in major units ("12.90") and stores them in minor units of the form's currency.

    money_fields: the model's fields that hold amounts, and their labels: those of the model speak of minor units.
    """

    money_fields: ClassVar[Mapping[str, Any]] = {"amount": _("amount")}
    currency = forms.ChoiceField(
        label=_("currency"), choices=[(code, code) for code in sorted(currencies.PLACES)], initial="EUR"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in self.money_fields.items():
            present = self.fields[name]
            self.fields[name] = AmountText(
                label=capfirst(label), help_text=present.help_text, required=present.required
            )
            minor = self.initial.get(name)
            if minor is not None and self.instance.currency:
                self.initial[name] = amount_in_field(minor, self.instance.currency, active_language())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "currency" not in cleaned:
            # What was typed cannot be read without a currency. Any amount will do: the form is refused.
            return cleaned | {name: getattr(self.instance, name) or 1 for name in self.money_fields}
        for name in self.money_fields:
            if name not in cleaned:
                continue
            try:
                cleaned[name] = clean_amount(cleaned[name], cleaned["currency"]) if cleaned[name] else None
            except ValidationError as error:
                self.add_error(name, error)
        return cleaned


def money_column(name: str, *, title: Any, currency: str = "currency") -> Any:
    """Make a column that shows an amount in minor units as money. currency: the attribute path of its currency."""

    @admin.display(description=title, ordering=name)
    def column(page: Any, obj: models.Model) -> str:
        amount = getattr(obj, name)
        return "" if amount is None else money_text(amount, attrgetter(currency)(obj), active_language())

    column.__name__ = f"{name}_money"
    return column


# --- Admin actions: changes to an object that only services make ----------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminAction:
    """
    An action by staff on one object: confirmed on a page of its own, then performed by a service.

    perform: takes the request, the object and the form's cleaned data, and returns the message to show; a Refusal is
    shown in the form. is_allowed: whether this person may perform it on this object now; if not, its button is hidden.
    """

    name: str
    title: Any
    explanation: Any
    perform: Callable[[HttpRequest, Any, dict[str, Any]], str]
    is_allowed: Callable[[HttpRequest, Any], bool]
    form: type[forms.Form] = field(default=forms.Form)
    is_destructive: bool = False


def admin_actor(request: HttpRequest, *, store_id: int | None = None, store_code: str = "") -> Actor:
    """Return the member of staff who sent a back-office request as an actor."""
    return Actor(channel=SYSTEM, staff_id=request.user.pk, store_id=store_id, store_code=store_code)


class BaseAdmin(RowPage):
    """
    Pages for one model: a fixed number of statements, whatever the table holds, about the rows that the person may see.
    """

    object_actions: ClassVar[Sequence[AdminAction]] = ()
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 200
    paginator = CappedPaginator
    formfield_overrides: ClassVar[Any] = {TranslatedField: {"form_class": TranslatedFormField}}
    long_texts: ClassVar[Sequence[str]] = ()

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name in self.long_texts:
            kwargs["form_class"] = LongTranslatedFormField
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_queryset(self, request: HttpRequest) -> Any:
        site: Any = self.admin_site  # The shop's own (settings), which knows what concerns whom.
        return site.visible(super().get_queryset(request), request.user)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search for what was meant: in digits of any script, and without marks that nobody sees."""
        return super().get_search_results(request, queryset, searched(search_term))

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        pattern = path(
            "<path:object_id>/actions/<slug:action_name>/", self.admin_site.admin_view(self.action_view), name=name
        )
        return [pattern, *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        obj = kwargs.get("obj")
        context["object_actions"] = [
            action for action in self.object_actions if obj is not None and action.is_allowed(request, obj)
        ]
        return super().render_change_form(request, context, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        context = extra_context or {}
        changes = event_models().get(self.model)
        if changes is not None:
            address = reverse(f"{self.admin_site.name}:{changes._meta.app_label}_{changes._meta.model_name}_changelist")
            context = {**context, "pages": [*context.get("pages", ()), (_("Changes"), address)]}
        return super().changelist_view(request, context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        obj = self.get_object(request, object_id)
        changes = changes_of(obj) if obj is not None and self.has_view_permission(request, obj) else []
        return super().history_view(request, object_id, {**(extra_context or {}), "changes": changes})

    def action_view(self, request: HttpRequest, object_id: str, action_name: str) -> HttpResponse:
        """Show the action's form, then perform it, add it to the admin's log, and return to the object's page."""
        obj = self.get_object(request, object_id)
        action = next((known for known in self.object_actions if known.name == action_name), None)
        if obj is None or action is None:
            raise Http404
        if not action.is_allowed(request, obj):
            raise PermissionDenied
        form = action.form(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                message = action.perform(request, obj, form.cleaned_data)
            except Refusal as refusal:
                form.add_error(None, text_of(refusal))
            else:
                self.log_change(request, obj, f"{action.title}: {message}")
                messages.success(request, message)
                return HttpResponseRedirect(self._page_of(obj))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": obj,
            "act": action,
            "form": form,
            "title": action.title,
            "page_url": self._page_of(obj),
        }
        return TemplateResponse(request, "admin/act.html", context)

    def _page_of(self, obj: models.Model) -> str:
        # An action may delete the object, as a successful replay does; then go to the list.
        opts = self.opts
        if not type(obj)._default_manager.filter(pk=obj.pk).exists():
            return reverse(f"{self.admin_site.name}:{opts.app_label}_{opts.model_name}_changelist")
        return reverse(f"{self.admin_site.name}:{opts.app_label}_{opts.model_name}_change", args=[obj.pk])


class ReadOnlyAdmin(BaseAdmin):
    """Objects that only services change: the back office shows them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class BaseInline(SavingPage, admin.TabularInline):  # type: ignore[type-arg]
    """Rows of another table, edited below the object they belong to."""

    extra = 0
    formfield_overrides: ClassVar[Any] = BaseAdmin.formfield_overrides


class ReadOnlyInline(BaseInline):
    """Rows of another table, shown below an object."""

    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ChannelFilter(admin.SimpleListFilter):
    """Filters by channel, from a fixed list: finding the channels in a big table would read all of it."""

    title = _("channel")
    parameter_name = "channel"
    column = "channel"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(CHANNELS)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(**{self.column: self.value()}) if self.value() else queryset
