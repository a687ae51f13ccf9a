"""Pictures in the back office, and how uploaded files are given out."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.urls import reverse

from inventory.models import Media
from tests.core.test_pictures import PAGE, SVG, picture
from tests.factories.inventory import make_variant


@pytest.fixture
def storage(tmp_path):
    with override_settings(MEDIA_ROOT=tmp_path):
        yield tmp_path


def hand_in(office, content, name):
    product = make_variant(sku="MUG", price=1290).product
    file = SimpleUploadedFile(name, content, "image/png")
    body = {"product": product.pk, "file": file, "alt": "{}", "position": 0, "alt_en": ""}
    return office.post(reverse("admin:inventory_media_add"), body)


def test_a_picture_is_stored_under_a_random_name(office, storage):
    answer = hand_in(office, picture(), "../../ana-at-home.html")

    assert answer.status_code == 302
    name = Media.objects.get().file.name
    assert name.startswith("products/") and name.endswith(".png") and len(name) == len("products/.png") + 32
    assert [path.name for path in storage.rglob("*.*")] == [name.partition("/")[2]]


@pytest.mark.parametrize(("content", "name"), [(PAGE, "relev.html"), (b"alert(1)", "relev.js"), (SVG, "mug.svg")])
def test_script_on_the_shops_own_origin_is_refused_and_nothing_is_stored(office, storage, content, name):
    answer = hand_in(office, content, name)

    assert answer.status_code == 200
    assert "This is no picture that can be read" in answer.content.decode()
    assert not Media.objects.exists()
    assert not [path for path in storage.rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", ["old.html", "old.svg", "old.js", "old.png"])
def test_a_file_from_before_cannot_act_as_a_page(client, storage, name):
    (storage / name).write_bytes(PAGE)

    answer = client.get(f"/media/{name}")

    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"].endswith("sandbox")
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == "attachment"
    is_picture = name.endswith(("png", "svg"))
    assert answer.headers["Content-Type"].startswith("image/" if is_picture else "application/octet-stream")
