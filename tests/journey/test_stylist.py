"""A newcomer asks the stylist: one photo, three taps, a card, and on to the try-on."""

import pytest

from tests.journey.conftest import arrived

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_newcomer_gets_advice_saves_it_and_tries_something_on(address, browser):
    newcomer, page, errors = arrived(browser, address, "phone", "ru", "stylist-phone-ru")
    page.get_by_test_id("start").click()
    newcomer.press("start:language:ru")
    newcomer.press("stylist:start")
    newcomer.sends_sample("people/ana_tee_logo.jpg")
    newcomer.sees("соглас")
    newcomer.press("consent:agree")
    newcomer.sees("Фото получено")
    newcomer.press("stylist:set:occasion:work")
    newcomer.press("stylist:set:occasion:none")  # it is ticked by now
    newcomer.press("stylist:set:occasion:work")
    newcomer.press("stylist:set:wardrobe:women")
    newcomer.press("stylist:page:looks")
    newcomer.keeps("looks")
    newcomer.press("stylist:page:main")
    newcomer.keeps("wishes")
    newcomer.press("stylist:go")
    newcomer.waits_for_photos(1)
    newcomer.sees("Лучшее у лица")
    newcomer.keeps("advice")
    newcomer.press("stylist:outfit:")
    newcomer.keeps("outfit")
    newcomer.press("stylist:save:")
    newcomer.keeps("saved")
    newcomer.press("stylist:tryon:")
    newcomer.sends_sample("garments/long_plaid.jpg")
    newcomer.waits_for_photos(2)
    newcomer.keeps("tried-on")
    assert errors == []
    page.context.close()
