from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import override_settings


def test_a_brands_own_files_come_before_the_shops(tmp_path):
    (tmp_path / "logo.svg").write_text("<svg/>")

    with override_settings(STATICFILES_DIRS=[("brand", str(tmp_path))]):
        finders.get_finder.cache_clear()
        logo, colours = finders.find("brand/logo.svg"), finders.find("brand/brand.css")
    finders.get_finder.cache_clear()

    assert Path(logo) == tmp_path / "logo.svg"
    assert Path(colours).is_relative_to(settings.BASE_DIR)


def test_the_name_is_the_environments(guest, db, settings):
    settings.SHOP_NAME = "Halla & Co"

    page = guest.get("/").content.decode()

    assert "<span>Halla &amp; Co</span>" in page
    assert "Omnistore" not in page
