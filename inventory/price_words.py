"""What is said of a price that won or lost, for people."""

from django.utils.translation import gettext_lazy as _

from inventory.rules import price_lists as rules

WORDS = {
    rules.WON: _("this is the price"),
    rules.NOT_YET: _("does not hold yet"),
    rules.OVER: _("holds no more"),
    rules.OTHER_CHANNEL: _("for another channel"),
    rules.OTHER_STORE: _("for another store"),
    rules.OTHER_SEGMENT: _("the customer is not in its segment"),
    rules.TOO_FEW: _("from more units on"),
    rules.OUTRANKED: _("another price goes before it"),
    rules.DEARER: _("another price of its kind, or everybody's, is lower"),
}
KINDS = {
    rules.BASE: _("ordinary price"),
    rules.PUBLIC: _("for everybody"),
    rules.SEGMENT: _("for a segment"),
    rules.DEVIATION: _("for a channel or store"),
}
