"""E-mail through Django's backends."""

from smtplib import SMTPException, SMTPResponseException

from django.core.mail import EmailMultiAlternatives, get_connection

from core.network import about_to_call
from omnistore.engagement.models import Message
from omnistore.engagement.senders.base import SendError

# SMTP codes from this one on are permanent failures; lower ones are temporary.
PERMANENT_FROM = 500


class EmailSender:
    """Sends the text, and the same content as HTML."""

    def send(self, message: Message) -> None:
        """Send an e-mail. Raises SendError."""
        about_to_call("the mail server")
        connection = get_connection()
        try:
            connection.open()
        except (OSError, SMTPException) as error:
            raise SendError(f"The mail server does not answer: {error}", permanent=False) from error
        mail = EmailMultiAlternatives(message.subject, message.body, to=[message.recipient], connection=connection)
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
