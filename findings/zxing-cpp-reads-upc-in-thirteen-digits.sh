#!/usr/bin/env bash
# What zxing-cpp writes as UPC-A of 12 digits or UPC-E of 8, it reads back as 13 digits.
#
# With: zxing-cpp 3.1.1.
# A good engineer would guess: a code that create_barcode() was given comes back from read_barcodes(), at least when
#   only that format is asked for: it is what is printed below the bars, and what the shop's list of articles has.
# Seen: .text is the number as a GTIN-13. A UPC-A has a zero in front of it, whether it is asked for as UPC-A or not
#   (not asked for, its format is "EAN-13" too), and a UPC-E is expanded, so none of its forms is the one printed.
# Output seen:
#   UPC-A 036000291452 -> EAN-13 0036000291452; asked for as UPC-A -> UPC-A 0036000291452
#   UPC-E 01234565 -> UPC-E 0012345000065; asked for as UPC-E -> UPC-E 0012345000065
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check zxing-cpp==3.1.1
"$work/venv/bin/python" - <<'PY'
import zxingcpp
from zxingcpp import BarcodeFormat


def read(image, **asked):
    (code,) = zxingcpp.read_barcodes(image, **asked)
    return f"{code.format} {code.text}"


seen = []
for kind, number in ((BarcodeFormat.UPCA, "036000291452"), (BarcodeFormat.UPCE, "01234565")):
    image = zxingcpp.create_barcode(number, kind).to_image(scale=3)
    seen += [read(image), read(image, formats=kind)]
    print(f"{kind} {number} -> {seen[-2]}; asked for as {kind} -> {seen[-1]}")

assert seen == ["EAN-13 0036000291452", "UPC-A 0036000291452", "UPC-E 0012345000065", "UPC-E 0012345000065"]
PY
