#!/usr/bin/env bash
# WeasyPrint turns flex boxes and tables round for a right-to-left page, and leaves a grid as it was.
#
# With: weasyprint 70.0 (and Debian's libpango-1.0-0, libpangoft2-1.0-0, libharfbuzz-subset0).
# A good engineer would guess: under dir="rtl" the first column of a grid is at the right, as in browsers and as
#   WeasyPrint itself does with flex and tables. An invoice in Arabic or Persian keeps its order of columns.
# Seen: the first cell of the grid is at the left edge. The text in the cells is right to left, so the columns look
#   well made, with quantity and name on each other's side.
# Output seen (the x of the first and of the second cell, on a page 200 px wide):
#   table 100, 0
#   flex 160, 120
#   grid 0, 40
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ldconfig -p | grep -q libpangoft2 || apt-get install --yes --quiet libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check weasyprint==70.0
"$work/venv/bin/python" - <<'PY'
from weasyprint import HTML

STYLE = """@page { size: 200px 100px; margin: 0 } body { margin: 0 } b, td { display: block; width: 40px; height: 20px }
.flex { display: flex } .grid { display: grid; grid-template-columns: 40px 40px }
table { width: 200px; border-spacing: 0; table-layout: fixed } td { display: table-cell; padding: 0 }"""
BODIES = {
    "table": "<table><tr><td id=one></td><td id=two></td></tr></table>",
    "flex": "<div class=flex><b id=one></b><b id=two></b></div>",
    "grid": "<div class=grid><b id=one></b><b id=two></b></div>",
}


def cells(box):
    if box.element is not None and box.element.get("id"):
        yield round(box.position_x)
    else:
        for child in getattr(box, "children", ()):
            yield from cells(child)


seen = {}
for layout, body in BODIES.items():
    page = HTML(string=f"<html dir=rtl><style>{STYLE}</style>{body}</html>").render().pages[0]
    seen[layout] = first, second = list(cells(page._page_box))
    print(f"{layout} {first}, {second}")
assert seen["table"][0] > seen["table"][1] and seen["flex"] == [160, 120], seen
assert seen["grid"] == [0, 40]
PY
