import pytest
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate

from accounts.models import Customer
from accounts.rules import roles
from core.actors import Actor
from inventory.channels.staff import StaffApiView
from tests.factories.inventory import assign, make_store


class Counter(StaffApiView):
    right = {"GET": roles.SELL, "POST": roles.MOVE_STOCK}

    def get(self, request):
        self.actor_seen = self.actor(request)
        return Response({"store": self.staff.store.code, "role": self.staff.role})

    post = get


class Office(Counter):
    needs_store = False

    def get(self, request):
        return Response({"store": self.staff.store and self.staff.store.code})


@pytest.fixture
def tess(db):
    return Customer.objects.create_user("tess@example.com", is_staff=True)


@pytest.fixture
def mitte(db):
    return make_store("mitte")


@pytest.fixture
def altona(db):
    return make_store("altona")


def send(person, method="get", *, view=Counter, **headers):
    request = getattr(APIRequestFactory(), method)("/", headers=headers)
    force_authenticate(request, person)
    return view.as_view()(request)


def problem(response):
    import json

    body = json.loads(response.content)
    return response.status_code, body["code"]


def test_the_only_store_is_the_default(tess, mitte):
    assign(tess, mitte, roles.CLERK)

    assert send(tess).data == {"store": "mitte", "role": "clerk"}


def test_with_several_stores_the_header_decides(tess, mitte, altona):
    assign(tess, mitte, roles.CLERK)
    assign(tess, altona, roles.MANAGER)

    assert problem(send(tess)) == (400, "store_required")
    assert send(tess, **{"X-Store": "altona"}).data == {"store": "altona", "role": "manager"}


def test_a_right_holds_only_in_its_store(tess, mitte, altona):
    assign(tess, mitte, roles.CLERK)
    assign(tess, altona, roles.MANAGER)

    assert send(tess, "post", **{"X-Store": "altona"}).status_code == 200
    assert problem(send(tess, "post", **{"X-Store": "mitte"})) == (403, "not_allowed")


def test_staff_cannot_act_in_a_store_where_they_do_not_work(tess, mitte, altona):
    assign(tess, mitte, roles.MANAGER)

    assert problem(send(tess, **{"X-Store": "altona"})) == (403, "not_allowed")


def test_an_unknown_store_is_refused(tess, mitte):
    assign(tess, mitte, roles.MANAGER)

    assert problem(send(tess, **{"X-Store": "nowhere"})) == (400, "store_required")


def test_head_office_works_everywhere_and_names_the_store(tess, mitte):
    assign(tess, None, roles.HEAD_OFFICE)

    assert problem(send(tess)) == (400, "store_required")
    assert send(tess, "post", **{"X-Store": "mitte"}).data == {"store": "mitte", "role": "head_office"}
    assert send(tess, view=Office).data == {"store": None}


def test_shoppers_are_refused(tess, mitte):
    assert problem(send(tess, **{"X-Store": "mitte"})) == (403, "not_allowed")
    assert problem(send(None, **{"X-Store": "mitte"})) == (401, "not_authenticated")


def test_superusers_have_every_right(mitte, db):
    root = Customer.objects.create_superuser("root@example.com", "secret")

    assert send(root, "post", **{"X-Store": "mitte"}).data == {"store": "mitte", "role": ""}


def test_a_method_without_a_right_is_not_allowed(tess, mitte):
    assign(tess, mitte, roles.MANAGER)

    assert send(tess, "put").status_code == 405


def test_the_actor_names_person_store_and_channel(tess, mitte):
    assign(tess, mitte, roles.CLERK)
    seen = []

    class Recording(StaffApiView):
        def get(self, request):
            seen.append(self.actor(request))
            return Response()

    send(tess, view=Recording)

    assert seen == [Actor(channel="till", staff_id=tess.pk, store_id=mitte.pk, store_code="mitte")]


def test_checking_store_and_right_costs_one_statement(tess, mitte, altona, django_assert_num_queries):
    assign(tess, mitte, roles.CLERK)
    assign(tess, altona, roles.MANAGER)

    with django_assert_num_queries(1):
        send(tess, **{"X-Store": "altona"})
