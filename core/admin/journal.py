from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import dispatch
from core.admin.base import AdminAction, ChannelFilter, ReadOnlyAdmin
from core.errors import Refusal
from core.journal import event_classes
from core.models import ConsumerOffset, FailedDelivery, IdempotentResponse, JournalEntry, UnfinishedWork
from core.sweeping import sweeps


class StillFails(Refusal):
    """The handler failed on the entry again; the entry keeps its state."""

    code = "still_fails"


class KindFilter(admin.SimpleListFilter):
    """Filters by the kinds that the shop's event classes declare."""

    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        # A class whose kinds are made by its entries is known by the first part of them, which no entry has alone.
        return [(kind, kind) for kind, event in sorted(event_classes().items()) if event.__dict__.get("kind") == kind]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class DeadFilter(admin.SimpleListFilter):
    """Separates dead letters from deliveries that will be tried again."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("dead", _("Given up")), ("waiting", _("Will be tried again"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(next_attempt_at__isnull=self.value() == "dead") if self.value() else queryset


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnlyAdmin):
    list_display = ("occurred_at", "kind", "ref", "customer_id", "channel", "store", "actor_id")
    list_filter = (KindFilter, ChannelFilter)
    search_fields = ("ref__exact", "store__exact", "kind__startswith")
    search_help_text = gettext_lazy("A complete number or code, or the beginning of a kind.")
    ordering = ("-id",)


@admin.register(ConsumerOffset)
class HandlerPositionAdmin(ReadOnlyAdmin):
    list_display = ("handler", "entry_id", "moved_at")
    search_fields = ("handler",)
    ordering = ("handler",)


@admin.register(FailedDelivery)
class RedeliveryAdmin(ReadOnlyAdmin):
    list_display = ("handler", "entry_id", "attempts", "failed_at", "next_attempt_at")
    list_filter = (DeadFilter,)
    search_fields = ("handler", "entry_id__exact", "error")
    ordering = ("-failed_at",)
    object_actions = (
        AdminAction(
            name="replay",
            title=gettext_lazy("Try again"),
            explanation=gettext_lazy("Runs the handler for this entry again, now."),
            perform=lambda request, failed_delivery, form: _replay(failed_delivery),
            is_allowed=lambda request, failed_delivery: bool(request.user.has_perm("core.replay_faileddelivery")),
        ),
    )


@admin.register(IdempotentResponse)
class IdempotentAnswerAdmin(ReadOnlyAdmin):
    list_display = ("scope", "key", "status", "locked_at", "expires_at")
    search_fields = ("key__exact", "scope__startswith")
    exclude = ("body",)
    ordering = ("-id",)


@admin.register(UnfinishedWork)
class UnfinishedWorkAdmin(ReadOnlyAdmin):
    """What periodic work could not do yet, with the reason."""

    list_display = ("title", "ref", "tries", "detail", "since", "next_try_at")
    search_fields = ("ref__exact", "sweep__startswith", "detail")
    ordering = ("since",)
    object_actions = (
        AdminAction(
            name="retry",
            title=gettext_lazy("Try again now"),
            explanation=gettext_lazy("The next run of this work, within minutes, tries it again."),
            perform=lambda request, unfinished_work, form: _retry(unfinished_work),
            is_allowed=lambda request, unfinished_work: True,
        ),
    )

    @admin.display(description=gettext_lazy("work"))
    def title(self, unfinished_work: UnfinishedWork) -> str:
        """Name the work in the reader's language."""
        sweep = sweeps().get(unfinished_work.sweep)
        return str(sweep.title) if sweep else unfinished_work.sweep


def _retry(unfinished_work: UnfinishedWork) -> str:
    UnfinishedWork.objects.filter(pk=unfinished_work.pk).update(next_try_at=timezone.now())
    return _("It is tried again within minutes.")


def _replay(failed_delivery: FailedDelivery) -> str:
    if not dispatch.replay(failed_delivery, now=timezone.now()):
        raise StillFails(_("It failed again. The error below is the new one."))
    return _("Handled.")
