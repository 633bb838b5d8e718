"""What every answer tells the browser: what may run in it, who may frame it, who may keep it."""

import pytest
from django.conf import settings

pytestmark = pytest.mark.django_db
POLICY = {
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: https:",
    "object-src 'none'",
    "base-uri 'self'",
    "frame-ancestors 'none'",
}
ANSWERS = {
    "/": 200,
    "/admin/login/": 200,
    "/admin/": 302,
    "/nowhere/": 404,
    "/api/v1/products/": 401,
    "/health/live": 200,
}


@pytest.mark.parametrize(("path", "status"), ANSWERS.items())
def test_nothing_of_others_runs_in_it_and_nobody_frames_it(client, path, status):
    answer = client.get(path)

    assert answer.status_code == status
    assert {*answer["Content-Security-Policy"].split("; ")} == POLICY
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_cookies_are_for_our_own_pages_and_no_script(client, admin_user):
    page = client.get("/admin/login/")
    client.post("/admin/login/", {"username": "admin", "password": "password"})

    for cookie in (page.cookies["csrftoken"], client.cookies["sessionid"]):
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
    assert client.cookies["sessionid"]["max-age"] == settings.SESSION_COOKIE_AGE == 12 * 3600


def test_pages_of_staff_are_kept_by_nobody(admin_client):
    assert "no-store" in admin_client.get("/admin/")["Cache-Control"]


def test_a_host_that_is_not_ours_is_refused(client):
    assert client.get("/", headers={"Host": "elsewhere.example"}).status_code == 400
