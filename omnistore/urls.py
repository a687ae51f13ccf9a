"""All URLs of the shop."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny

import accounts.api.urls
import carts.api.urls
import inventory.api.urls
import orders.api.urls
from core.web import health
from core.web.media import serve_media

# They are tried in this order, so the most frequent ones come first; in one list, because every nested list costs each
# request another search.
api_v1: list[URLPattern | URLResolver] = [
    *inventory.api.urls.urlpatterns,
    *carts.api.urls.urlpatterns,
    *orders.api.urls.urlpatterns,
    *accounts.api.urls.urlpatterns,
    path(
        "schema/", SpectacularAPIView.as_view(permission_classes=[AllowAny], authentication_classes=[]), name="schema"
    ),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(
            url_name="schema", permission_classes=[AllowAny], authentication_classes=[]
        ),
        name="docs",
    ),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include(api_v1)),
    path("_allauth/", include("allauth.headless.urls")),
    path("accounts/", include("allauth.urls")),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.prometheus, name="metrics"),
    path("admin/", admin.site.urls),
    path("", include("omnistore.engagement.api.urls")),
    path("", include("omnistore.storefront.urls")),
]

if settings.SERVE_MEDIA:
    urlpatterns.append(path("media/<path:path>", serve_media))

handler400 = "omnistore.storefront.errors.handle_400"
handler403 = "omnistore.storefront.errors.handle_403"
handler404 = "omnistore.storefront.errors.handle_404"
handler429 = "omnistore.storefront.errors.handle_429"
handler500 = "omnistore.storefront.errors.handle_500"
