"""What is logged, and in which form."""

from typing import Any


def logging_as_json(*, level: str, access_level: str) -> dict[str, Any]:
    """Return the setting that writes JSON lines to standard error; access_level is that of answered requests."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "core.web.logs.JsonFormatter"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # The access log line says it already.
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
            # Otherwise two useless lines a second about the journal's dispatch.
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
            "weasyprint": {"level": "CRITICAL"},  # It warns, with every PDF, of styles that only browsers support.
            "fontTools": {"level": "WARNING"},
            "access": {"level": access_level},
        },
    }
