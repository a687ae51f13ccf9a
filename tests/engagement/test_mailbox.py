import pytest
from django.core.mail import EmailMessage, get_connection

from accounts.senders.sms import send_sms
from omnistore.engagement.models import MailboxMessage
from tests.pages import Inline

BACKEND = "omnistore.engagement.senders.mailbox"


@pytest.fixture
def demo(settings, db):
    settings.DEMO = True
    settings.SMS_BACKEND = f"{BACKEND}.SmsBackend"


def send_mail(to, body, subject="Hello"):
    EmailMessage(subject, body, to=to, connection=get_connection(f"{BACKEND}.EmailBackend")).send()


def read(client, **query):
    return client.get("/mailbox/", query, headers={"Accept": "application/json"}).json()["results"]


def test_lists_emails_and_texts_newest_first(demo, client):
    send_mail(["ana@example.com", "ben@example.com"], "Your code:\n\n314159\n\nBye")
    send_sms("+491701234567", "271828 is your code.")

    messages = read(client)

    assert [(row["medium"], row["recipient"], row["code"]) for row in messages] == [
        ("sms", "+491701234567", "271828"),
        ("email", "ben@example.com", "314159"),
        ("email", "ana@example.com", "314159"),
    ]
    assert set(messages[0]) == {"id", "medium", "recipient", "subject", "body", "created_at", "code"}


def test_finds_the_messages_of_one_recipient_or_medium(demo, client):
    send_mail(["ana@example.com"], "Hello")
    send_sms("+491701234567", "Hello")

    assert [row["recipient"] for row in read(client, recipient="ana@example.com")] == ["ana@example.com"]
    assert [row["medium"] for row in read(client, medium="sms")] == ["sms"]
    assert client.get("/mailbox/?format=json&medium=sms").json()["results"][0]["medium"] == "sms"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("Your order #100001 is ready. Code: 12345678.", "12345678"),
        ("Your order #100001 is here.", None),
        ("Call +491701234567, pay 123456.00", None),
        ("رمز شما 654321 است", "654321"),
    ],
)
def test_a_code_is_distinguished_from_other_figures(demo, client, body, code):
    send_sms("+491701234567", body)

    assert read(client)[0]["code"] == code


def test_the_page_escapes_texts_and_loads_nothing_inline(demo, client):
    send_mail(["ana@example.com"], "<script>alert(1)</script> 314159", subject="<b>Hi</b>")

    page = client.get("/mailbox/", headers={"Accept": "text/html", "Accept-Language": "ar"})

    html = page.content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert 'lang="ar" dir="rtl"' in html
    assert Inline(html).found == []
    assert "style-src 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"


def test_only_a_demo_shop_has_a_mailbox(demo, client, settings):
    MailboxMessage.objects.create(medium="sms", recipient="+491701234567", body="271828")
    settings.DEMO = False

    assert client.get("/mailbox/").status_code == 404
    assert client.get("/mailbox/?format=json").status_code == 404


def test_odd_requests_change_nothing(demo, client):
    assert client.post("/mailbox/").status_code == 405
    assert client.get("/mailbox/", {"recipient": "a\x00b"}).status_code == 400
    assert read(client, recipient="x" * 5000) == []
