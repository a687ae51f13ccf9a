"""Tax categories of goods; carts/models/taxes.py has their rates."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.audit import audited
from core.texts.translated import TranslatedField, in_language


@audited("code", "name", "is_standard")
class TaxCategory(models.Model):
    """A category of goods in tax law: books, food. Goods without one are in the standard category."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = TranslatedField(_("name"))
    is_standard = models.BooleanField(_("standard"), default=False, help_text=_("For goods without a category."))

    class Meta:
        verbose_name = _("tax category")
        verbose_name_plural = _("tax categories")
        constraints = [
            models.UniqueConstraint(
                fields=["is_standard"],
                condition=Q(is_standard=True),
                name="tax_category_one_standard",
                violation_error_message=_("Another category is the standard one."),
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.name) or self.code
