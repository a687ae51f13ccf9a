"""Till sessions, from the float counted in to the cash counted out. All amounts in minor units."""

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.data import sql
from core.errors import NotAllowed, NotFound, Refusal
from core.journal import publish
from core.states.moving import move
from inventory.models import Location
from orders.events import TillClosed, TillOpened
from orders.models import TillSession
from orders.rules.lifecycle import TILL_SESSION

# The cash that should be in the drawer: from the session's own sales and from pickups paid in it, less cash refunds.
_EXPECTED = """
SELECT session.opening_float
     + coalesce((SELECT sum(payment.amount + payment.rounding) FROM orders_payment AS payment
                 JOIN orders_order AS orders ON orders.id = payment.order_id
                 WHERE orders.till_session_id = session.id AND payment.till_session_id IS NULL
                   AND payment.method = 'cash' AND payment.state = 'captured'), 0)
     + coalesce((SELECT sum(payment.amount + payment.rounding) FROM orders_payment AS payment
                 WHERE payment.till_session_id = session.id
                   AND payment.method = 'cash' AND payment.state = 'captured'), 0)
     - coalesce((SELECT sum(refund.amount + refund.rounding) FROM orders_refund AS refund
                 WHERE refund.till_session_id = session.id AND refund.state = 'done'), 0) AS expected
FROM orders_tillsession AS session WHERE session.id = %(session)s
"""
_UNDER_WAY = """
SELECT orders.number FROM orders_order AS orders JOIN orders_payment AS payment ON payment.order_id = orders.id
WHERE orders.till_session_id = %(session)s AND payment.method = 'cash' AND payment.state = 'held' LIMIT 1
"""
_FOR_SALE = """
SELECT id FROM orders_tillsession
WHERE id = %(session)s AND store_id = %(store)s AND closed_at IS NULL AND rescues_id IS NULL FOR SHARE
"""
_TO_PAY_OUT = _FOR_SALE.replace("FOR SHARE", "FOR UPDATE")


class NothingSoldHere(Refusal):
    """A warehouse has no register."""

    code = "nothing_sold_here"


class RegisterInUse(Refusal):
    """This register has an open session already; `session` names it."""

    code = "register_in_use"


class SessionNotOpen(Refusal):
    """The till session is closed, or the store has none of this number: no cash can be taken or paid out."""

    code = "session_closed"


class RescueNeedsManager(NotAllowed):
    """Late sales of a closed register are checked and closed by a manager."""

    code = "rescue_needs_manager"


class SaleUnderWay(Refusal):
    """A sale has cash on the counter and waits for its card payment; `order` names the sale."""

    code = "sale_under_way"


class DrawerTooEmpty(Refusal):
    """Less cash lies in the drawer than is to be paid out."""

    code = "drawer_too_empty"


class DifferenceNeedsManager(NotAllowed):
    """
    The count differs by too much for this person to close the session.

    By how much is not said: whoever knew the expected sum would not have to count.
    """

    code = "difference_needs_manager"


@transaction.atomic(savepoint=False)
def open_till_session(*, register: str, opening_float: int, by: Actor, now: datetime) -> TillSession:
    """
    Open a register in the acting store, with the cash counted into it.

    Raises RegisterInUse while an earlier session of the register is open, and NothingSoldHere in a warehouse.
    """
    assert by.store_id is not None and by.staff_id is not None
    if not Location.objects.filter(pk=by.store_id, kind=Location.STORE).exists():
        raise NothingSoldHere(_("A warehouse sells nothing, so it has no register."))
    try:
        with transaction.atomic():
            session = TillSession.objects.create(
                store_id=by.store_id,
                register=register,
                currency=settings.SHOP_CURRENCY,
                opening_float=opening_float,
                opened_by_id=by.staff_id,
                opened_at=now,
            )
    except IntegrityError as error:
        if "till_session_one_open_per_register" not in str(error):
            raise
        present = TillSession.objects.get(store_id=by.store_id, register=register, closed_at__isnull=True)
        raise RegisterInUse(
            _("Register %(name)s is open already. Close it first.") % {"name": register}, session=str(present.pk)
        ) from error
    publish(TillOpened(by=by, occurred_at=now, ref=register, session_id=session.pk))
    return session


@transaction.atomic(savepoint=False)
def close_till_session(*, session_id: int, counted: int, may_differ: bool, by: Actor, now: datetime) -> TillSession:
    """
    Close a session of the acting store with the cash that was counted out.

    may_differ: whether this person may close with a difference above TILL_DIFFERENCE_LIMIT_MINOR. Locks the session:
    sales and refunds in it wait, and then find it closed. Raises NotFound, SessionNotOpen, SaleUnderWay,
    RescueNeedsManager, DifferenceNeedsManager.
    """
    session = get_till_session(session_id=session_id, store_id=by.store_id, locks=True)
    if not session.is_open:
        raise SessionNotOpen(_("This till session is closed already."))
    if session.is_rescue and not may_differ:
        raise RescueNeedsManager(_("These sales came after their register was closed. A manager closes them."))
    under_way = sql.fetch_one(_UNDER_WAY, {"session": session.pk})
    if under_way is not None:
        raise SaleUnderWay(
            _("Order %(order)s is still waiting for its card payment. Close in a minute."), order=under_way["number"]
        )
    session.expected = expected_cash(session_id=session.pk)
    difference = counted - session.expected
    if abs(difference) > settings.TILL_DIFFERENCE_LIMIT_MINOR and not may_differ:
        raise DifferenceNeedsManager(
            _("The count differs too much from what was taken. Count again, or let a manager close.")
        )
    closing = {"counted": counted, "expected": session.expected, "closed_by_id": by.staff_id, "closed_at": now}
    move(TILL_SESSION, session, "closed", by=by, **closing)
    publish(TillClosed(by=by, occurred_at=now, ref=session.register, session_id=session.pk, difference=difference))
    return session


def get_till_session(*, session_id: int, store_id: int | None, locks: bool = False) -> TillSession:
    """Return a session of a store; locks: lock it until the transaction ends. Raises NotFound."""
    sessions = TillSession.objects.select_for_update(of=("self",)) if locks else TillSession.objects.all()
    session = sessions.select_related("store", "rescues").filter(pk=session_id, store_id=store_id).first()
    if session is None:
        raise NotFound(_("There is no such till session in this store."))
    return session


def take_open_session(*, session_id: int | None, store_id: int | None) -> None:
    """
    Keep a session of a store open until the transaction ends, so that cash may be taken or paid out.

    Many sales may do so at once; closing waits for them. Raises SessionNotOpen.
    """
    if session_id is None or sql.fetch_one(_FOR_SALE, {"session": session_id, "store": store_id}) is None:
        raise SessionNotOpen(_("Cash needs an open till session of this store. Open one and name it."))


def take_out_of_drawer(*, session_id: int | None, store_id: int | None, amount: int) -> None:
    """
    Keep a session of a store open until the transaction ends, and alone, so that cash may be paid out of its drawer.

    Sales wait: what they add is not there before they are done. Raises SessionNotOpen, DrawerTooEmpty.
    """
    wanted = {"session": session_id, "store": store_id}
    if session_id is None or sql.fetch_one(_TO_PAY_OUT, wanted) is None:
        raise SessionNotOpen(_("Cash needs an open till session of this store. Open one and name it."))
    if amount > expected_cash(session_id=session_id):
        raise DrawerTooEmpty(_("There is not enough cash in this drawer. Use another register, or fill it up first."))


def expected_cash(*, session_id: int) -> int:
    """Return the cash that should be in the drawer now, in minor units."""
    row = sql.fetch_one(_EXPECTED, {"session": session_id})
    assert row is not None
    return int(row["expected"])
