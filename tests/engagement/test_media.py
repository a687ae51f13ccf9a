import sys

import pytest

from omnistore.engagement import media
from omnistore.engagement.media import all_media
from omnistore.engagement.models import Message
from omnistore.engagement.rules.content import Content
from omnistore.engagement.services.messages import send_queued_messages
from omnistore.engagement.services.notifications import notify
from tests.engagement.conftest import entry_about, make_pickup

PIGEON = """
from omnistore.engagement.media.base import Layout

class Pigeon:
    title, address, rank = "Pigeon", "phone", 3
    flown = []

    def is_on(self):
        return True

    def lay_out(self, content, *, language):
        return Layout(body=f"{language}: {content.subject}")

    def send(self, message):
        self.flown.append((message.recipient, message.body))

medium = Pigeon()
"""


@pytest.fixture
def pigeon(tmp_path, monkeypatch):
    """A medium whose folder is all that was added."""
    (tmp_path / "pigeon").mkdir()
    (tmp_path / "pigeon" / "__init__.py").write_text(PIGEON)
    monkeypatch.setattr(media, "__path__", [*media.__path__, str(tmp_path)])
    all_media.cache_clear()
    yield all_media()["pigeon"]
    all_media.cache_clear()
    del sys.modules["omnistore.engagement.media.pigeon"], media.pigeon


@pytest.mark.django_db(transaction=True)
def test_a_medium_is_a_folder_and_nothing_else(pigeon, ana, mitte, now):
    ana.preferred_channel = "pigeon"
    ana.save()
    pickup = make_pickup(ana, mitte, now=now)

    notify(entry_about(pickup, "pickup.ready", now=now), now=now)

    assert Message.objects.get().medium == "pigeon"
    assert send_queued_messages(now=now) == 1
    assert pigeon.flown == [("+491701234567", f"en: Your order #{pickup.order.number} is ready to collect")]


def test_media_are_tried_in_the_order_of_their_ranks(pigeon):
    assert list(all_media()) == ["email", "sms", "pigeon"]


def test_texts_are_on_if_the_shop_has_a_backend_for_them(settings):
    settings.SMS_BACKEND = ""

    assert {name: medium.is_on() for name, medium in all_media().items()} == {"email": True, "sms": False}


def test_each_medium_keeps_its_limits():
    content = Content("S" * 400, "T" * 700, ["Paragraph."], [], [], [])

    text = all_media()["sms"].lay_out(content, language="en")
    email = all_media()["email"].lay_out(content, language="en")

    assert (text.subject, text.body, text.html) == ("", "T" * 669 + "…", "")
    assert email.subject == "S" * 299 + "…"
    assert "Paragraph." in email.body and "<p" in email.html
