#!/usr/bin/env bash
# What python-barcode and reportlab print in Code 39, and reportlab in Interleaved 2 of 5, is scanned as another number.
#
# With: python-barcode 0.16.1, reportlab 5.1.0; read back with zxing-cpp 3.1.1 (and pypdfium2 5.15.2 for the PDF).
# A good engineer would guess: the label of ABC-1 is scanned as ABC-1. Neither symbology has a check character of its
#   own, and the number of a carton (GTIN-14, printed as ITF-14) ends with its check digit already.
# Seen: both libraries add a check character that they were not asked for, and scanners, which do not expect one, send
#   it with the number. A small letter is made a capital one by python-barcode. reportlab gives a GTIN-14 a second check
#   digit, and then a zero in front, since the symbology needs an even count: sixteen digits. python-barcode's ITF adds
#   none. Right: add_checksum=False in python-barcode; checksum=0 in reportlab.
# Output seen:
#   python-barcode Code39 ABC-1 -> ABC-1R, without: ABC-1
#   python-barcode Code39 abc-1 -> ABC-1R, without: ABC-1
#   python-barcode ITF 14006381333938 -> 14006381333938
#   reportlab Standard39 ABC-1 -> ABC-1R, without: ABC-1
#   reportlab I2of5 14006381333938 -> 0140063813339382, without: 14006381333938
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    python-barcode==0.16.1 reportlab==5.1.0 zxing-cpp==3.1.1 pypdfium2==5.15.2 pillow
"$work/venv/bin/python" - <<'PY'
import io

import barcode
import pypdfium2
import zxingcpp
from barcode.writer import ImageWriter
from PIL import Image
from reportlab.graphics.barcode import code39, common
from reportlab.pdfgen.canvas import Canvas


def scanned(image):
    (code,) = zxingcpp.read_barcodes(image)
    return code.text


def by_python_barcode(kind, number, **options):
    file = io.BytesIO()
    kind(number, writer=ImageWriter(), **options).write(file, options={"write_text": False})
    return scanned(Image.open(file))


def by_reportlab(kind, number, **options):
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(400, 100))
    kind(number, barWidth=1, barHeight=50, **options).drawOn(canvas, 30, 25)
    canvas.save()
    return scanned(pypdfium2.PdfDocument(file.getvalue())[0].render(scale=3).to_pil())


seen = []
for number in ("ABC-1", "abc-1"):
    seen += [by_python_barcode(barcode.Code39, number), by_python_barcode(barcode.Code39, number, add_checksum=False)]
    print(f"python-barcode Code39 {number} -> {seen[-2]}, without: {seen[-1]}")
seen.append(by_python_barcode(barcode.ITF, "14006381333938"))
print(f"python-barcode ITF 14006381333938 -> {seen[-1]}")
for kind, number in ((code39.Standard39, "ABC-1"), (common.I2of5, "14006381333938")):
    seen += [by_reportlab(kind, number), by_reportlab(kind, number, checksum=0)]
    print(f"reportlab {kind.__name__} {number} -> {seen[-2]}, without: {seen[-1]}")

assert seen == ["ABC-1R", "ABC-1"] * 2 + ["14006381333938", "ABC-1R", "ABC-1", "0140063813339382", "14006381333938"]
PY
