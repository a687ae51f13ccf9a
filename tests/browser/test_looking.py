"""The checks of pages find what they should."""

from tests.browser.looking import axe_violations, fits


def test_a_page_of_the_shop_opens(phone):
    phone.goto("/mailbox/")

    assert phone.title() != ""
    assert fits(phone)
    assert axe_violations(phone) == []


def test_what_is_refused_is_noticed(phone):
    phone.goto("/mailbox/")
    with phone.expect_console_message(lambda message: "Content Security Policy" in message.text):
        phone.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), {src: 'https://example.org/x'}))"
        )

    assert any("Content Security Policy" in fault for fault in phone.faults)
    phone.faults.clear()


def test_a_picture_without_words_is_noticed(phone):
    phone.goto("/mailbox/")
    phone.evaluate("document.querySelector('main').append(document.createElement('img'))")

    assert any(violation.startswith("image-alt") for violation in axe_violations(phone))
