"""
Product pictures: one SVG for each product family in pictures/, in any colour, on a soft backdrop.

An element whose fill or stroke depends on the colour names its tone in `data-tone`: base, light, shade, deep or line,
optionally with a share of another colour, as in `base 35% #FFFFFF`. The colours in the file are a sample.
"""

import re
import zlib
from functools import cache
from pathlib import Path

PICTURES = Path(__file__).parent / "pictures"
BACKDROPS = (
    ("#EADFCE", "#F5EEE2"),
    ("#D9E0D3", "#EAEFE5"),
    ("#EBD8CC", "#F6E9E0"),
    ("#D3DCE4", "#E7EDF1"),
    ("#E9DFC6", "#F5EFDC"),
    ("#E3D6DC", "#F1E8EC"),
)
# Each tone is the base with a share of white or near-black. A line must be visible on the colour itself.
TONES = {"light": (0.28, "#FFFFFF"), "shade": (0.16, "#2A2320"), "deep": (0.36, "#2A2320")}
LINE_ON_PALE, LINE_ON_DARK = (0.3, "#2A2320"), (0.45, "#FFFFFF")
DARK_BELOW, PALE_ABOVE = 110, 200

_TONED = re.compile(r'="#[0-9A-F]{6}" data-tone="([^"]+)"')


def families() -> list[str]:
    """Return the names of the families that have a picture."""
    return sorted(file.stem for file in PICTURES.glob("*.svg"))


def draw_picture(*, family: str, colour: str, key: str) -> str:
    """
    Draw a product of a family in a colour, and return the SVG document.

    colour: #RRGGBB; key: chooses the backdrop, so that a product has the same one in every colour. The same arguments
    always give the same picture, without text, scripts or external references.
    """
    opening, body = _sample(family)
    painted = _TONED.sub(lambda match: f'="{_tone(match[1], colour)}"', body)
    return _on_backdrop(key, colour, painted, is_standing="data-stands" in opening)


@cache
def _sample(family: str) -> tuple[str, str]:
    text = (PICTURES / f"{family}.svg").read_text()
    opening, _end, rest = text.partition(">\n")
    return opening, rest.removesuffix("</svg>\n").replace("\n", "")


def _tone(tone_text: str, colour: str) -> str:
    """Return the colour of a tone such as `light` or `light 20% #2A2320`; a colour stays as it is."""
    first, *mixed = tone_text.split()
    share, other = TONES.get(first, (0.0, colour))
    if first == "line":
        share, other = LINE_ON_DARK if _brightness(colour) < DARK_BELOW else LINE_ON_PALE
    tone = first if first.startswith("#") else _mix(colour, other, share)
    return _mix(tone, _tone(mixed[1], colour), float(mixed[0].rstrip("%")) / 100) if mixed else tone


def _on_backdrop(key: str, colour: str, body: str, *, is_standing: bool) -> str:
    """Return the product on a contrasting backdrop; only a standing product may get a table edge."""
    number = zlib.crc32(key.encode())
    back, glow = BACKDROPS[number % len(BACKDROPS)]
    if _brightness(colour) > PALE_ABOVE:
        back, glow = _mix(back, "#8A7460", 0.22), _mix(back, "#8A7460", 0.07)
    backdrop = (
        f'<circle cx="200" cy="196" r="150" fill="{glow}"/>',
        f'<path d="M72 330V188a128 128 0 0 1 256 0V330Z" fill="{glow}"/>',
        f'<rect x="0" y="318" width="400" height="82" fill="{_mix(back, "#8A7460", 0.14)}"/>'
        f'<circle cx="270" cy="130" r="74" fill="{glow}"/>',
    )[number // len(BACKDROPS) % (3 if is_standing else 2)]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" width="800" height="800">'
        f'<rect x="0" y="0" width="400" height="400" fill="{back}"/>{backdrop}{body}</svg>\n'
    )


def _mix(first: str, second: str, share: float) -> str:
    """Return the colour that lies `share` of the way from the first to the second; #RRGGBB in and out."""
    pairs = zip(_channels(first), _channels(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def _brightness(colour: str) -> float:
    """Return how bright a colour looks, 0 to 255."""
    red, green, blue = _channels(colour)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
