"""What the tests do with a page, in the browser's own words."""

from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE = 30  # seconds; a machine that does other things beside is slow, not wrong


def css(browser, selector):
    return browser.find_elements(By.CSS_SELECTOR, selector)


def follow(browser, act, *what):
    """Does what leads to another page, and comes back when all of that page is there.

    The driver waits for a page only where it has seen by itself that one is on its way. After Enter in a form, and without scripts,
    it often has not: then what is found next is still on the page before.
    """
    before = browser.find_element(By.TAG_NAME, "html")
    act(*what)
    WebDriverWait(browser, PATIENCE).until(staleness_of(before))
    WebDriverWait(browser, PATIENCE, ignored_exceptions=[WebDriverException]).until(lambda _: browser.execute_script("return document.readyState") == "complete")
