import pytest
from django.db import connection

from core.web import health
from core.web.cache import CircuitBreaker

pytestmark = pytest.mark.django_db


def test_liveness_checks_nothing_else(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/livez")

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


def test_readiness_is_reported_part_by_part(client):
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {
        "state": "ready",
        "database": "ok",
        "migrations": "ok",
        "fitness": "ok",
        "changes": "ok",
        "cache": "ok",
        "journal": "ok",
    }


def test_a_dead_cache_degrades_the_shop_and_it_still_sells(client, settings, tmp_path, monkeypatch):
    monkeypatch.setattr("core.web.cache.breaker", CircuitBreaker())
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": f"unix://{tmp_path}/nobody.sock"}}

    response = client.get("/readyz")

    assert response.status_code == 200
    assert (response.json()["state"], response.json()["cache"]) == ("degraded", "does not answer")


def test_a_missing_migration_is_not_ready(client, monkeypatch):
    monkeypatch.setattr(health, "_migrations_are_applied", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'core'")

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["state"] == "not ready"
    assert response.json()["migrations"].endswith("migrations are not applied")


def test_metrics_count_requests_by_route(client):
    client.get("/livez")

    written = client.get("/metrics").content.decode()

    assert 'omnistore_requests_total{method="GET",route="livez",status="200"}' in written
    assert "omnistore_journal_lag_seconds 0.0" in written
    assert "omnistore_dead_letters 0.0" in written


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
def test_probes_by_address_are_answered_and_nothing_else_is(client, path):
    assert client.get(path, headers={"host": "10.0.0.7:8000"}).status_code == 200
    assert client.post(path, headers={"host": "10.0.0.7:8000"}).status_code == 405
    assert client.get("/", headers={"host": "10.0.0.7:8000"}).status_code == 400


def test_unknown_methods_are_counted_as_one(client):
    for method in ("BREW", "WHEN"):
        client.generic(method, "/livez")

    written = client.get("/metrics").content.decode()
    assert 'method="other",route="livez",status="405"' in written
    assert "BREW" not in written


def test_metrics_need_the_token(client, settings):
    settings.METRICS_TOKEN = "let-me-see"

    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 401
    assert client.get("/metrics", headers={"authorization": "Bearer let-me-see"}).status_code == 200


def test_production_has_no_metrics_without_a_token(client, settings):
    settings.PRODUCTION = True

    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
def test_pages_of_the_shop_run_only_its_own_scripts(client, path):
    policy = client.get(path)["Content-Security-Policy"]

    assert "default-src 'self'; script-src 'self'; style-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_a_connection_is_checked_without_a_statement(django_assert_num_queries):
    connection.ensure_connection()

    with django_assert_num_queries(0):
        assert connection.is_usable()


def test_a_connection_whose_server_hung_up_is_not_usable():
    connection.ensure_connection()
    doomed = connection.copy()
    doomed.ensure_connection()
    assert doomed.is_usable()

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 2000)", [doomed.connection.info.backend_pid])

    assert not doomed.is_usable()
    doomed.close()


@pytest.mark.parametrize("prepared", [True, False])
def test_the_first_hand_written_statement_of_a_request_detects_that_the_server_hung_up(prepared):
    doomed = connection.copy()
    assert doomed.run("SELECT 1 AS one", {}, prepared=prepared).rows() == [{"one": 1}]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 2000)", [doomed.connection.info.backend_pid])

    doomed.close_if_unusable_or_obsolete()  # Django does this when a request begins.

    assert doomed.run("SELECT 1 AS one", {}, prepared=prepared).rows() == [{"one": 1}]
    doomed.close()


def test_a_read_only_database_degrades_the_shop_and_it_still_shows_its_goods(client):
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")

    response = client.get("/readyz")

    assert response.status_code == 200
    assert (response.json()["state"], response.json()["changes"]) == ("degraded", "PostgreSQL lets nothing be changed")
