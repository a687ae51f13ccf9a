"""The fields for moments in the back office, in a browser of another time zone."""

from playwright.sync_api import expect

from tests.browser.conftest import DESK, OpenPage
from tests.browser.people import come_signed_in
from tests.factories.accounts import make_staff


def test_a_browser_of_another_zone_gets_the_shops_zone_and_no_note_about_a_server(open_page: OpenPage, settings, db):
    settings.SHOP_TIME_ZONE = "Europe/Berlin"
    head = make_staff("Hana Head", email="hana@example.com", is_superuser=True)
    page = come_signed_in(open_page(size=DESK, timezone_id="Asia/Tehran"), head)

    page.goto("/admin/carts/promotion/add/")

    notes = page.get_by_text("server time")
    expect(notes).to_have_count(2)  # One beside each moment: the script that sets the hour is there, and has run.
    for note in notes.all():
        expect(note).to_be_hidden()
    expect(page.get_by_text("All times are of the time zone Europe/Berlin.")).to_be_visible()
