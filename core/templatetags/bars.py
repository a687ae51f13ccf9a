"""Barcodes in pages."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.texts.bars import bars_of, modules_of

register = template.Library()
QUIET, HEIGHT = 10, 40  # Modules of white beside the bars, without which scanners find no beginning.


@register.filter
def bars(code: str) -> SafeString | str:
    """Return a barcode as a picture, with its text below; only the text for what cannot be bars."""
    width = len(modules_of(code))
    if not width:
        return code
    shapes = format_html_join("", '<rect x="{}" width="{}" height="40"/>', bars_of(code))
    picture = format_html(
        '<svg viewBox="{} 0 {} {}" role="img" aria-label="{}" preserveAspectRatio="none">{}</svg>',
        *(-QUIET, width + 2 * QUIET, HEIGHT, code, shapes),
    )
    return format_html('<span class="bars" dir="ltr">{}<bdi>{}</bdi></span>', picture, code)
