"""Pages as people use them: in Chromium, on four data sets."""

import json
import time

import pytest
from axe_selenium_python import Axe
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from . import data
from .conftest import SHOTS, Viewer
from .page import css, follow

PAGES = {
    "home": "/", "next": "/next", "reports": "/reports", "config": "/config", "files": "/files", "search": "/search?q=a",
}
PROGRAMS = {"samples": "example.com/tool", "article": None, "year": "example.com/suite/program-00"}


def enter(browser, viewer):
    # The page before asks nothing any more.
    browser.get("about:blank")
    browser.get_log("browser")
    browser.get_log("performance")
    browser.get(viewer.url)
    assert browser.current_url == f"http://127.0.0.1:{viewer.port}/"


def requested(browser):
    """Addresses that pages asked for, since this was asked last."""
    messages = [json.loads(row["message"])["message"] for row in browser.get_log("performance")]
    return [message["params"]["request"]["url"] for message in messages if message["method"] == "Network.requestWillBeSent"]


def check(browser, viewer):
    """No error, no other origin, nothing that axe-core finds."""
    assert [row for row in browser.get_log("browser") if row["level"] == "SEVERE"] == []
    origin = f"http://127.0.0.1:{viewer.port}/"
    assert [url for url in requested(browser) if not url.startswith((origin, "data:"))] == []
    # Rows of a table are alike, and axe-core needs seconds for a hundred.
    browser.execute_script("for (const table of document.querySelectorAll('tbody')) [...table.rows].slice(30).forEach(row => row.remove())")
    axe = Axe(browser)
    axe.inject()
    found = axe.run()["violations"]
    assert found == [], [(each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in found]


def pages(browser, viewer, name):
    """All kinds of pages; a program and one of its counters are found as people find them."""
    for label, path in PAGES.items():
        browser.get(f"http://127.0.0.1:{viewer.port}{path}")
        yield label
        documents = css(browser, "tbody a") if label == "reports" else []
        if documents:
            follow(browser, documents[0].click)
            yield "report"
    browser.get(f"http://127.0.0.1:{viewer.port}/")
    rows = css(browser, "tbody a")
    if rows:
        follow(browser, rows[0].click)
        yield "program"
        counters = css(browser, "tbody a")
        if counters:
            follow(browser, counters[0].click)
            yield "counter"


@pytest.mark.parametrize("scheme, size", [("light", (1280, 900)), ("dark", (1280, 900)), ("light", (390, 844))], ids=["light", "dark", "phone"])
def test_pages_have_no_errors_and_ask_nobody_else(browser, view, name, scheme, size):
    viewer = view(name)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size[0] < 600})
    SHOTS.mkdir(parents=True, exist_ok=True)
    try:
        enter(browser, viewer)
        for label in pages(browser, viewer, name):
            browser.save_screenshot(str(SHOTS / f"{name}-{label}-{scheme if size[0] > 600 else 'phone'}.png"))
            assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth"), f"{label} is wider than the screen"
            check(browser, viewer)
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_the_first_screen_needs_no_scrolling(browser, view, name):
    enter(browser, view(name))
    labels = [each.text for each in css(browser, ".facts dt")]
    assert labels == ["Mode", "Next report", "Next upload", "Last sent", "Disk", "Problems"]
    for each in css(browser, ".facts dd") + css(browser, "tbody tr")[:3]:
        assert each.rect["y"] + each.rect["height"] <= browser.execute_script("return innerHeight"), each.text


def test_hostile_names_do_nothing(browser, view):
    viewer = view("samples")
    enter(browser, viewer)
    browser.get(f"http://127.0.0.1:{viewer.port}/program?program=example.com/harm")
    assert css(browser, "main img, main script, main b") == []
    assert data.HOSTILE[0] in browser.find_element(By.TAG_NAME, "main").text
    check(browser, viewer)


def test_rows_are_filtered_as_one_types(browser, view):
    viewer = view("samples")
    enter(browser, viewer)
    browser.get(f"http://127.0.0.1:{viewer.port}/program?program=example.com/tool")
    css(browser, "[data-filter]")[0].send_keys("EDI")
    assert [row.text.split()[0] for row in css(browser, "tbody tr") if row.is_displayed()] == ["editor"]
    assert css(browser, "[data-status]")[0].text.startswith("1 of ") or "of" in css(browser, "[data-status]")[0].text


def test_search_by_keyboard(browser, view):
    viewer = view("samples")
    enter(browser, viewer)
    browser.find_element(By.TAG_NAME, "body").send_keys("/")
    assert browser.switch_to.active_element.get_attribute("id") == "q"
    follow(browser, browser.switch_to.active_element.send_keys, "editor", Keys.ENTER)
    assert "/search?" in browser.current_url and "editor" in browser.find_element(By.TAG_NAME, "main").text


def test_all_is_reached_by_keyboard_and_the_first_stop_skips_what_is_above(browser, view):
    viewer = view("samples")
    enter(browser, viewer)
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    assert browser.switch_to.active_element.text == "Skip to the content"
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    assert browser.switch_to.active_element.get_attribute("id") == "main"
    browser.switch_to.active_element.send_keys(Keys.TAB)
    assert browser.switch_to.active_element.tag_name in ("a", "input")


def now(browser, text, *pictures):
    """Read in one go: a script may put another element there at any time."""
    return browser.execute_script(
        "const [text, ...pictures] = [...arguments].map(each => document.querySelector(each)); return [text.textContent, ...pictures.map(each => each.outerHTML)];", text, *pictures)


def until(holds, seconds=15):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.1)


@pytest.mark.parametrize("name, counter, path, cell, picture", [
    ("samples", "editor:vim", "/", "[data-count='example.com/tool']", "tr[data-name='example.com/tool'] svg"),
    ("samples", "editor:vim", "/program?program=example.com/tool", "[data-count=editor]", ".card[data-name=editor] svg"),
    ("samples", "editor:vim", "/counter?program=example.com/tool&chart=editor", "[data-count=editor]", "svg.weeks"),
    ("year", "area0/count-0", "/program?program=example.com/suite/program-00", "[data-count='area0/count-0']", "tr[data-name='area0/count-0'] svg"),
], ids=["home", "program", "counter", "year"])
def test_counts_and_pictures_change_while_the_page_is_open(browser, made, view, name, counter, path, cell, picture):
    viewer = view(name)
    enter(browser, viewer)
    browser.get(f"http://127.0.0.1:{viewer.port}{path}")

    def shown():
        count, drawn = now(browser, cell, picture)
        return int(count.replace(",", "")), drawn

    (count, before), loaded = shown(), browser.execute_script("return performance.timeOrigin")
    data.inc(made(name), counter, "400", program=PROGRAMS[name], vendor=data.VENDORS.get(name, "tel"))
    until(lambda: shown()[0] == count + 400)
    assert shown()[1] != before and browser.execute_script("return performance.timeOrigin") == loaded
    check(browser, viewer)


def test_what_somebody_does_with_a_page_outlasts_its_changes(browser, made, view):
    viewer = view("samples")
    enter(browser, viewer)
    browser.get(f"http://127.0.0.1:{viewer.port}/program?program=example.com/tool")
    css(browser, "details")[0].click()
    css(browser, "[data-filter]")[0].send_keys("edi")
    before = now(browser, "[data-count=editor]")
    data.inc(made("samples"), "editor:vim", program="example.com/tool")
    until(lambda: now(browser, "[data-count=editor]") != before)
    assert [row.text.split()[0] for row in css(browser, "tbody tr") if row.is_displayed()] == ["editor"]
    assert css(browser, "details")[0].get_attribute("open") and browser.switch_to.active_element.get_attribute("data-filter") is not None


def test_what_is_new_on_a_page_or_has_ended_is_said(browser, tmp_path):
    data.inc(tmp_path, "one", program="p")
    viewer = Viewer(tmp_path)
    try:
        for change, words in ((lambda: data.inc(tmp_path, "two", program="p"), "Other names have counted"), (viewer.end, "tel view has ended")):
            browser.get(viewer.url)
            browser.get(f"http://127.0.0.1:{viewer.port}/program?program=p")
            change()
            until(lambda: words in css(browser, "[data-live]")[0].text)
    finally:
        viewer.process.kill()
        browser.get_log("browser")


def test_a_choice_is_in_the_address(browser, view):
    viewer = view("samples")
    enter(browser, viewer)
    browser.get(f"http://127.0.0.1:{viewer.port}/program?program=example.com/tool")
    next(option for option in css(browser, "select[name=version] option") if option.text == "v1.1.0").click()
    until(lambda: "version=v1.1.0" in browser.current_url)


def test_stacks_unfold(browser, view):
    viewer = view("samples")
    enter(browser, viewer)
    browser.get(f"http://127.0.0.1:{viewer.port}/program?program=example.com/tool")
    css(browser, "[data-fold]")[0].click()
    assert all(each.get_attribute("open") for each in css(browser, "details"))


def test_paper_has_all_and_nothing_to_click(browser, view):
    viewer = view("samples")
    enter(browser, viewer)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        for label, path in (("home", "/"), ("program", "/program?program=example.com/tool")):
            browser.get(f"http://127.0.0.1:{viewer.port}{path}")
            browser.save_screenshot(str(SHOTS / f"samples-{label}-print.png"))
            assert [each.tag_name for each in css(browser, "nav, form, button, input") if each.is_displayed()] == []
            assert css(browser, "tbody tr")[0].is_displayed() and css(browser, "svg.tel-chart")[0].is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_all_is_there_without_javascript(browser, view):
    viewer = view("samples")
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(viewer.url)
        assert len(css(browser, "tbody tr")) > 1 and css(browser, "svg.tel-chart")
        follow(browser, css(browser, "#q")[0].send_keys, "editor", Keys.ENTER)
        follow(browser, css(browser, "tbody a")[0].click)
        assert css(browser, "svg.tel-chart") and css(browser, "form button")
        assert not [each for each in css(browser, "[data-filter], [data-fold]") if each.is_displayed()]
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_what_is_printed_has_no_controls(browser, view):
    viewer = view("samples")
    enter(browser, viewer)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert not [each for each in css(browser, "form, nav") if each.is_displayed()]
        assert len(browser.execute_cdp_cmd("Page.printToPDF", {})["data"]) > 5000
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
