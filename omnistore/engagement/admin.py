from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin.base import AdminAction, ReadOnlyAdmin
from omnistore.engagement.media import all_media
from omnistore.engagement.models import MailboxMessage, Message
from omnistore.engagement.queries.secrets import masked_body
from omnistore.engagement.services.messages import send_again


class MediumFilter(admin.SimpleListFilter):
    """Filters by the media that the shop has."""

    title = gettext_lazy("medium")
    parameter_name = "medium"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, medium.title) for name, medium in all_media().items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(medium=self.value()) if self.value() else queryset


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "kind", "ref", "medium_name", "recipient", "state", "attempts", "sent_at")
    list_filter = ("state", MediumFilter)
    search_fields = ("recipient__istartswith", "ref__exact")
    search_help_text = gettext_lazy("The beginning of a recipient, or a whole order number.")
    ordering = ("-id",)
    exclude = ("body", "html")
    readonly_fields = ("text",)

    @admin.display(description=gettext_lazy("medium"), ordering="medium")
    def medium_name(self, message: Message) -> str:
        medium = all_media().get(message.medium)
        return str(medium.title) if medium else message.medium

    @admin.display(description=gettext_lazy("text"))
    def text(self, message: Message) -> str:
        return masked_body(message)

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
