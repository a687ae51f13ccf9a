#!/usr/bin/env bash
# ZBar reads another character out of a clean GS1 DataBar Expanded symbol, and says nothing.
#
# With: @undecaf/zbar-wasm 0.11.0 (npm; ZBar as WebAssembly), a picture made by zxing-cpp 3.1.1.
# A good engineer would guess: the symbology has a checksum over all characters, so a reader gives the right text
#   or none. zxing-cpp reads its own picture and bwip-js's (4.11.4) alike.
# Seen: of the batch "AB" and serial "21X", "21" turns into "2Q": the second digit of a pair after a letter and FNC1
#   comes out as a letter. Serials and lots on coupons and on weighed goods are such texts.
# Output seen:
#   PICTURE zxing-cpp reads 010950110153000310AB<GS>21X
#   PICTURE ZBar reads 010950110153000310AB<GS>2QX (for zxing-cpp and for bwip-js alike)
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check zxing-cpp==3.1.1 pillow==13.0.0 numpy==2.4.6
npm install --silent --no-audit --no-fund @undecaf/zbar-wasm@0.11.0 bwip-js@4.11.4 >npm.log 2>&1 || { cat npm.log >&2; exit 1; }
node -e 'require("bwip-js").toBuffer({ bcid: "databarexpanded", text: "(01)09501101530003(10)AB(21)X", scale: 3,
  padding: 10, backgroundcolor: "FFFFFF" }).then((png) => require("fs").writeFileSync("bwip-js.png", png))'
venv/bin/python - <<'PY'
import numpy
import zxingcpp
from PIL import Image

made = zxingcpp.create_barcode("(01)09501101530003(10)AB(21)X", zxingcpp.BarcodeFormat.DataBarExp)
Image.fromarray(numpy.array(made.to_image(scale=4, add_quiet_zones=True))).save("zxing-cpp.png")
for name in ("zxing-cpp", "bwip-js"):
    picture = Image.open(f"{name}.png").convert("L")
    (code,) = zxingcpp.read_barcodes(picture)
    print(f"{name}: zxing-cpp reads {code.bytes.decode().replace(chr(29), '<GS>')}")
    assert code.bytes == b"010950110153000310AB\x1d21X"
    with open(f"{name}.gray", "wb") as grey:
        grey.write(b"".join(side.to_bytes(4, "little") for side in picture.size) + picture.tobytes())
PY
for name in zxing-cpp bwip-js; do
    node -e 'const grey = require("fs").readFileSync(process.argv[1] + ".gray");
const pixels = new Uint8Array(grey.subarray(8)).buffer;
require("@undecaf/zbar-wasm").scanGrayBuffer(pixels, grey.readUInt32LE(0), grey.readUInt32LE(4)).then((codes) => {
  const read = codes[0].decode();
  console.log(`${process.argv[1]}: ZBar reads ${read.replace("\x1d", "<GS>")}`);
  if (read !== "010950110153000310AB\x1d2QX") process.exit(1);
})' $name
done
