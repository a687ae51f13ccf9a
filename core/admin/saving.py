"""
Forms of the back office that never break off: what the database would refuse, the form says, with all that was typed.

Django checks a constraint in a form only if all of its columns stand in it, and looks up what was chosen in a list with
completion as it was sent. Both are corrected here; what only the database notices, as two people save at once, is said
in the form too.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.apps import apps
from django.contrib.admin.options import BaseModelAdmin, ModelAdmin
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.db.models import CheckConstraint
from django.http import HttpRequest
from django.utils.translation import gettext as _

from core.errors import Refusal
from core.web.api.problems import text_of

_REFUSAL = "_refused_by_the_database"


class BaseForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form of one row that checks every rule of its table, also those on columns that the form does not show."""

    refusal: ClassVar[str] = ""

    def full_clean(self) -> None:
        super().full_clean()
        if not self.is_bound:
            return
        if self.refusal:
            self.add_error(None, self.refusal)
        # A new row gets its other columns from the service that adds it.
        if not self.errors and not self.instance._state.adding:
            self.check_constraints()

    def check_constraints(self) -> None:
        """Add what the row's values break of the rules of its table to the form's errors."""
        for constraint in self.instance._meta.constraints:
            if isinstance(constraint, CheckConstraint):
                try:
                    constraint.validate(type(self.instance), self.instance)
                except ValidationError as error:
                    self.add_error(None, error)


class RowSelect(AutocompleteSelect):
    """Chooses one row, with completion; shows what was sent again only if it can be the key of a row."""

    def optgroups(self, name: str, value: Sequence[str], attrs: Any = None) -> Any:
        return super().optgroups(name, _keys_in(value, self), attrs)


class RowsSelect(AutocompleteSelectMultiple):
    """The same for several rows."""

    def optgroups(self, name: str, value: Sequence[str], attrs: Any = None) -> Any:
        return super().optgroups(name, _keys_in(value, self), attrs)


class SavingPage(BaseModelAdmin):  # type: ignore[type-arg]
    """What the pages of a row and the rows below it share."""

    form: Any = BaseForm

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if "widget" not in kwargs and db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = RowSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if "widget" not in kwargs and db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = RowsSelect(db_field, self.admin_site)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class RowPage(SavingPage, ModelAdmin):  # type: ignore[type-arg]
    """A page of one row: what the database refuses as it is saved is said in the form, and nothing is saved."""

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, *args, **kwargs)
        form.refusal = getattr(request, _REFUSAL, "")
        return form

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            with transaction.atomic():
                return super().changeform_view(request, *args, **kwargs)
        except (IntegrityError, DataError) as error:
            setattr(request, _REFUSAL, reason_of(error))
        except Refusal as refusal:
            setattr(request, _REFUSAL, text_of(refusal))
        return super().changeform_view(request, *args, **kwargs)


def reason_of(error: IntegrityError | DataError) -> str:
    """Return in words why the database refused a row: in those of the broken constraint if it has some."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name and constraint.violation_error_message:
                return str(constraint.get_violation_error_message())
    return _("This cannot be saved: it contradicts what is stored, or somebody else saved at the same time.")


def _keys_in(sent: Sequence[str], widget: Any) -> list[str]:
    key = widget.field.remote_field.model._meta.pk

    def is_key(text: str) -> bool:
        try:
            key.to_python(text)
        except ValidationError:
            return not text
        return True

    return [text for text in sent if is_key(text)]
