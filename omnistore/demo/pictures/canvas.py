"""The few strokes every picture is made of: mixed colours, plain shapes, and the soft stage behind the goods."""

import zlib
from dataclasses import dataclass

SIDE = 400
FLOOR = 330

STAGES = (
    ("#EADFCE", "#F5EEE2"),
    ("#D9E0D3", "#EAEFE5"),
    ("#EBD8CC", "#F6E9E0"),
    ("#D3DCE4", "#E7EDF1"),
    ("#E9DFC6", "#F5EFDC"),
    ("#E3D6DC", "#F1E8EC"),
)
WOOD = "#C79B68"
STEEL = "#B9C0C4"
BRASS = "#C9A45C"
LEAF = "#7F9A72"


@dataclass(frozen=True)
class Paint:
    """One colour of goods and the tones that give it light and shade."""

    base: str

    @property
    def light(self) -> str:
        return mix(self.base, "#FFFFFF", 0.28)

    @property
    def shade(self) -> str:
        return mix(self.base, "#2A2320", 0.16)

    @property
    def deep(self) -> str:
        return mix(self.base, "#2A2320", 0.36)

    @property
    def line(self) -> str:
        """A tone that reads on the colour itself: darker on pale goods, paler on dark ones."""
        return mix(self.base, "#FFFFFF", 0.45) if brightness(self.base) < 110 else mix(self.base, "#2A2320", 0.3)


def mix(one: str, other: str, share: float) -> str:
    """Return the colour that lies `share` of the way from one to the other; #RRGGBB in and out."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def brightness(colour: str) -> float:
    """Return how bright a colour looks, 0 to 255."""
    red, green, blue = _channels(colour)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def rect(x: float, y: float, width: float, height: float, fill: str, round_by: float = 0) -> str:
    """Return a rectangle; round_by is the radius of its corners."""
    corners = f' rx="{_n(round_by)}"' if round_by else ""
    return f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"{corners} fill="{fill}"/>'


def ellipse(cx: float, cy: float, rx: float, ry: float, fill: str) -> str:
    """Return a filled ellipse."""
    return f'<ellipse cx="{_n(cx)}" cy="{_n(cy)}" rx="{_n(rx)}" ry="{_n(ry)}" fill="{fill}"/>'


def circle(cx: float, cy: float, r: float, fill: str) -> str:
    """Return a filled circle."""
    return f'<circle cx="{_n(cx)}" cy="{_n(cy)}" r="{_n(r)}" fill="{fill}"/>'


def shape(d: str, fill: str) -> str:
    """Return a filled path."""
    return f'<path d="{d}" fill="{fill}"/>'


def stroke(d: str, colour: str, width: float = 4) -> str:
    """Return a drawn line with round ends."""
    return (
        f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{_n(width)}" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )


def turned(degrees: float, *parts: str, cx: float = 200, cy: float = 200) -> str:
    """Return the parts turned clockwise about a point."""
    return f'<g transform="rotate({_n(degrees)} {_n(cx)} {_n(cy)})">{"".join(parts)}</g>'


def shadow(cx: float = 200, cy: float = FLOOR, rx: float = 96, ry: float = 11) -> str:
    """Return the soft shadow that puts goods on the floor."""
    return f'<ellipse cx="{_n(cx)}" cy="{_n(cy)}" rx="{_n(rx)}" ry="{_n(ry)}" fill="#3B2F26" opacity=".14"/>'


def leaf(x: float, y: float, length: float, degrees: float, fill: str = LEAF) -> str:
    """Return one leaf growing from (x, y); 0 degrees points up."""
    half = length * 0.26
    d = f"M0 0C{_n(half)} {_n(-length * 0.3)} {_n(half)} {_n(-length * 0.75)} 0 {_n(-length)}"
    d += f"C{_n(-half)} {_n(-length * 0.75)} {_n(-half)} {_n(-length * 0.3)} 0 0Z"
    return f'<path transform="translate({_n(x)} {_n(y)}) rotate({_n(degrees)})" d="{d}" fill="{fill}"/>'


def on_stage(key: str, colour: str, body: str, *, standing: bool) -> str:
    """
    Return a whole SVG document: the goods on a stage that is chosen by the key and stands off from their colour.

    standing: the goods stand on something, so the stage may have a table edge; what hangs or lies flat gets none.
    """
    number = zlib.crc32(key.encode())
    back, glow = STAGES[number % len(STAGES)]
    if brightness(colour) > 200:
        back, glow = mix(back, "#8A7460", 0.22), mix(back, "#8A7460", 0.07)
    backdrop = (
        circle(200, 196, 150, glow),
        shape("M72 330V188a128 128 0 0 1 256 0V330Z", glow),
        rect(0, 318, SIDE, 82, mix(back, "#8A7460", 0.14)) + circle(270, 130, 74, glow),
    )[number // len(STAGES) % (3 if standing else 2)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" width="800" height="800">'
        f"{rect(0, 0, SIDE, SIDE, back)}{backdrop}{body}</svg>\n"
    )


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
