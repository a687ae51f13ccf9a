"""The pictures of the demo's products."""

from xml.etree import ElementTree

import pytest

from omnistore.tools.demo import catalogue
from omnistore.tools.demo.drawings import draw_picture, families

ALLOWED_TAGS = {"svg", "g", "rect", "ellipse", "circle", "path"}
LARGEST_BYTES = 4096


@pytest.mark.parametrize("family", families())
@pytest.mark.parametrize("colour", ["#F7F4EC", "#33435C"])
def test_a_picture_is_small_and_has_only_plain_shapes(family, colour):
    drawing = draw_picture(family=family, colour=colour, key=family)

    root = ElementTree.fromstring(drawing)
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    names = {name.lower() for element in root.iter() for name in element.attrib}
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert tags <= ALLOWED_TAGS
    assert not any(name.startswith("on") or "href" in name or name == "style" for name in names)
    assert len(drawing.encode()) <= LARGEST_BYTES


def test_a_picture_is_always_the_same_and_differs_by_colour():
    first = draw_picture(family="mug", colour="#9CAF94", key="rim-mug")
    again = draw_picture(family="mug", colour="#9CAF94", key="rim-mug")
    other = draw_picture(family="mug", colour="#33435C", key="rim-mug")

    assert first == again
    assert first != other


def test_tones_follow_the_colour_and_no_sample_colour_stays():
    pale, dark = (draw_picture(family="mug", colour=colour, key="mug") for colour in ("#F7F4EC", "#33435C"))

    assert "#9CAF94" not in pale + dark  # The sample's own colour.
    assert "data-" not in pale + dark
    assert 'fill="#33435C"' in dark
    assert 'fill="#6C788A"' in dark  # 28 % lighter.


def test_every_product_family_has_a_shape():
    assert {product.family for product in catalogue.products()} == set(families())
    assert set(catalogue.nouns()) == set(families())
