"""The addresses of this app alone, as omnistore/urls.py mounts them."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("_allauth/", include("allauth.headless.urls")),
    path("api/v1/", include("accounts.api.urls")),
]
