import pytest

from orders.models import Fulfilment, Order, Payment, Refund
from tests.factories.orders import due, make_fulfilment, make_order
from tests.storefront.conftest import Visit


@pytest.fixture
def order(ana, mug, high_street):
    return make_order((mug, 2, 1290), store=high_street, customer=ana)


def test_asks_once_more_and_says_what_becomes_of_the_money(ana, order):
    visit = Visit(ana)
    offered = visit.get(f"/orders/{order.number}/").content.decode()

    page = visit.get(f"/orders/{order.number}/cancel/").content.decode()

    assert f'href="/orders/{order.number}/cancel/"' in offered
    assert "You get <strong>€25.80</strong> back." in page
    order.refresh_from_db()
    assert order.state == Order.PLACED


def test_cancels_and_pays_back(ana, order):
    visit = Visit(ana)

    answer = visit.post(f"/orders/{order.number}/cancel/", {"reason": "too_slow"})

    assert answer["Location"] == f"/orders/{order.number}/"
    order.refresh_from_db()
    assert (order.state, order.cancel_reason) == (Order.CANCELLED, "too_slow")
    assert Refund.objects.get().amount == 2580
    assert "This order was cancelled" in visit.get(answer["Location"]).content.decode()


def test_sent_twice_it_cancels_once(ana, order):
    visit = Visit(ana)

    answers = [visit.post(f"/orders/{order.number}/cancel/") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Refund.objects.count() == 1


def test_what_was_to_be_paid_in_the_store_is_no_longer_due(ana, mug, high_street):
    order = make_order((mug, 1, 1290), store=high_street, customer=ana, paid="pay_in_store")
    visit = Visit(ana)

    page = visit.get(f"/orders/{order.number}/cancel/").content.decode()
    visit.post(f"/orders/{order.number}/cancel/")

    assert "The €12.90 due in the store no longer have to be paid." in page
    assert due() == 0


def test_what_has_left_stays_and_only_the_rest_goes_back(ana, mug, lamp, high_street, warehouse):
    order = make_order((mug, 1, 1290), store=high_street, customer=ana)
    line = order.lines.create(
        position=2, variant=lamp, sku="LAMP", name="LAMP", quantity=1, unit_price=4900, line_total=4900
    )
    Order.objects.filter(pk=order.pk).update(items_total=6190, grand_total=6190)
    Payment.objects.update(amount=6190)
    make_fulfilment(order, [line], store=warehouse, kind=Fulfilment.SHIP, state="shipped")

    page = Visit(ana).get(f"/orders/{order.number}/cancel/").content.decode()

    assert "You get <strong>€12.90</strong> back." in page
    assert "Stays unchanged" in page


@pytest.mark.parametrize("state", ["collected", "cancelled"])
def test_what_cannot_be_cancelled_any_more_is_not_offered(state, ana, mug, high_street):
    order = make_order((mug, 1, 1290), store=high_street, customer=ana, state=state)
    visit = Visit(ana)

    assert "cancel/" not in visit.get(f"/orders/{order.number}/").content.decode()
    assert visit.get(f"/orders/{order.number}/cancel/")["Location"] == f"/orders/{order.number}/"
    assert visit.post(f"/orders/{order.number}/cancel/").status_code == 302
    assert not Refund.objects.exists()


def test_nobody_cancels_anothers_order(ben, guest, order):
    for stranger in (Visit(ben), guest):
        assert stranger.get(f"/orders/{order.number}/cancel/").status_code == 404
        assert stranger.post(f"/orders/{order.number}/cancel/").status_code == 404

    order.refresh_from_db()
    assert order.state == Order.PLACED


def test_a_guest_cancels_behind_his_own_link(guest, mug):
    guest.add("MUG")
    where = guest.check_out()["Location"]
    stranger = Visit()

    page = stranger.get(where).content.decode()
    answer = stranger.post(f"{where}cancel/")

    assert f'href="{where}cancel/"' in page
    assert answer["Location"] == where
    assert Order.objects.get().state == Order.CANCELLED


def chosen(order, units):
    line = order.lines.get()
    return {"waiting": f"{line.pk}:{line.quantity - line.quantity_cancelled}", f"piece_{line.pk}": units}


def test_one_of_two_pieces_is_cancelled(ana, order):
    visit = Visit(ana)

    page = visit.get(f"/orders/{order.number}/cancel/", data=chosen(order, 1)).content.decode()
    answer = visit.post(f"/orders/{order.number}/cancel/", {"reason": "other", **chosen(order, 1)})

    assert "You get <strong>€12.90</strong> back." in page
    assert "Cancel these pieces" in page
    order.refresh_from_db()
    assert (order.state, order.lines.get().quantity_cancelled) == (Order.PLACED, 1)
    assert "The pieces were cancelled." in visit.get(answer["Location"]).content.decode()


def test_pieces_sent_twice_are_cancelled_once(ana, order):
    visit = Visit(ana)
    sent = chosen(order, 1)

    for _ in range(2):
        visit.post(f"/orders/{order.number}/cancel/", sent)

    assert order.lines.get().quantity_cancelled == 1
    page = visit.get(f"/orders/{order.number}/cancel/").content.decode()
    assert "These goods have changed meanwhile." in page


@pytest.mark.parametrize("units", ["0", "3", "-1", "x"])
def test_a_choice_that_cannot_be_is_explained(units, ana, order):
    visit = Visit(ana)

    page = visit.get(f"/orders/{order.number}/cancel/", data=chosen(order, units)).content.decode()
    answer = visit.post(f"/orders/{order.number}/cancel/", chosen(order, units))

    assert "errorlist" in page
    assert answer["Location"] == f"/orders/{order.number}/cancel/"
    assert not Refund.objects.exists()


def test_the_question_takes_the_same_statements_whatever_it_is_about(
    ana, mug, lamp, high_street, order, django_assert_num_queries
):
    visit = Visit(ana)
    larger = make_order((mug, 1, 1290), (lamp, 1, 4900), store=high_street, customer=ana)

    visit.get("/cart/")

    for number in (order.number, larger.number):
        with django_assert_num_queries(11):
            assert visit.get(f"/orders/{number}/cancel/").status_code == 200
