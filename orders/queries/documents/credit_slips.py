"""The slip of goods that came back without a receipt: what was taken, and the credit that was given."""

from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from core.errors import NotFound
from core.texts.formats import day_text, money_text, number_text, time_text
from core.texts.languages import active_language
from core.texts.translated import in_language
from orders.models import Return
from orders.queries.documents.slips import Slip, SlipRow


def credit_slip(number: str, *, place_id: int) -> Slip:
    """Return the slip of a return without an order, in the reader's language. Raises NotFound, elsewhere too."""
    known = Return.objects.select_related("location", "customer")
    goods = known.filter(number=number, order__isnull=True, location=place_id).first()
    if goods is None or goods.location is None or goods.received_at is None:
        raise NotFound(_("There is no such return."))
    language, place = active_language(), goods.location
    taken_at = goods.received_at.astimezone(ZoneInfo(place.time_zone))
    credit = goods.amount if goods.state == Return.REFUNDED else 0
    return Slip(
        title=_("Goods taken back"),
        language=language,
        rows=[
            SlipRow(
                quantity=number_text(line.quantity, language),
                name=in_language(line.variant.product.name, language) if line.variant else line.sku,
                sku=line.sku,
                note=line.reason_text,
            )
            for line in goods.lines.select_related("variant__product").order_by("pk")
        ],
        code=goods.number,
        place=[in_language(place.name, language), place.street_address, f"{place.postal_code} {place.city}".strip()],
        facts=[
            (_("Return"), goods.number),
            (_("Taken back on"), f"{day_text(taken_at.date(), language)} {time_text(taken_at, language)}"),
            *([(_("Customer"), goods.customer.name)] if goods.customer and goods.customer.name else []),
            (_("Store credit"), money_text(credit, goods.currency, language)),
        ],
        notes=[] if credit else [_("Taken without a refund")],
    )
