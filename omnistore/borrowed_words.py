"""Words of other apps' pages that their own catalogues lack in one of the shop's languages; ours say them."""

from django.utils.translation import gettext_noop as _

TIMETABLE = (
    _("Periodic Tasks"),
    _("periodic task"),
    _("periodic tasks"),
    _("clocked"),
    _("crontab"),
    _("crontabs"),
    _("interval"),
    _("intervals"),
    _("solar event"),
    _("solar events"),
    _("Enabled"),
    _("Interval Schedule"),
    _("Start Datetime"),
    _("Last Run Datetime"),
    _("One-off Task"),
    _("Task Name"),
    _("Enable selected tasks"),
    _("Disable selected tasks"),
    _("Toggle activity of selected tasks"),
    _("Run selected tasks"),
)
