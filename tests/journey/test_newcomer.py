"""A newcomer tries something on: two photos, a picture of oneself."""

import pytest

from tests.journey.conftest import arrived

#: What tells in each language that a step has been taken.
SAID = {
    "en": {"consent": "agree", "person": "photo of the person", "draft": "draft"},
    "ru": {"consent": "соглас", "person": "фото человека", "draft": "набросок"},
}

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize(("size", "language"), [("desktop", "en"), ("phone", "ru")])
def test_a_newcomer_sees_oneself_in_a_garment_and_tries_another(address, browser, size, language):
    said = SAID[language]
    newcomer, page, errors = arrived(browser, address, size, language, f"{size}-{language}")
    newcomer.keeps("arrived")
    page.get_by_test_id("start").click()
    newcomer.press(f"start:language:{language}")
    newcomer.keeps("menu")
    newcomer.press("tryon:start")
    newcomer.sends_sample("garments/tee_stripe.jpg")
    newcomer.sees(said["consent"])
    newcomer.keeps("consent")
    newcomer.press("consent:agree")
    newcomer.sees(said["person"])
    newcomer.keeps("garment")
    newcomer.sends_sample("people/ana_tee_logo.jpg")
    newcomer.waits_for_photos(1)
    newcomer.sees(said["draft"])
    newcomer.keeps("result")
    newcomer.press("tryon:rate:")
    newcomer.press("tryon:compare:")
    newcomer.keeps("compared")
    newcomer.press("tryon:garment:")
    newcomer.sends_sample("garments/long_plaid.jpg")
    newcomer.waits_for_photos(2)
    newcomer.keeps("another")
    page.get_by_test_id("text").fill("/history")
    page.get_by_test_id("text").press("Enter")
    newcomer.waits_for_photos(3)
    newcomer.keeps("history")
    assert errors == []
    page.context.close()
