"""Links guest orders to the account of the person who placed them."""

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models.functions import Lower

from accounts.models import Customer
from orders.models import Order


@transaction.atomic
def claim_guest_orders(*, customer_id: int, medium: str) -> int:
    """
    Give a person the guest orders placed with an e-mail address or phone number that they have verified.

    medium: email or phone, the one just verified. Only what allauth (or the code by SMS) verified counts, never what
    somebody typed: a stranger's typing error must not expose another person's orders. Return how many were claimed.
    """
    guests = Order.objects.filter(customer__isnull=True)
    if medium == "email":
        proved = EmailAddress.objects.filter(user_id=customer_id, verified=True).values_list(Lower("email"), flat=True)
        guests = guests.filter(contact_email__in=list(proved))
    else:
        person = Customer.objects.get(pk=customer_id)
        if person.phone_verified_at is None or not person.phone:
            return 0
        guests = guests.filter(contact_phone=str(person.phone))
    return guests.update(customer_id=customer_id)
