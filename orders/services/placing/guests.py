"""Orders placed without an account, and how they find their owner."""

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models.functions import Lower

from accounts.models import Customer
from orders.models import Order


@transaction.atomic
def claim_guest_orders(*, customer_id: int, medium: str) -> int:
    """
    Give a person the orders that were placed without an account under an address or number he has proved.

    medium: email or phone, the one just proved. Only what allauth (or the code by SMS) verified counts, never what
    somebody typed in: a stranger's typing error must not open a stranger's history. Returns how many were claimed.
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
