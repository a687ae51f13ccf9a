"""Back-office pages beside the shop's tables: the changes of audited rows, and tables of third-party apps."""

import allauth.socialaccount.admin  # noqa: F401  # Registers the pages that are changed below.
import django_celery_beat.admin  # noqa: F401
from allauth.socialaccount.models import SocialApp, SocialToken
from django.contrib import admin
from django.db import models
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, SolarSchedule

from core.admin.changes import register_changes

# Their own admin pages define no search fields.
SEARCHED: dict[type[models.Model], tuple[str, ...]] = {
    ClockedSchedule: ("clocked_time",),
    CrontabSchedule: ("minute", "hour", "day_of_week"),
    IntervalSchedule: ("every", "period"),
    SolarSchedule: ("event",),
    SocialApp: ("name", "provider", "client_id"),
    SocialToken: ("app__name", "account__uid"),
}

register_changes()
for model, fields in SEARCHED.items():
    admin.site.get_model_admin(model).search_fields = fields  # type: ignore[misc]  # Read from the instance, too.
