"""The collector's pages as people see them: in Chromium, answered and as files."""

import base64
import json

import pytest
from axe_selenium_python import Axe
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from .conftest import SHOTS
from .page import css, follow

PAINT = "example.com~paint"
HOSTILE = "=3cscript=3ealert=281=29=3c~script=3e"
PAGES = {
    "small": {
        "home": "", "program": f"programs/{PAINT}/", "chart": f"charts/{PAINT}/paint~open/", "histogram": f"charts/{PAINT}/paint~save~latency/", "versions": f"charts/{PAINT}/version/",
        "few": "charts/example.com~paint-plugin-host/host~rare/", "stacks": f"stacks/{PAINT}/", "data": "data/", "config": "config/", "difference": "config/v1.2.0/", "privacy": "privacy/", "status": "status/",
    },
    "hostile": {"home": "", "program": f"programs/{HOSTILE}/", "chart": f"charts/{HOSTILE}/{HOSTILE}/", "stacks": f"stacks/{HOSTILE}/", "data": "data/"},
    "empty": {"home": "", "config": "config/", "privacy": "privacy/", "status": "status/"},
    "year": {"home": "", "program": "programs/example.com~suite~program-07/", "chart": "charts/example.com~suite~program-07/area0~time-12/"},
}
ASKED = {
    "split": f"charts/{PAINT}/paint~open/?by=version", "weeks": f"charts/{PAINT}/paint~open/?a=weeks/2026-06-14&b=weeks/2026-11-15", "part": f"programs/{PAINT}/?part=os=linux&words=format", "search": "search/?q=paint",
    "missing": "no/such/page",
}


def requested(browser):
    messages = [json.loads(row["message"])["message"] for row in browser.get_log("performance")]
    return [message["params"]["request"]["url"] for message in messages if message["method"] == "Network.requestWillBeSent"]


def look(browser, site, path):
    """Opens a page: no error, nobody else is asked, nothing that axe-core finds, nothing wider than the screen."""
    browser.get_log("browser")
    browser.get_log("performance")
    browser.get(site.root + path)
    errors = [row["message"] for row in browser.get_log("browser") if row["level"] == "SEVERE"]
    assert [error for error in errors if "404" not in error or path != ASKED["missing"]] == []
    assert [url for url in requested(browser) if not url.startswith((site.root, "data:"))] == []
    assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth"), f"{path} is wider than the screen"
    axe = Axe(browser)
    axe.inject()
    found = axe.run()["violations"]
    assert found == [], (path, [(each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in found])


@pytest.fixture
def as_seen(browser):
    def see(scheme, width, height=900):
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})

    yield see
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


@pytest.mark.parametrize("scheme, width", [("light", 1180), ("dark", 1180), ("light", 390)], ids=["light", "dark", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_pages_have_no_errors_and_ask_nobody_else(browser, pages, as_seen, name, scheme, width):
    site = pages(name)
    as_seen(scheme, width)
    SHOTS.mkdir(parents=True, exist_ok=True)
    for label, path in (PAGES[name] | (ASKED if name == "small" else {})).items():
        look(browser, site, path)
        browser.execute_script("scrollTo(0, 0)")
        browser.save_screenshot(str(SHOTS / f"collector-{name}-{label}-{'phone' if width < 600 else scheme}.png"))


@pytest.mark.parametrize("name", ["small", "hostile", "empty"])
def test_files_in_a_folder_look_the_same(browser, export, as_seen, name):
    site = export(name)
    as_seen("light", 1180)
    for path in PAGES[name].values():
        look(browser, site, path)
        assert browser.execute_script("return getComputedStyle(document.querySelector('h1')).fontSize") == "28px"  # the stylesheet is there


def test_on_paper_all_tables_and_pictures_are_there(browser, pages):
    site = pages("small")
    browser.get(site.root + PAGES["small"]["chart"])
    printed = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", {})["data"])
    (SHOTS / "collector-chart.pdf").write_bytes(printed)
    assert printed.startswith(b"%PDF")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert not [each for each in css(browser, "form, header.top") if each.is_displayed()]
        assert css(browser, "svg.bars")[0].is_displayed() and css(browser, "table")[-1] is not None
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_a_phone_has_pictures_of_its_size(browser, pages, as_seen):
    as_seen("light", 390)
    browser.get(pages("small").root + PAGES["small"]["chart"])
    shown = [each for each in css(browser, ".picture svg") if each.is_displayed()]
    assert len(shown) == 3 and all(each.size["width"] <= 360 for each in shown)


def test_all_is_there_without_javascript(browser, pages):
    site = pages("small")
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(site.root)
        assert css(browser, "svg.trend") and len(css(browser, "article")) == 4
        follow(browser, css(browser, "article a")[0].click)
        follow(browser, css(browser, "input[name=words]")[0].send_keys, "saving", Keys.ENTER)
        assert [each.text for each in css(browser, "h3 a") if "saving" in each.text] == ["How long saving takes"]
        follow(browser, next(each for each in css(browser, "h3 a") if "saving" in each.text).click)
        next(option for option in css(browser, "select[name=by] option") if option.text == "operating system").click()
        follow(browser, next(button for button in css(browser, "button") if button.text == "Compare").click)
        assert "by=os" in browser.current_url
        assert "linux" in css(browser, "svg.dots")[0].get_attribute("textContent")
        assert not [each for each in css(browser, "[data-fold]") if each.is_displayed()]
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_what_is_chosen_is_sent_and_is_in_the_address(browser, pages):
    browser.get(pages("small").root + PAGES["small"]["program"])
    follow(browser, next(option for option in css(browser, "select[name=part] option") if option.text == "arm64").click)
    assert "part=arch%3Darm64" in browser.current_url
    assert "architecture arm64" in browser.find_element(By.TAG_NAME, "main").text


def test_charts_are_filtered_as_one_types(browser, pages, export):
    for site in (pages("small"), export("small")):
        browser.get(site.root + PAGES["small"]["program"])
        css(browser, "[data-filter]")[0].send_keys("SAV")
        assert [each.text for each in css(browser, "[data-name] h3 a") if each.is_displayed()] == ["How long saving takes"]
        assert css(browser, "[data-status]")[0].text == "1 of 8"


def test_by_keyboard(browser, pages):
    browser.get(pages("small").root + PAGES["small"]["chart"])
    body = browser.find_element(By.TAG_NAME, "body")
    body.send_keys(Keys.TAB)
    assert browser.switch_to.active_element.text == "Skip to the content"
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    assert browser.switch_to.active_element.get_attribute("id") == "main"
    browser.switch_to.active_element.send_keys(Keys.TAB)
    assert browser.switch_to.active_element.tag_name == "a"
    browser.find_element(By.TAG_NAME, "main").send_keys("/")
    assert browser.switch_to.active_element.get_attribute("id") == "q"
    follow(browser, browser.switch_to.active_element.send_keys, "opened", Keys.ENTER)
    assert "search/?q=opened" in browser.current_url and css(browser, "[role=status]")
    assert "Formats that are opened" in browser.find_element(By.TAG_NAME, "main").text


def test_hostile_names_do_nothing(browser, pages):
    site = pages("hostile")
    for path in PAGES["hostile"].values():
        browser.get(site.root + path)
        assert css(browser, "main img, main script, main b:not(.tiles b)") == []
    assert "<script>alert(1)</script>" in browser.find_element(By.TAG_NAME, "main").text or "data" in path


def test_stacks_unfold(browser, pages):
    browser.get(pages("small").root + PAGES["small"]["stacks"])
    css(browser, "[data-fold]")[0].click()
    assert all(each.get_attribute("open") for each in css(browser, "details"))
