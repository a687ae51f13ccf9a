"""What django-allauth asks of this shop: where numbers are kept and how codes are sent."""

from datetime import UTC, datetime

from allauth.account.adapter import DefaultAccountAdapter

from accounts.models import Customer
from accounts.senders.sms import send_sms


class AccountAdapter(DefaultAccountAdapter):
    """Keeps the phone number on the person and sends codes through the shop's own senders."""

    def set_phone(self, user: Customer, phone: str, verified: bool) -> None:
        """Note a number on the person."""
        user.phone = phone
        user.phone_verified_at = datetime.now(UTC) if verified else None
        user.save(update_fields=["phone", "phone_verified_at"])

    def get_phone(self, user: Customer) -> tuple[str, bool] | None:
        """Return the number and whether it was proved."""
        return (str(user.phone), user.phone_verified_at is not None) if user.phone else None

    def set_phone_verified(self, user: Customer, phone: str) -> None:
        """Note that the person holds the number."""
        self.set_phone(user, phone, True)

    def get_user_by_phone(self, phone: str) -> Customer | None:
        """Return the person who has proved to hold the number."""
        return Customer.objects.filter(phone=phone, phone_verified_at__isnull=False, merged_into=None).first()

    def send_verification_code_sms(self, user: Customer, phone: str, code: str, **kwargs: object) -> None:
        """Send a code to a number."""
        send_sms(phone, code)
