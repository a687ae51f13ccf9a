import pytest
from django.test import RequestFactory
from rest_framework.request import Request

from accounts.sign_in.authentication import TokenAuthentication, person_ids
from tests.factories.accounts import bearer, make_customer

pytestmark = pytest.mark.django_db


def test_a_token_names_its_owner_in_one_statement(django_assert_num_queries):
    ana = make_customer()
    request = Request(RequestFactory().get("/", headers=bearer(ana)))

    with django_assert_num_queries(1):
        person, channel = TokenAuthentication().authenticate(request)

    assert (person, channel, person_ids(person)) == (ana, "app", [ana.pk])
