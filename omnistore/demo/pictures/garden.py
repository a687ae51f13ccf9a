"""What grows, and what helps it grow."""

from .canvas import BRASS, LEAF, STEEL, WOOD, Paint, circle, ellipse, leaf, mix, rect, shadow, shape, stroke, turned

DARK_LEAF = "#5F7D5A"
SOIL = "#5A4334"


def plant_pot(paint: Paint) -> str:
    """A pot with a leafy plant."""
    pale = mix(LEAF, "#FFFFFF", 0.2)
    leaves = (
        (120, -58, DARK_LEAF), (120, 58, DARK_LEAF), (150, -32, LEAF), (150, 32, LEAF), (168, 0, DARK_LEAF),
        (130, -14, pale), (130, 16, pale),
    )  # fmt: skip
    stems = "".join(leaf(200, 222, size, turn, tone) for size, turn, tone in leaves)
    return (
        shadow(200, 338, 82)
        + stems
        + shape("M130 232h140l-16 90q-2 14-16 14h-76q-14 0-16-14Z", paint.base)
        + shape("M130 232h40l6 104h-14q-14 0-16-14Z", paint.light)
        + rect(118, 206, 164, 34, paint.shade, 8)
        + rect(118, 206, 46, 34, paint.base, 8)
    )


def hanging_planter(paint: Paint) -> str:
    """A bowl on cords with trailing leaves."""
    trails = "".join(
        stroke(f"M{x} 226q{bend} 50 {bend} 96", DARK_LEAF, 4)
        + "".join(
            leaf(x + bend * (0.6 + n * 0.2), 256 + 26 * n, 30, turn, tone)
            for n, (turn, tone) in enumerate(((120, LEAF), (-120, DARK_LEAF), (160, LEAF)))
        )
        for x, bend in ((132, -18), (176, -6), (226, 8), (268, 18))
    )
    return (
        stroke("M200 0V70M200 70L112 206M200 70l88 136M200 70v130", WOOD, 4)
        + circle(200, 70, 9, BRASS)
        + "".join(
            leaf(200, 206, 66, turn, tone)
            for turn, tone in ((-64, LEAF), (-28, DARK_LEAF), (8, LEAF), (40, DARK_LEAF), (70, LEAF))
        )
        + shape("M102 200h196q-4 90-98 90t-98-90Z", paint.base)
        + shape("M102 200h52q0 70 46 90-94 0-98-90Z", paint.light)
        + rect(98, 194, 204, 16, paint.shade, 8)
        + trails
    )


def vase(paint: Paint) -> str:
    """A tall vase with eucalyptus branches."""

    def branch(turn: float, tone: str) -> str:
        leaves = "".join(
            circle(200 + side * 15, 66 + 24 * n, 13, mix(tone, "#FFFFFF", 0.07 * n))
            for n in range(4)
            for side in (-1, 1)
        )
        return turned(turn, stroke("M200 170V50", DARK_LEAF, 4), leaves, circle(200, 46, 11, tone), cy=186)

    return (
        shadow(200, 338, 70)
        + branch(-26, LEAF)
        + branch(24, LEAF)
        + branch(-2, DARK_LEAF)
        + shape("M172 150h56q2 40 30 74 26 34 8 84-8 28-30 28h-72q-22 0-30-28-18-50 8-84 28-34 30-74Z", paint.base)
        + shape("M172 150h20q-2 46-24 82-20 44-2 104h-2q-22 0-30-28-18-50 8-84 28-34 30-74Z", paint.light)
        + ellipse(200, 150, 28, 7, paint.deep)
    )


def bud_vase(paint: Paint) -> str:
    """A small round vase with one flower."""
    petals = "".join(turned(60 * n, ellipse(214, 66, 15, 24, "#E9C9BE"), cx=214, cy=92) for n in range(6))
    return (
        shadow(200, 334, 74)
        + stroke("M202 220q-8-70 12-126", DARK_LEAF, 5)
        + leaf(200, 190, 52, -52)
        + leaf(203, 166, 46, 56)
        + petals
        + circle(214, 92, 13, "#D9A441")
        + rect(184, 196, 32, 46, paint.base)
        + circle(200, 270, 64, paint.base)
        + shape("M184 196h12v12q-46 40-16 122a64 64 0 0 1 4-122Z", paint.light)
        + ellipse(200, 197, 20, 6, paint.deep)
    )


def watering_can(paint: Paint) -> str:
    """A watering can with a long spout."""
    return (
        shadow(212, 332, 104)
        + stroke("M158 292L76 168", paint.shade, 15)
        + shape("M46 172l52-26 8 16-52 28Z", paint.deep)
        + stroke("M172 190C180 60 300 60 306 190", BRASS, 9)
        + stroke("M296 200c64 4 56 92-4 98", paint.shade, 12)
        + shape("M150 182h150l10 132q0 16-16 16H158q-16 0-16-16Z", paint.base)
        + shape("M150 182h46l-8 148h-30q-16 0-16-16Z", paint.light)
        + ellipse(225, 182, 75, 13, paint.deep)
        + rect(145, 286, 164, 9, paint.shade)
        + circle(58, 210, 5, "#A9C3D6")
        + circle(44, 232, 5, "#A9C3D6")
        + circle(64, 246, 5, "#A9C3D6")
    )


def trowel(paint: Paint) -> str:
    """A hand trowel and fork, crossed."""
    blade = mix(STEEL, "#FFFFFF", 0.25)

    def handle() -> str:
        return (
            rect(186, 226, 28, 128, paint.base, 14)
            + rect(186, 226, 10, 128, paint.light, 5)
            + rect(188, 220, 24, 20, BRASS, 4)
        )

    prongs = "M168 84v66q4 22 32 26q28-4 32-26V84M200 84v92"
    fork = stroke("M200 224v-50", STEEL, 9) + stroke(prongs, STEEL, 10) + handle()
    spade = (
        stroke("M200 224v-50", STEEL, 9)
        + shape("M164 176q-10-76 36-124 46 48 36 124Z", blade)
        + stroke("M200 84v80", STEEL, 4)
        + handle()
    )
    return turned(-26, fork) + turned(26, spade)


def secateurs(paint: Paint) -> str:
    """A pair of garden shears with a cut sprig."""
    return (
        stroke("M250 128q44-26 88-16", DARK_LEAF, 5)
        + leaf(282, 114, 36, 10)
        + leaf(306, 110, 38, 150)
        + leaf(328, 110, 36, 70)
        + turned(
            24,
            shape("M192 196q-40-60-10-126 24 50 34 120Z", mix(STEEL, "#FFFFFF", 0.3)),
            shape("M206 196q24-20 26-62 16 40-6 76Z", STEEL),
            stroke("M196 210q-34 60-22 138", paint.base, 22),
            stroke("M208 210q44 50 40 132", paint.shade, 22),
            stroke("M192 222q-26 50-18 104", paint.light, 5),
            stroke("M190 250q20 12 42-2", STEEL, 6),
            circle(202, 204, 15, BRASS),
            circle(202, 204, 5, paint.deep),
        )
    )


def seeds(paint: Paint) -> str:
    """Three seed packets, the first with a sprout."""

    def packet(turn: float, tone: str) -> str:
        return turned(
            turn, rect(138, 96, 124, 190, tone, 6), rect(138, 96, 124, 28, mix(tone, "#2A2320", 0.16), 6), cy=330
        )

    return (
        shadow(200, 322, 112)
        + packet(-18, paint.shade)
        + packet(18, paint.light)
        + rect(134, 112, 132, 206, "#F7F0E4", 6)
        + rect(134, 112, 132, 30, paint.base, 6)
        + circle(200, 226, 52, mix(paint.base, "#FFFFFF", 0.62))
        + stroke("M200 264v-50", DARK_LEAF, 5)
        + leaf(200, 220, 46, -40)
        + leaf(200, 220, 46, 40)
        + leaf(200, 246, 30, 74, DARK_LEAF)
        + ellipse(200, 268, 30, 8, SOIL)
        + rect(160, 294, 80, 6, paint.base, 3)
    )


def gloves(paint: Paint) -> str:
    """A pair of garden gloves, thumbs outwards."""

    def glove(tone: str, edge: str, palm: str) -> str:
        fingers = "".join(rect(x, y, 25, 110, tone, 12) for x, y in ((140, 108), (166, 90), (192, 92), (218, 110)))
        return (
            shape("M152 262l-58-62q-10-14 2-24 12-8 24 4l40 38Z", tone)
            + fingers
            + rect(140, 168, 103, 112, tone, 24)
            + ellipse(192, 222, 36, 40, palm)
            + rect(144, 268, 96, 56, edge, 10)
            + stroke("M152 284h80M152 300h80", tone, 3)
        )

    left, right = glove(paint.base, paint.deep, paint.light), glove(paint.shade, paint.deep, paint.base)
    return (
        f'<g transform="rotate(8 270 220) translate(424 42) scale(-.82 .82)">{right}</g>'
        f'<g transform="rotate(-8 130 220) translate(-24 42) scale(.82)">{left}</g>'
    )


def birdhouse(paint: Paint) -> str:
    """A nesting box with its tenant."""
    return (
        rect(188, 300, 24, 100, WOOD)
        + shape("M112 150h176v160q0 10-10 10H122q-10 0-10-10Z", paint.base)
        + shape("M112 150h52v170h-42q-10 0-10-10Z", paint.light)
        + stroke("M88 166L200 70l112 96", paint.deep, 22)
        + shape("M112 158l88-76 88 76Z", paint.base)
        + circle(200, 204, 32, "#4A3A30")
        + rect(192, 252, 16, 42, WOOD, 6)
        + shape("M214 226q-2-30 26-30 22 0 24 18l16 8-16 6q-4 24-28 24-20-2-22-26Z", "#7F9FB8")
        + shape("M220 232q14-8 26 8-8 14-20 10Z", "#5F7F98")
        + circle(250, 212, 4, "#2A2320")
        + shape("M262 212l14 4-12 6Z", BRASS)
    )


FAMILIES = {
    draw.__name__: draw
    for draw in (
        plant_pot, hanging_planter, vase, bud_vase, watering_can, trowel, secateurs, seeds, gloves, birdhouse,
    )
}  # fmt: skip
