"""What people read about a price that won or lost."""

from django.utils.translation import gettext_lazy as _

from inventory.rules import price_lists as rules

WORDS = {
    rules.WON: _("this is the price"),
    rules.NOT_YET: _("not valid yet"),
    rules.OVER: _("no longer valid"),
    rules.OTHER_CHANNEL: _("for another channel"),
    rules.OTHER_STORE: _("for another store"),
    rules.OTHER_SEGMENT: _("the customer is not in its segment"),
    rules.TOO_FEW: _("for larger quantities"),
    rules.OUTRANKED: _("another price takes precedence"),
    rules.DEARER: _("another price of the same kind, or the price for everybody, is lower"),
}
KINDS = {
    rules.BASE: _("regular price"),
    rules.PUBLIC: _("for everybody"),
    rules.SEGMENT: _("for a segment"),
    rules.DEVIATION: _("for a channel or store"),
}
