import re
from datetime import UTC, datetime

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from tests.accounts.texts import Texts


@pytest.fixture(autouse=True)
def _texts_and_limits_anew(settings):
    settings.SMS_BACKEND = "tests.accounts.texts.Texts"
    Texts.sent.clear()
    cache.clear()  # Otherwise rate limits would carry over from test to test.


@pytest.fixture
def now():
    return datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class App:
    """The shopper's app: it sends requests as the app does, and stores its tokens."""

    def __init__(self, language: str = "en"):
        self.client = Client()
        self.language = language
        self.session_token = self.access_token = self.refresh_token = None

    def auth(self, path, body=None, method="post"):
        headers = {"Accept-Language": self.language}
        if self.session_token:
            headers["X-Session-Token"] = self.session_token
        arguments = {"headers": headers, "content_type": "application/json"}
        if body is not None:
            arguments["data"] = body
        answer = getattr(self.client, method)(f"/_allauth/app/v1/{path}", **arguments)
        meta = answer.json().get("meta", {}) if answer.content else {}
        self.session_token = meta.get("session_token", self.session_token)
        self.access_token = meta.get("access_token", self.access_token)
        self.refresh_token = meta.get("refresh_token", self.refresh_token)
        return answer

    def api(self, path, body=None, method=None):
        headers = {"Accept-Language": self.language}
        if self.access_token:
            headers["Authorization"] = f"Bearer {self.access_token}"
        method = method or ("get" if body is None else "post")
        arguments = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(self.client, method)(f"/api/v1/{path}", headers=headers, **arguments)


@pytest.fixture
def app():
    return App()


def mailed_code():
    return re.search(r"\b(\d{6})\b", mail.outbox[-1].body)[1]


def texted_code():
    return re.search(r"\b(\d{6})\b", Texts.sent[-1][1])[1]
