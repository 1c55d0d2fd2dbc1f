"""What the harness of Chromium promises: scripts have run, and neither errors nor requests go unseen."""

import struct

import pytest


@pytest.fixture
def page(tmp_path):
    def write(body):
        path = tmp_path / "page.html"
        path.write_text(f"<!doctype html><title>A page</title>{body}", encoding="utf-8")
        return path

    return write


def test_a_page_is_as_its_scripts_left_it(chromium, page):
    body = "<p id=it>before</p><script>document.getElementById('it').textContent = 'after'</script>"
    assert '<p id="it">after</p>' in chromium.dom(page(body))


def test_an_error_of_a_script_fails(chromium, page):
    with pytest.raises(AssertionError, match="nothing is not defined"):
        chromium.dom(page("<script>nothing()</script>"))


@pytest.mark.parametrize("address", ["https://example.com/a.png", "http://127.0.0.1:9/a.png"])
def test_a_request_to_the_network_fails_whether_or_not_it_is_answered(chromium, page, address):
    with pytest.raises(AssertionError, match=address):
        chromium.dom(page(f"<img src={address}>"))


def test_a_picture_has_the_size_that_was_asked_for_and_knows_of_dark_colours(chromium, page, tmp_path):
    path = page("<style>@media (prefers-color-scheme: dark) { body { background: black } }</style>")
    pictures = [tmp_path / "light.png", tmp_path / "dark.png"]
    for picture, dark in zip(pictures, (False, True), strict=True):
        chromium.picture(path, picture, 320, 240, dark=dark)
    light, dark = (picture.read_bytes() for picture in pictures)
    assert struct.unpack(">II", light[16:24]) == (320, 240)
    assert light != dark
