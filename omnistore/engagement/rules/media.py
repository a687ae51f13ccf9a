"""The choice of the medium for a message."""

EMAIL, SMS = "email", "sms"


def medium_for(*, preferred: str, email: str, phone: str, can_text: bool) -> str | None:
    """
    Choose the medium: the preferred one if its address is known, else any other, else None.

    preferred: the person's choice; media that the shop cannot send by itself are ignored.
    can_text: whether the shop has a backend for texts.
    """
    reachable = {EMAIL: bool(email), SMS: bool(phone) and can_text}
    for medium in (preferred, EMAIL, SMS):
        if reachable.get(medium):
            return medium
    return None
