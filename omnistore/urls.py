from django.contrib import admin
from django.urls import URLPattern, URLResolver, path

from core import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.prometheus, name="metrics"),
    path("admin/", admin.site.urls),
]
