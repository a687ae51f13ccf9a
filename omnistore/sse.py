"""The entry point of the process that keeps event streams open."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")
django.setup()

from omnistore.streams import application  # noqa: E402 - needs Django set up

__all__ = ["application"]
