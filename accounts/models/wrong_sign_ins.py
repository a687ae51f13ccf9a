"""Wrong passwords, for as long as they count."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WrongSignIn(models.Model):
    """
    A wrong password for a person, from a source.

    What was typed for the person is stored only as a hash: people type passwords there by mistake.
    """

    person = models.CharField(_("person"), max_length=64, help_text=_("The SHA-256 of the address or number."))
    source = models.CharField(_("source"), max_length=45, help_text=_("The network that the request came from."))
    tried_at = models.DateTimeField(_("tried at"))

    class Meta:
        verbose_name = _("wrong sign-in")
        verbose_name_plural = _("wrong sign-ins")
        indexes = [
            models.Index(fields=["person", "tried_at"], name="wrong_sign_in_of_person"),
            models.Index(fields=["source", "tried_at"], name="wrong_sign_in_from_source"),
            models.Index(fields=["tried_at"], name="wrong_sign_in_age"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.tried_at:%Y-%m-%d %H:%M}"
