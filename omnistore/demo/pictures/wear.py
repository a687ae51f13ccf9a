"""Clothes and bags."""

from .canvas import BRASS, WOOD, Paint, circle, ellipse, mix, rect, shadow, shape, stroke, turned


def tshirt(paint: Paint) -> str:
    """A T-shirt laid flat."""
    return (
        shape("M150 92l-86 44 26 70 36-16v140q74 10 148 0V190l36 16 26-70-86-44q-50 44-100 0Z", paint.base)
        + shape("M150 92l-86 44 26 70 36-16v140q22 4 40 5-10-130 4-224-12-8-20-19Z", paint.light)
        + stroke("M150 92q50 60 100 0", paint.shade, 11)
        + stroke("M126 190l-4-26M274 190l4-26", paint.line, 3)
        + stroke("M128 318q72 9 144 0", paint.line, 2)
        + stroke("M84 190l32-14M316 190l-32-14", paint.line, 2)
    )


def sweatshirt(paint: Paint) -> str:
    """A sweatshirt with ribbed cuffs."""
    return (
        shape(
            "M150 88q-52 14-68 60L50 286l44 12 34-104v114h144V194l34 104 44-12-32-138q-16-46-68-60-50 28-100 0Z",
            paint.base,
        )
        + shape("M150 88q-52 14-68 60L50 286l44 12 34-104v114h34V150q-2-40 10-54Z", paint.light)
        + shape("M50 286l44 12-6 22-44-12ZM350 286l-44 12 6 22 44-12Z", paint.shade)
        + rect(126, 304, 148, 26, paint.shade, 6)
        + stroke("M152 90q48 40 96 0", paint.shade, 13)
        + shape("M190 116h20l-10 20Z", paint.shade)
        + stroke("M128 194v-22M272 194v-22", paint.line, 3)
    )


def shirt(paint: Paint) -> str:
    """A shirt with a collar and buttons."""
    buttons = "".join(circle(200, y, 4, paint.deep) for y in range(158, 320, 34))
    return (
        shape("M152 88l-72 34-34 160 44 14 38-104v138h144V192l38 104 44-14-34-160-72-34Z", paint.base)
        + shape("M152 88l-72 34-34 160 44 14 38-104v138h32V170q0-52-8-82Z", paint.light)
        + stroke("M192 120v208M208 120v208", paint.line, 2)
        + shape("M158 74h84l-42 36Z", paint.deep)
        + shape("M152 86l10-14 38 40-26 30ZM248 86l-10-14-38 40 26 30Z", paint.shade)
        + buttons
        + rect(222, 166, 40, 42, paint.shade, 4)
        + stroke("M128 192v-18M272 192v-18", paint.line, 3)
    )


def raincoat(paint: Paint) -> str:
    """A raincoat with a hood."""
    return (
        shape("M150 108l-62 30-38 158 42 12 36-96-6 134h156l-6-134 36 96 42-12-38-158-62-30Z", paint.base)
        + shape("M150 108l-62 30-38 158 42 12 36-96-6 134h40l4-180Z", paint.light)
        + shape("M138 118q0-72 62-72t62 72q-30 26-62 26t-62-26Z", paint.shade)
        + shape("M158 118q4-44 42-44t42 44q-20 14-42 14t-42-14Z", paint.deep)
        + stroke("M200 144v202", paint.line, 4)
        + "".join(rect(206, y, 18, 9, WOOD, 4) for y in (172, 222, 272))
        + rect(138, 254, 46, 14, paint.shade, 4)
        + rect(216, 254, 46, 14, paint.shade, 4)
        + rect(138, 262, 46, 50, paint.shade, 6)
        + rect(216, 262, 46, 50, paint.shade, 6)
    )


def beanie(paint: Paint) -> str:
    """A ribbed knitted hat."""
    ribs = "".join(
        stroke(f"M{128 + 24 * n} 250q{(n - 3) * -4} -70 {(n - 3) * -9} -128", paint.line, 2) for n in range(7)
    )
    cuff = "".join(stroke(f"M{110 + 20 * n} 250v56", paint.deep, 2) for n in range(10))
    return (
        shadow(200, 322, 112)
        + shape("M98 262q-6-162 102-162t102 162Z", paint.base)
        + shape("M98 262q-6-162 102-162-60 36-58 162Z", paint.light)
        + ribs
        + rect(86, 242, 228, 72, paint.shade, 20)
        + cuff
        + rect(252, 266, 34, 24, "#F4EBDC", 3)
    )


def scarf(paint: Paint) -> str:
    """A scarf tied in a loop."""
    fringe = "".join(stroke(f"M{142 + 12 * n} 312v26M{216 + 12 * n} 286v26", paint.shade, 4) for n in range(5))
    return (
        fringe
        + shape("M210 150l62 24v112h-62Z", paint.shade)
        + shape("M136 150h60v162h-60Z", paint.base)
        + rect(136, 272, 60, 9, paint.line)
        + rect(136, 288, 60, 4, paint.line)
        + rect(210, 252, 62, 9, paint.line)
        + shape("M112 132q0-62 88-62t88 62q0 58-88 58t-88-58Z", paint.base)
        + shape("M112 132q0-62 88-62-46 26-44 60t44 60q-88 0-88-58Z", paint.light)
        + ellipse(200, 118, 50, 24, paint.deep)
        + shape("M162 160q40 20 76 0l-8 54q-30 14-58 0Z", paint.shade)
    )


def socks(paint: Paint) -> str:
    """A pair of socks."""

    def sock(x: float, y: float, tone: str, trim: str) -> str:
        d = f"M{x} {y}h74v128q2 20 20 30l44 24q20 14 6 34-8 12-30 12h-52q-30-2-56-40-10-16-6-50Z"
        toe = f"M{x + 118} {y + 170}l20 12q20 14 6 34-8 12-30 12h-12q-2-34 16-58Z"
        cuff, heel = rect(x - 3, y - 6, 80, 34, trim, 8), ellipse(x + 26, y + 160, 22, 26, trim)
        return shape(d, tone) + cuff + heel + shape(toe, trim)

    return shadow(220, 336, 116) + sock(168, 84, paint.shade, paint.deep) + sock(96, 104, paint.base, paint.light)


def tote(paint: Paint) -> str:
    """A canvas shopper with a baguette and greens."""
    return (
        shadow(200, 334, 106)
        + turned(
            14,
            rect(232, 82, 30, 120, "#D9A257", 15),
            stroke("M240 104l14 10M240 128l14 10", "#B97F38", 4),
            cx=246,
            cy=160,
        )
        + stroke("M150 172C150 60 226 60 226 172", paint.shade, 11)
        + shape("M92 162h216l-12 166q-96 8-192 0Z", paint.base)
        + shape("M92 162h50l-4 170q-18-1-34-4Z", paint.light)
        + stroke("M164 172C164 66 244 66 244 172", paint.deep, 11)
        + rect(156, 168, 16, 34, paint.deep, 3)
        + rect(236, 168, 16, 34, paint.deep, 3)
        + stroke("M94 174h212", paint.line, 2)
        + circle(204, 258, 30, paint.shade)
        + circle(204, 258, 18, paint.light)
    )


def backpack(paint: Paint) -> str:
    """A roll-top backpack."""
    return (
        shadow(200, 336, 96)
        + stroke("M172 84C172 44 228 44 228 84", paint.deep, 9)
        + rect(88, 226, 30, 84, paint.shade, 12)
        + rect(282, 226, 30, 84, paint.shade, 12)
        + shape("M110 142q0-66 90-66t90 66v160q0 30-30 30H140q-30 0-30-30Z", paint.base)
        + shape("M110 142q0-66 90-66-50 10-52 66v190h-8q-30 0-30-30Z", paint.light)
        + shape("M110 136q0-60 90-60t90 60v44q-90 30-180 0Z", paint.shade)
        + rect(136, 232, 128, 82, paint.shade, 14)
        + stroke("M140 252h120", paint.line, 3)
        + rect(152, 160, 15, 76, WOOD, 4)
        + rect(233, 160, 15, 76, WOOD, 4)
        + rect(149, 206, 21, 15, BRASS, 3)
        + rect(230, 206, 21, 15, BRASS, 3)
    )


def duffel(paint: Paint) -> str:
    """A weekend bag with leather handles."""
    return (
        shadow(200, 318, 138)
        + shape("M56 214q0-54 54-54h180q54 0 54 54v72q0 28-28 28H84q-28 0-28-28Z", paint.base)
        + shape("M56 214q0-54 54-54h14q-30 20-30 60v94H84q-28 0-28-28Z", paint.light)
        + shape("M56 262h288v24q0 28-28 28H84q-28 0-28-28Z", paint.shade)
        + stroke("M110 176h180", paint.deep, 5)
        + rect(128, 176, 17, 138, WOOD)
        + rect(255, 176, 17, 138, WOOD)
        + stroke("M136 190C130 60 270 60 264 190", mix(WOOD, "#2A2320", 0.2), 12)
        + circle(136, 200, 5, BRASS)
        + circle(264, 200, 5, BRASS)
        + rect(180, 206, 40, 30, WOOD, 5)
    )


def crossbody(paint: Paint) -> str:
    """A small shoulder bag with a flap."""
    return (
        shadow(200, 332, 104)
        + stroke("M108 214C60 20 340 20 292 214", paint.deep, 8)
        + rect(94, 182, 212, 146, paint.shade, 26)
        + shape("M90 200q0-22 24-22h172q24 0 24 22v30q0 56-62 62h-96q-62-6-62-62Z", paint.base)
        + shape("M90 200q0-22 24-22h40q-22 40 4 114h-6q-62-6-62-62Z", paint.light)
        + stroke("M102 236q6 44 52 46h92q46-2 52-46", paint.line, 2)
        + rect(184, 262, 32, 44, BRASS, 8)
        + rect(194, 274, 12, 20, mix(BRASS, "#2A2320", 0.35), 4)
    )


def sleeve(paint: Paint) -> str:
    """A laptop half out of its felt sleeve."""
    return turned(
        -8,
        rect(92, 128, 216, 158, "#3B2F261C", 14),
        rect(96, 74, 208, 160, "#B9C0C4", 12),
        rect(104, 82, 192, 10, "#D5DADC", 5),
        shape("M84 148h232v152q0 18-18 18H102q-18 0-18-18Z", paint.base),
        shape("M84 148h44v170h-26q-18 0-18-18Z", paint.light),
        shape("M84 144h232v22q-44 0-54 18H138q-10-18-54-18Z", paint.shade),
        rect(182, 164, 36, 70, WOOD, 6),
        circle(200, 218, 7, BRASS),
    )


def wash_bag(paint: Paint) -> str:
    """A zipped wash bag."""
    return (
        shadow(200, 322, 122)
        + shape("M96 168h208q18 46 26 126 0 24-24 24H94q-24 0-24-24 8-80 26-126Z", paint.base)
        + shape("M96 168h40q-22 60-24 150H94q-24 0-24-24 8-80 26-126Z", paint.light)
        + rect(90, 156, 220, 20, paint.deep, 10)
        + stroke("M102 166h196", BRASS, 3)
        + rect(290, 160, 12, 40, WOOD, 6)
        + stroke("M96 190q-46 10-36 58", paint.deep, 9)
        + stroke("M80 262h240", paint.line, 2)
        + rect(176, 216, 48, 28, WOOD, 4)
    )


FAMILIES = {
    draw.__name__: draw
    for draw in (
        tshirt, sweatshirt, shirt, raincoat, beanie, scarf, socks, tote, backpack, duffel, crossbody, sleeve, wash_bag,
    )
}  # fmt: skip
