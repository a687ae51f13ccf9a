"""Price files that staff uploaded in the back office."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class PriceFile(models.Model):
    """
    A CSV file of prices: checked first, and saved once somebody has confirmed the result of the check.

    figures: the counts of the run, and how the file was read. refused: the rejected rows with their reasons, as CSV;
    told: the cells of the other rows that were mended or left empty. encoding, decimal_mark: what staff said of the
    file; empty where it says so itself.
    """

    UPLOADED, CHECKED, WANTED, DONE, FAILED = "uploaded", "checked", "wanted", "done", "failed"
    STATES = [
        (UPLOADED, _("Being checked")),
        (CHECKED, _("Checked, not saved yet")),
        (WANTED, _("Being saved")),
        (DONE, _("Saved")),
        (FAILED, _("Cannot be read")),
    ]

    ENCODINGS = [
        ("utf-8", _("Unicode (UTF-8)")),
        ("cp1252", _("Western European (Windows-1252)")),
        ("iso8859_15", _("Western European (ISO-8859-15)")),
        ("cp1250", _("Central European (Windows-1250)")),
        ("cp1254", _("Turkish (Windows-1254)")),
        ("cp1251", _("Cyrillic (Windows-1251)")),
        ("cp1253", _("Greek (Windows-1253)")),
        ("cp1256", _("Arabic (Windows-1256)")),
        ("mac_roman", _("Western European (Mac)")),
    ]
    DECIMAL_MARKS = [(",", _("A comma: 12,90")), (".", _("A point: 12.90"))]

    name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField(_("content"))
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=UPLOADED)
    percent = models.PositiveSmallIntegerField(_("percent done"), default=0)
    figures = models.JSONField(_("figures"), default=dict)
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    refused = models.TextField(_("rejected rows"), blank=True)
    told = models.TextField(_("mended cells"), blank=True, db_default="")
    encoding = models.CharField(_("encoding"), max_length=20, blank=True, choices=ENCODINGS, db_default="")
    decimal_mark = models.CharField(_("decimal mark"), max_length=1, blank=True, choices=DECIMAL_MARKS, db_default="")
    uploaded_at = models.DateTimeField(_("uploaded at"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("uploaded by")
    )

    class Meta:
        verbose_name = _("price file")
        verbose_name_plural = _("price files")

    def __str__(self) -> str:
        return self.name
