"""What stands in a kitchen and on a table."""

from .canvas import BRASS, LEAF, STEEL, WOOD, Paint, circle, ellipse, leaf, mix, rect, shadow, shape, stroke, turned


def mug(paint: Paint) -> str:
    """A mug with a broad handle."""
    return (
        shadow(195, 318, 100)
        + stroke("M268 196c58-12 64 80-4 74", paint.shade, 20)
        + shape("M112 160h160l-8 132a26 26 0 0 1-26 24h-92a26 26 0 0 1-26-24Z", paint.base)
        + shape("M112 160h42l8 156h-16a26 26 0 0 1-26-24Z", paint.light)
        + shape("M118 262h148l-2 30a26 26 0 0 1-26 24h-92a26 26 0 0 1-26-24Z", mix(paint.base, WOOD, 0.5))
        + ellipse(192, 160, 80, 18, paint.light)
        + ellipse(192, 162, 70, 13, "#5B3A29")
        + _steam(176)
    )


def espresso(paint: Paint) -> str:
    """A small cup on its saucer."""
    return (
        shadow(200, 322, 128)
        + ellipse(200, 310, 132, 18, paint.shade)
        + ellipse(200, 304, 132, 17, paint.base)
        + ellipse(200, 303, 66, 8, paint.shade)
        + stroke("M258 222c44-8 44 52-6 50", paint.shade, 14)
        + shape("M136 200h128c2 60-18 102-44 102h-40c-26 0-46-42-44-102Z", paint.base)
        + shape("M136 200h34c0 60 8 92 24 102h-14c-26 0-46-42-44-102Z", paint.light)
        + ellipse(200, 200, 64, 14, paint.light)
        + ellipse(200, 202, 55, 10, "#4A2D20")
        + _steam(186, 168)
    )


def bowl(paint: Paint) -> str:
    """A deep bowl seen from the side."""
    return (
        shadow(200, 320, 90)
        + rect(160, 300, 80, 18, paint.deep, 6)
        + shape("M74 190h252c0 76-52 118-126 118S74 266 74 190Z", paint.base)
        + shape("M74 190h60c4 66 30 108 66 118-74 0-126-42-126-118Z", paint.light)
        + ellipse(200, 190, 126, 24, paint.light)
        + ellipse(200, 193, 113, 18, paint.shade)
    )


def plate(paint: Paint) -> str:
    """A plate seen from above with cutlery beside it."""
    return (
        '<circle cx="206" cy="212" r="118" fill="#3B2F26" opacity=".12"/>'
        + circle(200, 202, 118, paint.base)
        + circle(200, 202, 108, paint.light)
        + circle(200, 202, 76, paint.base)
        + stroke("M144 186a62 62 0 0 1 40-42", paint.light, 6)
        + stroke("M48 112v62m-11-62v34q0 24 11 28q11-4 11-28v-34M48 174v118", STEEL, 6)
        + shape("M346 112q18 40 2 96v84h-8V112Z", STEEL)
    )


def carafe(paint: Paint) -> str:
    """A glass carafe, half full."""
    glass = mix(paint.base, "#FFFFFF", 0.35)
    return (
        shadow(200, 328, 78)
        + shape(
            "M170 92h60v56c0 34 50 50 50 112v46a20 20 0 0 1-20 20H140a20 20 0 0 1-20-20v-46c0-62 50-78 50-112Z", glass
        )
        + shape("M124 226h152q4 16 4 34v46a20 20 0 0 1-20 20H140a20 20 0 0 1-20-20v-46q0-18 4-34Z", paint.base)
        + ellipse(200, 226, 76, 9, paint.light)
        + stroke("M140 252v44", "#FFFFFF", 7)
        + ellipse(200, 92, 30, 7, paint.shade)
        + shape("M182 56h36l-4 42h-28Z", WOOD)
        + ellipse(200, 56, 18, 5, mix(WOOD, "#FFFFFF", 0.3))
    )


def tumblers(paint: Paint) -> str:
    """Two glasses, one before the other."""

    def glass(x: float, top: float) -> str:
        pale = mix(paint.base, "#FFFFFF", 0.3)
        height = 318 - top
        return (
            shape(f"M{x} {top}h104l-10 {height}h-84Z", pale)
            + shape(f"M{x + 4} {top + 56}h96l-6 {height - 56}h-84Z", paint.base)
            + ellipse(x + 52, top, 52, 10, mix(paint.base, "#FFFFFF", 0.55))
            + ellipse(x + 52, top + 56, 48, 8, paint.light)
            + stroke(f"M{x + 18} {top + 80}l4 60", "#FFFFFF", 5)
        )

    return shadow(200, 320, 120) + glass(184, 140) + glass(98, 164)


def napkins(paint: Paint) -> str:
    """A stack of folded linen under a sprig."""
    layers = "".join(
        rect(96 + 3 * (n % 2), 268 - 24 * n, 208, 22, (paint.shade, paint.base)[n % 2], 10) for n in range(3)
    )
    top = shape("M110 190l86-34h122l-20 60H96Z", paint.light) + stroke("M116 206h176", paint.line, 2)
    sprig = stroke("M150 196q60-26 110-12", LEAF, 4) + "".join(
        leaf(x, y, 26, turn)
        for x, y, turn in ((176, 187, 20), (196, 182, 140), (214, 180, 30), (236, 180, 130), (256, 184, 70))
    )
    return shadow(204, 294, 116) + layers + top + sprig


def pot(paint: Paint) -> str:
    """A cast-iron casserole with its lid."""
    return (
        shadow(200, 318, 124)
        + rect(58, 206, 40, 18, paint.deep, 9)
        + rect(302, 206, 40, 18, paint.deep, 9)
        + shape("M84 188h232v98a30 30 0 0 1-30 30H114a30 30 0 0 1-30-30Z", paint.base)
        + shape("M84 188h56v128h-26a30 30 0 0 1-30-30Z", paint.light)
        + shape("M78 188q6-54 122-54t122 54Z", paint.shade)
        + shape("M78 188q6-54 122-54q-76 10-80 54Z", paint.base)
        + rect(74, 182, 252, 14, paint.deep, 7)
        + rect(190, 118, 20, 20, paint.deep)
        + ellipse(200, 114, 24, 10, BRASS)
    )


def pan(paint: Paint) -> str:
    """A frying pan seen from above."""
    return turned(
        -38,
        rect(190, 262, 26, 128, WOOD, 13),
        rect(194, 246, 18, 40, STEEL, 4),
        circle(203, 380, 5, paint.deep),
        circle(203, 158, 112, paint.deep),
        circle(203, 158, 100, paint.base),
        circle(203, 158, 84, paint.shade),
        stroke("M138 136a72 72 0 0 1 46-44", paint.light, 6),
    )


def knife(paint: Paint) -> str:
    """A chef's knife lying across the picture."""
    return turned(
        -35,
        shape("M34 206h200v42q-132 2-200-42Z", "#00000018"),
        shape("M30 196h206v44Q98 240 30 196Z", mix(STEEL, "#FFFFFF", 0.45)),
        shape("M30 196h206v16H62Z", STEEL),
        rect(234, 192, 16, 40, BRASS, 3),
        shape("M248 194h104q18 2 18 18t-14 18q-54-4-108 2Z", paint.base),
        circle(276, 211, 4, BRASS),
        circle(306, 211, 4, BRASS),
        circle(336, 211, 4, BRASS),
    )


def board(paint: Paint) -> str:
    """A cutting board leaning against the wall, with a lemon."""
    rings = "".join(
        stroke(f"M{x} 132q{bend} 90 0 178", paint.shade, 2) for x, bend in ((150, 12), (184, -8), (222, 10), (254, -6))
    )
    return (
        shadow(210, 330, 110)
        + rect(184, 52, 36, 70, paint.base, 18)
        + circle(202, 74, 8, paint.deep)
        + rect(118, 104, 168, 224, paint.base, 26)
        + rect(118, 104, 18, 224, paint.light, 9)
        + rings
        + ellipse(296, 304, 34, 26, "#E3B93F")
        + shape("M324 296q14 4 12 16l-14 2Z", "#E3B93F")
        + ellipse(286, 296, 12, 7, "#EFD27A")
    )


def apron(paint: Paint) -> str:
    """An apron hanging from a peg."""
    return (
        circle(200, 62, 9, WOOD)
        + stroke("M164 120C160 40 240 40 236 120", paint.deep, 7)
        + shape("M156 114h88q2 54 50 66l10 152q-104 22-208 0l10-152q48-12 50-66Z", paint.base)
        + shape("M156 114h20q-4 70-36 90l-6 134-38-6 10-152q48-12 50-66Z", paint.light)
        + rect(150, 220, 100, 72, paint.shade, 6)
        + stroke("M200 222v68M150 236h100", paint.line, 2)
        + stroke("M106 184q-30 20-44 64M294 184q30 20 44 64", paint.deep, 6)
    )


def spoons(paint: Paint) -> str:
    """Three wooden tools fanned out."""

    def tool(turn: float, head: str, tone: str) -> str:
        return turned(turn, rect(193, 170, 14, 176, tone, 7), head, cy=346)

    return (
        shadow(200, 350, 40, 7)
        + tool(-24, ellipse(200, 128, 32, 50, paint.shade) + ellipse(200, 126, 20, 36, paint.deep), paint.shade)
        + tool(24, shape("M170 84h56q10 46-12 92h-26q-24-46-18-92Z", paint.light), paint.light)
        + tool(0, ellipse(200, 116, 34, 54, paint.base) + ellipse(200, 114, 22, 39, paint.shade), paint.base)
    )


def jar(paint: Paint) -> str:
    """A glass jar with a wooden lid, filled with pasta, rice or beans."""
    beans = "".join(
        ellipse(138 + (n * 41) % 128, 226 + (n * 23) % 84, 9, 6, mix(WOOD, "#FFFFFF", 0.1 * (n % 4))) for n in range(22)
    )
    return (
        shadow(200, 328, 96)
        + rect(112, 126, 176, 200, mix(paint.base, "#FFFFFF", 0.4), 26)
        + rect(120, 208, 160, 110, mix(WOOD, "#6B4A2E", 0.25), 20)
        + beans
        + stroke("M132 156v46", "#FFFFFF", 8)
        + rect(118, 92, 164, 38, WOOD, 10)
        + rect(118, 92, 164, 14, mix(WOOD, "#FFFFFF", 0.25), 7)
    )


def teapot(paint: Paint) -> str:
    """A round teapot with a bentwood handle."""
    return (
        shadow(200, 322, 104)
        + stroke("M138 168C130 70 270 70 262 168", WOOD, 11)
        + shape("M98 226q-26-4-42-48l24-6q12 24 36 26Z", paint.shade)
        + ellipse(200, 238, 112, 82, paint.base)
        + shape("M200 156a112 82 0 0 0-40 158.600q-60-70 40-158.600Z", paint.light)
        + ellipse(200, 166, 58, 12, paint.deep)
        + shape("M144 164q8-22 56-22t56 22Z", paint.shade)
        + circle(200, 136, 11, WOOD)
    )


def dripper(paint: Paint) -> str:
    """A pour-over cone on a glass server."""
    return (
        shadow(200, 332, 84)
        + shape("M138 214h124q34 44 26 96a20 20 0 0 1-20 20H132a20 20 0 0 1-20-20q-8-52 26-96Z", "#DDE6E6")
        + shape("M116 272h168q8 20 4 38a20 20 0 0 1-20 20H132a20 20 0 0 1-20-20q-4-18 4-38Z", "#6B4330")
        + ellipse(200, 272, 84, 8, "#855640")
        + stroke("M270 150c46-8 44 50-16 46", paint.shade, 13)
        + shape("M108 106h184l-66 96h-52Z", paint.base)
        + shape("M108 106h54l26 96h-14Z", paint.light)
        + rect(136, 200, 128, 15, paint.deep, 7)
        + ellipse(200, 106, 92, 18, paint.light)
        + ellipse(200, 108, 78, 13, "#5B3A29")
    )


def pouch(paint: Paint) -> str:
    """A standing coffee bag with a plain label and a bean."""
    return (
        shadow(200, 334, 98)
        + shape("M118 104h164l14 208q-4 20-24 20H128q-20 0-24-20Z", paint.base)
        + shape("M118 104h40l-12 228h-18q-20 0-24-20Z", paint.light)
        + rect(112, 70, 176, 38, paint.shade, 6)
        + stroke("M120 96h160", paint.deep, 3)
        + rect(146, 166, 108, 112, "#F4EBDC", 8)
        + turned(28, ellipse(200, 218, 22, 31, "#5B3A29"), stroke("M200 190q-10 16 0 28t0 28", "#8C6248", 4), cy=218)
        + rect(168, 260, 64, 5, paint.base, 2)
        + circle(200, 130, 6, paint.deep)
    )


def tin(paint: Paint) -> str:
    """A tea tin with a round label."""
    return (
        shadow(200, 334, 88)
        + rect(122, 120, 156, 212, paint.base, 10)
        + rect(122, 120, 36, 212, paint.light, 10)
        + rect(116, 86, 168, 44, paint.shade, 10)
        + rect(116, 86, 168, 14, paint.base, 7)
        + rect(122, 300, 156, 8, BRASS)
        + rect(122, 146, 156, 4, BRASS)
        + circle(200, 226, 52, "#F4EBDC")
        + stroke("M200 262v-52", LEAF, 4)
        + leaf(200, 222, 44, 0)
        + leaf(200, 250, 40, 52)
        + leaf(200, 250, 40, -52)
    )


def grinder(paint: Paint) -> str:
    """A hand grinder with its crank."""
    return (
        shadow(200, 338, 66)
        + stroke("M200 96V80H292", STEEL, 9)
        + shape("M280 56h24q6 22-4 40h-16q-10-18-4-40Z", WOOD)
        + rect(150, 94, 100, 26, STEEL, 8)
        + rect(146, 116, 108, 112, paint.base, 8)
        + rect(146, 116, 28, 112, paint.light, 8)
        + rect(140, 224, 120, 22, WOOD, 6)
        + shape("M150 246h100v76q0 14-14 14h-72q-14 0-14-14Z", "#D9E2E2")
        + shape("M150 284h100v38q0 14-14 14h-72q-14 0-14-14Z", "#6B4330")
    )


def kettle(paint: Paint) -> str:
    """A gooseneck kettle."""
    return (
        shadow(206, 330, 100)
        + stroke("M130 296C60 290 96 170 48 150", paint.shade, 13)
        + stroke("M262 168c86-20 92 104 30 112", WOOD, 15)
        + shape("M148 160h120l28 150q0 18-18 18H138q-18 0-18-18Z", paint.base)
        + shape("M148 160h34l-20 168h-24q-18 0-18-18Z", paint.light)
        + shape("M144 164q6-28 64-28t64 28Z", paint.shade)
        + rect(198, 116, 20, 22, paint.deep)
        + ellipse(208, 114, 17, 8, WOOD)
    )


def _steam(x: float, y: float = 126) -> str:
    lines = f"M{x} {y}q-12-16 0-30t0-30M{x + 32} {y}q-12-16 0-30t0-30"
    return f'<g opacity=".7">{stroke(lines, "#FFFFFF", 5)}</g>'


FAMILIES = {
    draw.__name__: draw
    for draw in (
        mug, espresso, bowl, plate, carafe, tumblers, napkins, pot, pan, knife, board, apron, spoons, jar,
        teapot, dripper, pouch, tin, grinder, kettle,
    )
}  # fmt: skip
