"""Product pictures, drawn as small flat SVGs: one family of shapes for each kind of goods, in any colour."""

from . import desk, garden, home, kitchen, wear
from .canvas import Paint, on_stage

FAMILIES = kitchen.FAMILIES | home.FAMILIES | desk.FAMILIES | wear.FAMILIES | garden.FAMILIES

HANGING_OR_FLAT = {
    "plate", "pan", "knife", "apron", "pendant", "towel", "tea_towel", "rug", "notebook", "pen", "pencils", "tray",
    "scissors", "tshirt", "sweatshirt", "shirt", "raincoat", "scarf", "sleeve", "hanging_planter", "trowel",
    "secateurs", "gloves",
}  # fmt: skip


def draw_picture(*, family: str, colour: str, key: str) -> str:
    """
    Draw goods of a family in a colour, and return the SVG document.

    family: a name in FAMILIES; colour: #RRGGBB; key: chooses the stage behind them, so that one product keeps its stage
    in every colour. The same arguments always give the same picture, without text, script or outside references.
    """
    body = FAMILIES[family](Paint(colour))
    return on_stage(key, colour, body, standing=family not in HANGING_OR_FLAT)
