"""The list of tables beside each page is made once, and is what Django would have made for that page."""

import pytest
from django.contrib import admin as django_admin
from django.contrib.admin.sites import AdminSite
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.translation import override

from accounts.rules import roles
from tests.factories.accounts import make_staff
from tests.factories.inventory import assign


def djangos_own(request):
    apps = AdminSite.get_app_list(django_admin.site, request)
    return render_to_string("admin/nav_sidebar.html", {"available_apps": apps}, request=request)


def ours(request):
    return django_admin.site.each_context(request)["sidebar"]()


@pytest.fixture
def asked(admin):
    def asked(path, person=admin):
        request = RequestFactory().get(path)
        request.user = person
        return request

    return asked


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(
    "path",
    ["/admin/orders/", "/admin/orders/order/", "/admin/orders/orderline/7/change/", "/admin/till/", "/admin/%zz/"],
)
def test_it_is_what_django_writes(asked, language, path):
    with override(language):
        assert ours(asked(path)) == djangos_own(asked(path))


def test_everybody_has_the_list_of_what_he_may_do(asked, admin, high_street):
    clerk = make_staff()
    assign(clerk, high_street, roles.CLERK)

    for person in (admin, clerk, admin):
        assert ours(asked("/admin/orders/order/", person)) == djangos_own(asked("/admin/orders/order/", person))
    assert ours(asked("/admin/", clerk)) != ours(asked("/admin/", admin))


def test_it_is_kept(asked, admin):
    first = django_admin.site.get_app_list(asked("/admin/"))

    assert django_admin.site.get_app_list(asked("/admin/orders/")) is first
