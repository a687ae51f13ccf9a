"""What apps and pages report about visits."""

from django.db import models


class TouchMessage(models.Model):
    """
    A report that was taken in, so that the same one sent again is not counted again.

    The touch itself is an entry of the journal; this row only remembers its name for a while.
    """

    sender = models.CharField(max_length=80, help_text="Whose names these are: a person's or a visitor's.")
    message_id = models.CharField(max_length=80)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sender", "message_id"], name="touch_message_once_per_sender"),
        ]
        indexes = [models.Index(fields=["received_at"], name="touch_message_age")]

    def __str__(self) -> str:
        return f"{self.sender} {self.message_id}"
