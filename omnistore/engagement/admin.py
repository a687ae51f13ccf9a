from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin.base import AdminAction, ReadOnlyAdmin
from omnistore.engagement.models import MailboxMessage, Message
from omnistore.engagement.services.messages import send_again


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "kind", "order_number", "medium", "recipient", "state", "attempts", "sent_at")
    list_filter = ("state", "medium")
    search_fields = ("recipient__istartswith", "order_number__exact")
    search_help_text = gettext_lazy("The beginning of a recipient, or a whole order number.")
    ordering = ("-id",)
    exclude = ("html",)
    object_actions = (
        AdminAction(
            name="send-again",
            title=gettext_lazy("Send again"),
            explanation=gettext_lazy("Sends the message again. If it already arrived, the recipient gets it twice."),
            perform=lambda request, message, form: _send_again(message),
            is_allowed=lambda request, message: (
                message.state == Message.FAILED and bool(request.user.has_perm("engagement.resend_message"))
            ),
            is_destructive=True,
        ),
    )


@admin.register(MailboxMessage)
class MailboxMessageAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "medium", "recipient", "subject")
    list_filter = ("medium",)
    search_fields = ("recipient__istartswith",)
    ordering = ("-id",)


def _send_again(message: Message) -> str:
    send_again(message, now=timezone.now())
    return _("The message is queued again.")
