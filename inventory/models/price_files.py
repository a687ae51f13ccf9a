"""Price files that staff uploaded in the back office."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class PriceFile(models.Model):
    """
    A CSV file of prices: checked first, and saved once somebody has confirmed the result of the check.

    figures: the counts of the run. refused: the rejected rows with their reasons, as CSV.
    """

    UPLOADED, CHECKED, WANTED, DONE, FAILED = "uploaded", "checked", "wanted", "done", "failed"
    STATES = [
        (UPLOADED, _("Being checked")),
        (CHECKED, _("Checked, not saved yet")),
        (WANTED, _("Being saved")),
        (DONE, _("Saved")),
        (FAILED, _("Cannot be read")),
    ]

    name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField(_("content"))
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=UPLOADED)
    percent = models.PositiveSmallIntegerField(_("percent done"), default=0)
    figures = models.JSONField(_("figures"), default=dict)
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    refused = models.TextField(_("rejected rows"), blank=True)
    uploaded_at = models.DateTimeField(_("uploaded at"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("uploaded by")
    )

    class Meta:
        verbose_name = _("price file")
        verbose_name_plural = _("price files")

    def __str__(self) -> str:
        return self.name
