import pytest
from django.http import HttpResponse
from django.http.response import BadHeaderError

from core.web import headers


def test_a_response_keeps_the_headers_that_it_set_itself():
    answer = HttpResponse(headers={"Vary": "Cookie"})

    headers.add(answer, headers.written({"vary": "Accept-Language", "Content-Language": "fa"}))

    assert (answer["Vary"], answer["Content-Language"]) == ("Cookie", "fa")


def test_prepared_headers_are_not_changed_by_a_response():
    ahead = headers.written({"Allow": "GET"})
    first, second = HttpResponse(), HttpResponse()

    headers.add(first, ahead)
    first["Allow"] = "POST"
    headers.add(second, ahead)

    assert second["Allow"] == "GET"


def test_a_later_header_replaces_an_earlier_one_in_any_spelling():
    answer = HttpResponse(headers={"ETAG": '"1"'})

    headers.put(answer, "ETag", '"2"')

    assert [text for name, text in answer.items() if name.lower() == "etag"] == ['"2"']


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_no_value_can_inject_a_second_header(end):
    answer = HttpResponse()

    with pytest.raises(BadHeaderError):
        headers.put(answer, "ETag", f'"1"{end}Set-Cookie: sessionid=x')
    with pytest.raises(BadHeaderError):
        headers.written({"ETag": f'"1"{end}Set-Cookie: sessionid=x'})

    assert "ETag" not in answer


def test_characters_that_no_header_may_hold_are_encoded_as_django_does():
    ours, djangos = HttpResponse(), HttpResponse(headers={"X-Name": "سلام"})

    headers.put(ours, "X-Name", "سلام")

    assert ours["X-Name"] == djangos["X-Name"]
