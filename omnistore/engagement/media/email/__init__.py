"""E-mail through Django's backends."""

from functools import cache
from pathlib import Path
from smtplib import SMTPException, SMTPResponseException
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template import engines
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from core.network import about_to_call
from omnistore.engagement.media.base import Layout, Medium, SendError
from omnistore.engagement.models import Message
from omnistore.engagement.rules.content import Content, shortened
from omnistore.engagement.rules.recipients import EMAIL

# SMTP codes from this one on are permanent failures; lower ones are temporary.
PERMANENT_FROM = 500
LONGEST_SUBJECT = 300


class Email:
    """Sends the text, and the same content as HTML."""

    title = _("E-mail")
    address = EMAIL
    rank = 1

    def is_on(self) -> bool:
        """Return True: every shop can send e-mail, because people sign in by it."""
        return True

    def lay_out(self, content: Content, *, language: str) -> Layout:
        """Write the content as text and as HTML."""
        context = {"notification": content, "language": language, "shop": settings.SHOP_NAME}
        with override(language):
            return Layout(
                subject=shortened(content.subject, LONGEST_SUBJECT),
                body=_layout("notification.txt").render(context).strip() + "\n",
                html=_layout("notification.html").render(context),
            )

    def send(self, message: Message) -> None:
        """Send an e-mail. Raises SendError."""
        about_to_call("the mail server")
        connection = get_connection()
        try:
            connection.open()
        except (OSError, SMTPException) as error:
            raise SendError(f"The mail server does not answer: {error}", permanent=False) from error
        mail = EmailMultiAlternatives(
            message.subject,
            message.body,
            to=[message.recipient],
            connection=connection,
            # The same at every attempt, so that mail programs recognise a copy.
            headers={
                "Message-ID": f"<message.{message.pk}.{message.event_id}@{urlsplit(settings.PUBLIC_URL).hostname}>"
            },
        )
        if message.html:
            mail.attach_alternative(message.html, "text/html")
        try:
            mail.send()
        except SMTPResponseException as error:
            raise SendError(str(error), permanent=error.smtp_code >= PERMANENT_FROM) from error
        except (OSError, SMTPException) as error:
            # The server may have accepted the e-mail before the connection broke; sending it twice is worse than a
            # check by staff.
            raise SendError(f"No answer after the mail was handed over: {error}", permanent=True) from error
        finally:
            connection.close()


@cache
def _layout(name: str) -> Any:
    # Read from the medium's own folder: Django looks for templates in the folders of apps only.
    return engines["django"].from_string(Path(__file__).with_name("templates").joinpath(name).read_text())


medium: Medium = Email()
