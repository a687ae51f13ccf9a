"""The web process keeps Django's state of a request by thread, and only where it knows how Django keeps it."""

import subprocess
import sys
import threading

import pytest
from asgiref.local import Local
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation
from django.utils.translation import trans_real

from omnistore.web.request_state import HOLDERS, keep_state_by_thread
from tests.architecture.files import ROOT


@pytest.fixture
def put_back(monkeypatch):
    """Put Django's own state back after the test."""
    for holder, name in HOLDERS:
        monkeypatch.setattr(holder, name, getattr(holder, name))
    return monkeypatch


def test_django_keeps_its_state_where_the_shop_expects_it():
    assert [name for holder, name in HOLDERS if not isinstance(getattr(holder, name), Local)] == []


def test_a_language_that_one_thread_activates_is_not_anothers(put_back):
    keep_state_by_thread()
    translation.activate("fa")
    seen = []

    other = threading.Thread(target=lambda: seen.append(translation.get_language()))
    other.start()
    other.join()

    assert (translation.get_language(), seen) == ("fa", ["en"])


@pytest.mark.parametrize("moved", range(len(HOLDERS)))
@pytest.mark.parametrize("instead", [{}, None])
def test_a_django_that_keeps_it_otherwise_is_refused_before_anything_changes(put_back, moved, instead):
    put_back.setattr(*HOLDERS[moved], instead)
    before = [getattr(holder, name) for holder, name in HOLDERS]

    with pytest.raises(ImproperlyConfigured, match=HOLDERS[moved][1]):
        keep_state_by_thread()

    assert all(getattr(holder, name) is kept for (holder, name), kept in zip(HOLDERS, before, strict=True))


def test_a_django_without_one_of_the_places_is_refused(put_back):
    put_back.delattr(trans_real, "_active")

    with pytest.raises(ImproperlyConfigured, match="_active otherwise"):
        keep_state_by_thread()


def test_the_web_process_does_not_start_with_such_a_django():
    start = "from django.db import connections; connections._connections = {}; import omnistore.wsgi"
    ended = subprocess.run([sys.executable, "-c", start], cwd=ROOT, capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert "keeps _connections otherwise than the shop expects" in ended.stderr


def test_the_web_process_does_not_start_if_django_forgets_statements_elsewhere():
    start = (
        "from django.core.signals import request_started; from django.db import reset_queries;"
        "request_started.disconnect(reset_queries); import omnistore.wsgi"
    )
    ended = subprocess.run([sys.executable, "-c", start], cwd=ROOT, capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert "Django does reset_queries elsewhere now" in ended.stderr
