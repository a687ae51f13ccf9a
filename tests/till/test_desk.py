"""The pickup desk: what waits, what is to be picked, and handing it over."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory.models import Variant
from orders.models import Fulfilment, HandOver, Payment, Refund
from orders.rules.pickup_codes import collection_code
from tests.factories.inventory import make_category, make_store, make_variant
from tests.factories.orders import make_order
from tests.till.conftest import Clerk, address, new_key, text_of


@pytest.fixture
def order(ana, high_street, mug):
    return make_order((mug, 2, 1290), store=high_street, customer=ana, placed_at=timezone.now())


@pytest.fixture
def ready(ana, high_street, mug):
    return make_order(
        (mug, 1, 1290), store=high_street, customer=ana, state="ready", placed_at=timezone.now()
    ).fulfilments.get()


def code_of(pickup):
    return collection_code(pickup.pk, secret=settings.COLLECTION_SECRETS[0])


def hand_over(clerk, pickup, **given):
    return clerk.post("hand_over", pickup.pk, **({"key": new_key(), "method": "cash"} | given))


def test_a_pickup_goes_from_tab_to_tab(clerk, order):
    pickup = order.fulfilments.get()

    for tab, act, state in (("accept", "accept", "accepted"), ("pick", "pick", "picking"), ("pick", "ready", "ready")):
        assert f"{order.number} · Ana Moreno" in text_of(clerk.get("pickups", tab=tab))
        answer = clerk.post("pickup_act", pickup.pk, act, back="desk", tab=tab, follow=False)
        assert answer.headers["Location"] == f"{address('pickups')}?tab={tab}"
        pickup.refresh_from_db()
        assert pickup.state == state
    assert "kept until" in text_of(clerk.get("pickups", tab="ready"))
    assert order.number not in text_of(clerk.get("pickups", tab="pick"))


def test_what_waits_too_long_is_told_apart(clerk, order, ready):
    order.fulfilments.update(promised_at=timezone.now() - timedelta(hours=3))
    ready.expires_at = timezone.now() + timedelta(hours=5)
    ready.save()
    fine = make_order((Variant.objects.get(), 1, 100), store=order.fulfilments.get().location, placed_at=timezone.now())

    words = text_of(clerk.get("pickups", tab="late"))

    assert order.number in words
    assert ready.order.number in words
    assert fine.number not in words
    assert "3 h overdue" in words


def test_the_pick_list_goes_along_the_shelves(clerk, high_street, ana):
    shelves = [make_category(slug, name={"en": slug.capitalize(), "ar": f"رف {slug}"}) for slug in ("zoo", "art")]
    for shelf, sku in zip(shelves, ("LION", "BRUSH"), strict=True):
        variant = make_variant(sku=sku)
        variant.product.category = shelf
        variant.product.save()
        for _number in range(2):
            make_order((variant, 2, 100), store=high_street, customer=ana, state="accepted")

    words = text_of(clerk.get("pickups", tab="pick"))

    assert words.index("Art") < words.index("BRUSH") < words.index("Zoo") < words.index("LION")
    assert "4" in words[words.index("BRUSH") :]


def test_the_right_code_hands_it_over_with_who_collected(clerk, ready, tess):
    page = hand_over(clerk, ready, code=code_of(ready), collected_by="Bea Brown")

    ready.refresh_from_db()
    assert ready.state == "collected"
    note = HandOver.objects.get()
    assert (note.collected_by, note.proof, note.staff) == ("Bea Brown", "code", tess)
    assert "to Bea Brown by Tess Till" in text_of(page)


def test_a_code_scanned_at_the_desk_finds_its_pickup(clerk, ready):
    page = clerk.post("find_pickup", scanned=code_of(ready))

    assert f"Pickup of order {ready.order.number}" in text_of(page)
    assert f'value="{code_of(ready)}"' in page.content.decode()
    as_address = clerk.post("find_pickup", scanned=f"https://shop.example/collect/{code_of(ready)}/")
    assert f"Pickup of order {ready.order.number}" in text_of(as_address)


def test_a_pickup_is_found_by_number_and_by_name(clerk, order, ready):
    by_number = clerk.post("find_pickup", scanned=order.number)
    by_name = clerk.post("find_pickup", scanned="moreno")

    assert f"Pickup of order {order.number}" in text_of(by_number)
    words = text_of(by_name)
    assert words.index(ready.order.number) < words.index(order.number)


def test_an_order_of_another_store_says_where_it_is(clerk, ana, mug):
    elsewhere = make_order((mug, 1, 1290), store=make_store("ham-altona"), customer=ana)

    page = clerk.post("find_pickup", scanned=elsewhere.number)

    assert page.status_code == 404
    assert f"Order {elsewhere.number} is to be collected in ham-altona." in text_of(page)
    assert clerk.get("pickup", elsewhere.fulfilments.get().pk).status_code == 404
    assert clerk.post("find_pickup", scanned="nobody").status_code == 404


def test_wrong_codes_are_counted_until_a_manager_unlocks(clerk, manager, ready):
    for left in (4, 3, 2, 1, 0):
        page = hand_over(clerk, ready, code="00000000")
        assert (page.status_code, f"Tries left: {left}" in text_of(page)) == (409, True)
    locked = hand_over(clerk, ready, code=code_of(ready))
    assert "A manager must unlock this pickup." in text_of(locked)
    assert clerk.post("pickup_act", ready.pk, "unlock").status_code == 403

    manager.post("pickup_act", ready.pk, "unlock")
    hand_over(clerk, ready, code=code_of(ready))

    ready.refresh_from_db()
    assert ready.state == "collected"


def test_a_document_does_instead_of_the_code(clerk, ready):
    nothing = hand_over(clerk, ready)
    assert "Scan or enter the code, or check an identity document." in text_of(nothing)
    hand_over(clerk, ready, id_seen="on")

    assert (HandOver.objects.get().proof, HandOver.objects.get().collected_by) == ("id_seen", "Ana Moreno")


def test_what_is_due_is_taken_with_the_hand_over(clerk, ana, high_street, mug, register):
    unpaid = make_order((mug, 1, 1290), store=high_street, customer=ana, state="ready", paid="pay_in_store")
    pickup = unpaid.fulfilments.get()

    short = hand_over(clerk, pickup, code=code_of(pickup), tendered="10")
    assert "This does not cover the amount due." in text_of(short)
    hand_over(clerk, pickup, code=code_of(pickup), tendered="20")

    payment = Payment.objects.get()
    assert (payment.method, payment.tendered, payment.till_session, payment.state) == (
        "cash",
        2000,
        register,
        "captured",
    )


def test_a_hand_over_that_is_sent_twice_happens_once(clerk, ready):
    key = new_key()

    first = hand_over(clerk, ready, code=code_of(ready), key=key)
    again = hand_over(clerk, ready, code=code_of(ready), key=key)

    assert (first.status_code, again.status_code) == (200, 200)
    assert HandOver.objects.count() == 1


def pieces_in(prefix, order, *units):
    """Return the fields of a form for pieces, as the page sends them."""
    lines = list(order.lines.order_by("position"))
    start = f"{prefix}-" if prefix else ""
    return {
        f"{start}waiting": ",".join(f"{line.pk}:{line.quantity}" for line in lines),
        **{f"{start}piece_{line.pk}": count for line, count in zip(lines, units, strict=True)},
    }


def test_some_lines_can_be_handed_over_first(clerk, ana, high_street, mug, lamp):
    order = make_order((mug, 3, 1290), (lamp, 1, 4900), store=high_street, customer=ana, state="ready")
    pickup = order.fulfilments.get()

    hand_over(clerk, pickup, code=code_of(pickup), **pieces_in("handed", order, 2, 0))

    pickup.refresh_from_db()
    assert pickup.state == "ready"
    waiting = pickup.lines.filter(handed_over_at__isnull=True)
    assert list(waiting.order_by("order_line").values_list("quantity", flat=True)) == [1, 1]


def test_nothing_and_too_much_are_not_handed_over(clerk, ana, high_street, mug):
    order = make_order((mug, 3, 1290), store=high_street, customer=ana, state="ready")
    pickup = order.fulfilments.get()

    nothing = hand_over(clerk, pickup, code=code_of(pickup), **pieces_in("handed", order, 0))
    too_much = hand_over(clerk, pickup, code=code_of(pickup), **pieces_in("handed", order, 4))

    assert (nothing.status_code, too_much.status_code) == (400, 400)
    assert "Choose at least one piece." in text_of(nothing)
    assert not HandOver.objects.exists()


def test_a_choice_among_goods_that_have_changed_is_refused(clerk, ana, high_street, mug):
    order = make_order((mug, 3, 1290), store=high_street, customer=ana, state="ready")
    pickup = order.fulfilments.get()
    chosen = pieces_in("rejected", order, 1)

    clerk.post("pickup_act", pickup.pk, "reject", key=new_key(), reason="Broken", **chosen)
    again = clerk.post("pickup_act", pickup.pk, "reject", key=new_key(), reason="Broken", **chosen)

    assert "These goods have changed meanwhile." in text_of(again)
    assert Refund.objects.get().amount == 1290
    assert order.lines.get().quantity_cancelled == 1


def test_giving_up_says_why_and_pays_back(clerk, ready):
    silent = clerk.post("pickup_act", ready.pk, "reject", key=new_key(), reason=" ")
    assert "Enter a reason for the customer." in text_of(silent)
    clerk.post("pickup_act", ready.pk, "reject", key=new_key(), reason="Broken")

    ready.refresh_from_db()
    assert (ready.state, ready.reject_reason) == ("cancelled", "Broken")
    assert Refund.objects.get().amount == 1290
    assert clerk.post("pickup_act", ready.pk, "ready").status_code == 409
    assert clerk.post("pickup_act", ready.pk, "explode").status_code == 404


def test_a_buyer_who_no_longer_wants_it_is_another_case(clerk, manager, ready):
    """The buyer of a rejected pickup reads that the store could not prepare it, which would be untrue."""
    page = clerk.get("pickup", ready.pk)
    assert "The store cannot fulfil it" in text_of(page)
    assert "a manager cancels the order" in text_of(page)

    page = manager.get("pickup", ready.pk)
    assert f'{address("order", ready.order.number)}#cancel"' in page.content.decode()
    assert 'id="cancel"' in manager.get("order", ready.order.number).content.decode()


def test_the_desk_takes_as_many_statements_for_many_as_for_few(clerk, high_street, ana, mug):
    def statements(tab):
        with CaptureQueriesContext(connection) as captured:
            clerk.get("pickups", tab=tab)
        return len(captured)

    make_order((mug, 1, 1290), store=high_street, customer=ana, state="accepted")
    statements("pick")
    few = {tab: statements(tab) for tab in ("accept", "pick", "ready", "late", "collected")}
    for _number in range(25):
        variant = make_variant()
        make_order((variant, 1, 100), (make_variant(), 1, 100), store=high_street, customer=ana, state="accepted")

    many = {tab: statements(tab) for tab in few}

    assert many == few
    assert max(few.values()) <= 7
    page = clerk.get("pickups", tab="pick").content.decode()
    assert page.count('class="panel card"') == 20
    assert 'rel="next"' in page
    assert Fulfilment.objects.filter(state="accepted").count() == 26


def test_another_clerk_sees_his_own_store_alone(order, ben, lamp):
    from accounts.rules import roles
    from tests.factories.accounts import make_staff
    from tests.factories.inventory import assign

    other = make_staff("Olga", email="olga@example.com")
    assign(other, make_store("other"), roles.CLERK)
    olga = Clerk(other)

    assert order.number not in text_of(olga.get("pickups", tab="accept"))
    assert olga.get("pickup", order.fulfilments.get().pk).status_code == 404
    assert olga.post("pickup_act", order.fulfilments.get().pk, "accept").status_code == 404
    order.refresh_from_db()
    assert order.fulfilments.get().state == "placed"


def test_the_list_is_told_only_what_is_new(tess, clerk, order, mug, high_street, one_minute):
    script = Clerk(tess, script=True)
    mark = clerk.get("pickups", tab="accept").content.decode().split("seen=")[1].split('"')[0]

    same = script.get("pickups", tab="accept", seen=mark)
    another = make_order((mug, 1, 1290), store=high_street, placed_at=timezone.now())
    new = script.get("pickups", tab="accept", seen=mark)

    assert same.status_code == 204
    assert another.number in text_of(new)
    assert 'id="scanned"' not in new.content.decode()


def test_goods_are_named_in_the_language_of_who_works_here(tess, order, mug):
    mug.product.name = {"en": "Mug", "ar": "كوب"}
    mug.product.save()

    assert "2 × كوب" in text_of(Clerk(tess, language="ar").get("pickups", tab="accept"))
