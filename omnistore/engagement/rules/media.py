"""By which medium to reach somebody."""

EMAIL, SMS = "email", "sms"


def medium_for(*, preferred: str, email: str, phone: str, can_text: bool) -> str | None:
    """
    Choose the medium: the preferred one if the person can be reached by it, else any other, else None.

    preferred: what the person asked for; media the shop cannot send by itself count as no wish.
    can_text: whether the shop has anything to send texts with.
    """
    reachable = {EMAIL: bool(email), SMS: bool(phone) and can_text}
    for medium in (preferred, EMAIL, SMS):
        if reachable.get(medium):
            return medium
    return None
