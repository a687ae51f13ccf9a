from django.apps import AppConfig


class StorefrontConfig(AppConfig):
    """The web shop."""

    name = "omnistore.storefront"
    label = "storefront"
