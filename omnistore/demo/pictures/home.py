"""What lights, scents and warms a home."""

from .canvas import BRASS, LEAF, WOOD, Paint, circle, ellipse, leaf, mix, rect, shadow, shape, stroke, turned

GLOW = "#FFF3C9"


def table_lamp(paint: Paint) -> str:
    """A mushroom-shaped table lamp."""
    return (
        f'<circle cx="200" cy="226" r="124" fill="{GLOW}" opacity=".6"/>'
        + shadow(200, 332, 84)
        + shape("M170 208h60l10 98h-80Z", paint.base)
        + shape("M170 208h18l-8 98h-20Z", paint.light)
        + rect(140, 304, 120, 26, paint.shade, 13)
        + ellipse(200, 208, 106, 18, GLOW)
        + shape("M80 206q0-116 120-116t120 116Q200 224 80 206Z", paint.base)
        + shape("M80 206q0-116 120-116-62 20-68 124-28-3-52-8Z", paint.light)
    )


def pendant(paint: Paint) -> str:
    """A pendant lamp on its cord."""
    return (
        stroke("M200 0v110", paint.deep, 5)
        + shape("M96 236h208l64 164H32Z", "#FFF3C955")
        + circle(200, 240, 27, GLOW)
        + rect(182, 104, 36, 30, BRASS, 8)
        + shape("M182 130h36q84 22 90 108H92q6-86 90-108Z", paint.base)
        + shape("M182 130h14q-56 34-58 108H92q6-86 90-108Z", paint.light)
        + rect(88, 232, 224, 11, paint.deep, 5)
    )


def desk_lamp(paint: Paint) -> str:
    """A desk lamp with a jointed arm."""
    return (
        shape("M230 176l96 150h-200Z", "#FFF3C966")
        + shadow(140, 332, 78)
        + stroke("M140 312L104 206 216 112", paint.deep, 9)
        + circle(104, 206, 12, BRASS)
        + rect(78, 308, 124, 22, paint.base, 11)
        + turned(
            38,
            shape("M206 72h44q44 30 44 78H162q0-48 44-78Z", paint.base),
            rect(214, 54, 28, 20, paint.deep, 6),
            shape("M206 72h14q-24 30-26 78h-32q0-48 44-78Z", paint.light),
            cx=226,
            cy=112,
        )
        + circle(216, 112, 9, BRASS)
    )


def paper_lamp(paint: Paint) -> str:
    """A standing lamp of folded paper."""
    bows = ((96, 4), (124, 18), (152, 26), (180, 29), (208, 26), (236, 18), (264, 4))
    ribs = "".join(stroke(f"M{118 - bow} {y}h{164 + 2 * bow}", paint.shade, 2) for y, bow in bows)
    return (
        f'<circle cx="200" cy="180" r="150" fill="{GLOW}" opacity=".55"/>'
        + shadow(200, 340, 80)
        + stroke("M168 280l-22 56M232 280l22 56M200 280v60", WOOD, 9)
        + shape("M118 80h164q58 100 0 202H118q-58-102 0-202Z", paint.base)
        + shape("M118 80h40q-44 100 0 202h-40q-58-102 0-202Z", paint.light)
        + ribs
        + rect(112, 72, 176, 12, WOOD, 6)
        + rect(112, 276, 176, 12, WOOD, 6)
    )


def lantern(paint: Paint) -> str:
    """A portable lamp with a handle."""
    return (
        f'<circle cx="200" cy="226" r="130" fill="{GLOW}" opacity=".6"/>'
        + shadow(200, 332, 78)
        + stroke("M146 134C146 50 254 50 254 134", BRASS, 7)
        + rect(140, 128, 120, 30, paint.base, 12)
        + rect(150, 156, 100, 126, GLOW, 6)
        + rect(150, 156, 100, 126, "#F6D98A66", 6)
        + stroke("M176 162v114M224 162v114", paint.shade, 5)
        + rect(134, 278, 132, 50, paint.base, 14)
        + rect(134, 278, 34, 50, paint.light, 14)
        + circle(200, 303, 9, BRASS)
    )


def candle(paint: Paint) -> str:
    """A candle in a glass, burning."""
    return (
        f'<circle cx="200" cy="126" r="74" fill="{GLOW}" opacity=".75"/>'
        + shadow(200, 326, 94)
        + rect(116, 168, 168, 156, mix(paint.base, "#FFFFFF", 0.35), 20)
        + rect(124, 202, 152, 116, paint.base, 16)
        + ellipse(200, 202, 76, 11, paint.light)
        + stroke("M200 202v-38", "#4A3A30", 4)
        + shape("M200 104q30 36 16 56-16 16-32 0-14-20 16-56Z", "#F2B84B")
        + shape("M200 132q14 18 7 28-7 8-14 0-7-10 7-28Z", "#FFF1C4")
        + rect(154, 232, 92, 60, "#F7F0E4", 5)
        + leaf(200, 280, 36, 0, paint.deep)
        + leaf(198, 282, 26, -55, paint.deep)
        + leaf(202, 282, 26, 55, paint.deep)
    )


def tapers(paint: Paint) -> str:
    """A bundle of tapers tied with a ribbon."""
    sticks = "".join(
        rect(128 + 26 * n, 96 + (n % 2) * 10, 22, 232, (paint.base, paint.light, paint.shade)[n % 3], 8)
        + stroke(f"M{139 + 26 * n} {96 + (n % 2) * 10}q4-12 0-22", "#F4EDE0", 3)
        for n in range(6)
    )
    return (
        shadow(206, 332, 90)
        + sticks
        + rect(122, 222, 168, 22, "#8E7A5E", 6)
        + stroke("M206 232q-40-38-44-8t44 8q40-38 44-8t-44 8M206 234l-18 44M206 234l20 42", "#6F5D45", 5)
    )


def diffuser(paint: Paint) -> str:
    """A bottle with reeds."""
    reeds = "".join(turned(turn, stroke("M200 180V56", WOOD, 5), cy=200) for turn in (-24, -12, 0, 11, 23))
    return (
        shadow(200, 332, 76)
        + reeds
        + rect(178, 166, 44, 42, BRASS, 6)
        + rect(128, 202, 144, 128, mix(paint.base, "#FFFFFF", 0.35), 26)
        + shape("M136 244h128v54a24 24 0 0 1-24 24h-80a24 24 0 0 1-24-24Z", paint.base)
        + stroke("M146 222v74", "#FFFFFF", 6)
        + rect(166, 250, 68, 46, "#F7F0E4", 4)
        + circle(200, 273, 12, paint.shade)
    )


def soap(paint: Paint) -> str:
    """Two bars of soap, one with a stamp."""
    return (
        shadow(200, 322, 126)
        + turned(-6, rect(112, 222, 184, 62, paint.shade, 20), rect(112, 214, 184, 54, paint.light, 20))
        + rect(78, 262, 244, 60, paint.shade, 22)
        + rect(78, 252, 244, 54, paint.base, 22)
        + circle(202, 240, 17, paint.base)
        + leaf(202, 252, 24, 0, paint.deep)
        + circle(286, 192, 18, "#FFFFFF99")
        + circle(312, 166, 10, "#FFFFFF99")
        + circle(270, 158, 7, "#FFFFFF99")
        + stroke("M120 204q40-52 96-50", LEAF, 4)
        + leaf(150, 178, 34, -20)
        + leaf(176, 162, 34, 100)
        + leaf(214, 154, 36, 72)
    )


def candle_holder(paint: Paint) -> str:
    """A candlestick with a burning taper."""
    return (
        f'<circle cx="200" cy="78" r="58" fill="{GLOW}" opacity=".7"/>'
        + shadow(200, 334, 84)
        + rect(188, 106, 24, 128, "#F6EEDD", 6)
        + stroke("M200 106V92", "#4A3A30", 3)
        + shape("M200 52q20 24 11 38-11 11-22 0-9-14 11-38Z", "#F2B84B")
        + rect(174, 214, 52, 42, paint.base, 6)
        + ellipse(200, 256, 40, 9, paint.shade)
        + rect(192, 256, 16, 58, paint.base)
        + stroke("M232 244c46 0 46 44 0 44", paint.shade, 8)
        + shape("M112 318q10-22 88-22t88 22q-10 14-88 14t-88-14Z", paint.base)
        + shape("M112 318q10-22 88-22-50 8-52 32-30-3-36-10Z", paint.light)
    )


def blanket(paint: Paint) -> str:
    """A folded wool blanket with fringe."""
    fringe = "".join(stroke(f"M{96 + 13 * n} 292v22", paint.shade, 4) for n in range(17))
    return (
        shadow(200, 322, 124)
        + rect(88, 158, 224, 62, paint.shade, 28)
        + rect(84, 192, 232, 62, paint.base, 28)
        + fringe
        + shape("M84 252a28 28 0 0 1 28-28h176a28 28 0 0 1 28 28v42H84Z", paint.base)
        + shape("M84 252a28 28 0 0 1 28-28h28v70H84Z", paint.light)
        + rect(84, 262, 232, 7, paint.line)
        + rect(84, 275, 232, 3, paint.line)
    )


def cushion(paint: Paint) -> str:
    """A plump square cushion."""
    return (
        shadow(200, 330, 116)
        + shape(
            "M84 96q116 26 232 0 24-4 20 20-22 96 0 190 4 26-20 22-116-24-232 0-24 4-20-22 22-94 0-190-4-24 20-20Z",
            paint.base,
        )
        + shape("M84 96q40 9 76 12-34 100 4 208-44 3-80 12-24 4-20-22 22-94 0-190-4-24 20-20Z", paint.light)
        + stroke("M92 112q14 100 0 202M308 112q-14 100 0 202", paint.line, 2)
        + stroke("M150 132l16 22M250 132l-16 22M152 298l16-22M248 298l-16-22", paint.line, 3)
    )


def towel(paint: Paint) -> str:
    """A towel hanging from a rail."""
    waffle = "".join(stroke(f"M124 {y}h152", paint.line, 1) for y in range(130, 260, 16))
    waffle += "".join(stroke(f"M{x} 118v146", paint.line, 1) for x in range(136, 276, 16))
    return (
        rect(72, 94, 256, 13, BRASS, 6)
        + circle(76, 100, 13, BRASS)
        + circle(324, 100, 13, BRASS)
        + shape("M124 92h152v216q-76 12-152 0Z", paint.base)
        + rect(124, 92, 152, 20, paint.light, 8)
        + waffle
        + rect(124, 268, 152, 14, paint.shade)
        + rect(124, 288, 152, 5, paint.shade)
    )


def bedding(paint: Paint) -> str:
    """A made bed with two pillows."""
    return (
        shadow(200, 336, 158)
        + rect(56, 106, 288, 120, WOOD, 18)
        + rect(78, 164, 118, 74, paint.light, 26)
        + rect(204, 164, 118, 74, paint.light, 26)
        + shape("M52 232q0-20 22-20h252q22 0 22 20v92H52Z", paint.base)
        + shape("M52 232q0-20 22-20h252q22 0 22 20v20q-148 20-296 0Z", paint.shade)
        + stroke("M110 264q-6 30 4 58M222 266q10 28 0 56M300 262q6 30-6 60", paint.line, 2)
        + rect(48, 320, 304, 14, WOOD, 5)
    )


def tea_towel(paint: Paint) -> str:
    """Two striped kitchen towels on hooks."""

    def cloth(x: float, cloth_tone: str, band: str) -> str:
        bands = "".join(rect(x, y, 104, 7, band) for y in (232, 246, 260))
        return (
            circle(x + 52, 84, 8, WOOD)
            + stroke(f"M{x + 52} 84v22", band, 4)
            + shape(f"M{x + 52} 100q40 8 52 34v166q-52 10-104 0V134q12-26 52-34Z", cloth_tone)
            + bands
        )

    return cloth(84, "#F5EFE3", paint.base) + cloth(210, paint.base, "#F5EFE3")


def rug(paint: Paint) -> str:
    """A flat-woven rug seen from above."""
    fringe = "".join(stroke(f"M{98 + 17 * n} 76v-20M{98 + 17 * n} 324v20", "#F1E8D8", 4) for n in range(13))
    diamonds = "".join(
        shape(f"M200 {y}l52 38-52 38-52-38Z", paint.light) + shape(f"M200 {y + 18}l26 20-26 20-26-20Z", paint.deep)
        for y in (100, 162, 224)
    )
    return (
        fringe
        + rect(88, 74, 224, 252, paint.base, 4)
        + rect(104, 74, 6, 252, "#F1E8D8")
        + rect(290, 74, 6, 252, "#F1E8D8")
        + rect(120, 74, 160, 10, paint.shade)
        + rect(120, 316, 160, 10, paint.shade)
        + diamonds
    )


FAMILIES = {
    draw.__name__: draw
    for draw in (
        table_lamp, pendant, desk_lamp, paper_lamp, lantern, candle, tapers, diffuser, soap, candle_holder,
        blanket, cushion, towel, bedding, tea_towel, rug,
    )
}  # fmt: skip
