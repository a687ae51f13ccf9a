"""The addresses of people's own affairs, below /api/v1/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
