"""Paper, and what lies on a desk."""

from .canvas import BRASS, STEEL, WOOD, Paint, circle, ellipse, leaf, mix, rect, shadow, shape, stroke, turned

PAGE = "#FBF6EC"


def notebook(paint: Paint) -> str:
    """A bound notebook with an elastic and a ribbon."""
    return turned(
        -7,
        rect(108, 86, 196, 254, "#3B2F2620", 12),
        rect(106, 78, 190, 250, PAGE, 8),
        rect(98, 74, 190, 250, paint.base, 10),
        rect(98, 74, 28, 250, paint.shade, 10),
        rect(256, 74, 9, 250, paint.deep),
        rect(150, 128, 84, 56, PAGE, 4),
        stroke("M164 148h56M164 164h36", mix(PAGE, "#6B5B4A", 0.4), 3),
        shape("M150 324h12v36l-6-8-6 8Z", "#B0623C"),
    )


def pocket_books(paint: Paint) -> str:
    """Three thin booklets fanned out."""

    def book(turn: float, tone: str) -> str:
        return turned(turn, rect(132, 92, 140, 208, tone, 8), rect(132, 92, 10, 208, mix(tone, "#2A2320", 0.2), 5),
                      rect(164, 130, 76, 34, PAGE, 3), cy=330)  # fmt: skip

    return shadow(204, 326, 110) + book(-20, paint.shade) + book(0, paint.light) + book(20, paint.base)


def planner(paint: Paint) -> str:
    """An open week planner."""
    days = "".join(
        rect(
            78 + 62 * (n % 2) + 132 * (n // 6),
            136 + 50 * (n % 6 // 2),
            54,
            42,
            mix(paint.base, PAGE, 0.35 + 0.25 * (n * 5 % 3)),
            4,
        )
        for n in range(12)
    )
    return (
        shadow(200, 312, 150)
        + rect(58, 104, 284, 204, paint.deep, 10)
        + shape("M66 112q70-16 134 4v184q-64-18-134-4Z", PAGE)
        + shape("M334 112q-70-16-134 4v184q64-18 134-4Z", mix(PAGE, "#8A7460", 0.08))
        + days
        + stroke("M200 118v180", mix(PAGE, "#6B5B4A", 0.35), 2)
        + shape("M212 112h14v92l-7-9-7 9Z", paint.base)
    )


def letters(paint: Paint) -> str:
    """An envelope with its card and a wax seal."""
    return (
        turned(
            6,
            rect(118, 82, 190, 150, "#3B2F2618", 6),
            rect(114, 76, 190, 150, PAGE, 6),
            stroke("M140 112h120M140 132h138M140 152h90", mix(PAGE, "#6B5B4A", 0.35), 3),
        )
        + shadow(200, 320, 126)
        + rect(76, 150, 248, 166, paint.base, 8)
        + shape("M76 310l96-84h56l96 84q-2 6-8 6H84q-6 0-8-6Z", paint.shade)
        + shape("M76 158q0-8 8-8h232q8 0 8 8l-110 88q-14 10-28 0Z", paint.light)
        + circle(200, 240, 22, "#A8483A")
        + circle(200, 240, 15, "#8E3A2E")
        + leaf(200, 250, 21, 0, "#C77464")
    )


def wrapping(paint: Paint) -> str:
    """A present and a roll of paper."""
    dots = "".join(circle(112 + (n * 53) % 150, 206 + (n * 31) % 104, 5, paint.light) for n in range(15))
    return (
        shadow(204, 330, 136)
        + rect(292, 92, 46, 238, paint.shade, 10)
        + ellipse(315, 94, 23, 9, paint.deep)
        + rect(300, 180, 30, 70, PAGE, 2)
        + rect(92, 186, 186, 144, paint.base, 6)
        + dots
        + rect(174, 186, 22, 144, PAGE)
        + rect(92, 240, 186, 20, PAGE)
        + stroke("M185 186q-64-58-70-16t70 16q64-58 70-16t-70 16", mix(PAGE, paint.base, 0.25), 12)
    )


def sketchbook(paint: Paint) -> str:
    """A spiral sketchbook with a landscape and a pencil."""
    rings = "".join(rect(92, 96 + 24 * n, 26, 7, STEEL, 3) for n in range(9))
    return (
        shadow(206, 318, 118)
        + rect(102, 80, 204, 234, paint.deep, 8)
        + rect(108, 76, 200, 230, PAGE, 6)
        + shape("M128 246q40-74 78-30t82-54v114H128Z", paint.base)
        + shape("M128 262q60-46 160-12v26H128Z", paint.shade)
        + circle(256, 126, 19, "#E3B93F")
        + rings
        + turned(
            32,
            rect(296, 120, 15, 170, BRASS),
            shape("M296 290h15l-7.500 26Z", "#EBD3AE"),
            rect(296, 108, 15, 16, "#C98F86", 4),
            cx=303,
            cy=220,
        )
    )


def pen(paint: Paint) -> str:
    """A fountain pen writing a line."""
    return stroke("M60 314q30-34 50 0t50 0 46-4", mix(paint.base, "#2A2320", 0.2), 5) + turned(
        40,
        rect(182, 40, 36, 150, paint.base, 16),
        rect(182, 40, 12, 150, paint.light, 6),
        rect(180, 134, 40, 12, BRASS),
        rect(212, 60, 8, 76, BRASS, 4),
        shape("M186 190h28l-4 66h-20Z", paint.deep),
        shape("M189 256h22l-11 66Z", BRASS),
        stroke("M200 276v40", "#6F5A2E", 2),
        circle(200, 276, 4, "#6F5A2E"),
        cx=200,
        cy=300,
    )


def pencils(paint: Paint) -> str:
    """Six pencils in a row."""
    tones = (paint.base, "#9CAF94", "#D9A441", "#2F3E55", "#C8704F", "#A9C3D6")
    return "".join(
        shape(f"M{94 + 37 * n} 128l14-44 14 44Z", "#EBD3AE")
        + shape(f"M{103 + 37 * n} 100l5-16 5 16Z", tone)
        + rect(94 + 37 * n, 128, 28, 180, tone)
        + rect(94 + 37 * n, 128, 9, 180, mix(tone, "#FFFFFF", 0.28))
        + rect(94 + 37 * n, 302, 28, 14, BRASS)
        + rect(94 + 37 * n, 314, 28, 14, mix(tone, "#FFFFFF", 0.5), 5)
        for n, tone in enumerate(tones)
    )


def tray(paint: Paint) -> str:
    """A wooden tray seen from above with small things in it."""
    return (
        rect(66, 118, 276, 190, "#3B2F261C", 26)
        + rect(62, 110, 276, 190, paint.shade, 26)
        + rect(74, 122, 252, 166, paint.base, 18)
        + stroke("M92 150q110 12 216 0M92 206q110-12 216 0M92 260q110 10 216 0", paint.light, 2)
        + rect(96, 146, 110, 13, "#2F3E55", 6)
        + rect(186, 144, 20, 17, BRASS, 4)
        + stroke("M262 158a24 24 0 1 0 .1 0M262 206v44l14-9m-14-5l12-8", BRASS, 7)
        + rect(98, 196, 98, 66, PAGE, 4)
        + stroke("M112 218h66M112 236h42", mix(PAGE, "#6B5B4A", 0.4), 3)
    )


def scissors(paint: Paint) -> str:
    """A pair of scissors, slightly open."""
    blade = shape("M192 66q18 6 20 150h-22q-10-90 2-150Z", mix(STEEL, "#FFFFFF", 0.35))
    ring = stroke("M200 212q-8 30-28 44a36 44 0 1 0 46-6q-10-18-6-38", paint.base, 14)
    return turned(
        24,
        turned(15, blade, ring, cy=206),
        f'<g transform="translate(400 0) scale(-1 1)">{turned(15, blade, ring, cy=206)}</g>',
        circle(200, 206, 9, paint.deep),
    )


def clock(paint: Paint) -> str:
    """A small round clock on two feet."""
    marks = "".join(turned(30 * n, rect(197, 118, 6, 14 if n % 3 == 0 else 7, paint.deep, 2)) for n in range(12))
    return (
        shadow(200, 332, 84)
        + stroke("M142 290l-20 38M258 290l20 38", WOOD, 14)
        + circle(200, 200, 120, paint.base)
        + shape("M200 80a120 120 0 0 0 0 240 132 132 0 0 1 0-240Z", paint.light)
        + circle(200, 200, 96, PAGE)
        + marks
        + stroke("M200 200l-38-30M200 200l52-34", "#3A3A3C", 7)
        + circle(200, 200, 8, "#C8704F")
    )


def pen_cup(paint: Paint) -> str:
    """A cup with pencils, a brush and a ruler."""
    return (
        shadow(200, 334, 76)
        + turned(-12, rect(150, 92, 16, 140, "#D9A441"), shape("M150 92l8-26 8 26Z", "#EBD3AE"), cx=158, cy=230)
        + turned(
            10, rect(234, 84, 24, 150, WOOD), stroke("M240 100h8M240 116h8M240 132h8", "#6F5A2E", 2), cx=246, cy=230
        )
        + rect(190, 112, 12, 120, "#2F3E55", 4)
        + shape("M188 112q-4-36 8-50 12 14 8 50Z", "#B0623C")
        + rect(130, 196, 140, 136, paint.base, 12)
        + rect(130, 196, 42, 136, paint.light, 12)
        + rect(130, 280, 140, 52, paint.shade, 12)
        + ellipse(200, 198, 70, 10, paint.deep)
    )


FAMILIES = {
    draw.__name__: draw
    for draw in (
        notebook, pocket_books, planner, letters, wrapping, sketchbook, pen, pencils, tray, scissors, clock, pen_cup,
    )
}  # fmt: skip
