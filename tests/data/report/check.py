"""Opens reports in a browser and prints what is wrong with them, a line each.

check.py CHROMIUM REPORT.html ...
"""

import pathlib
import sys

import axe_core_python
from playwright.sync_api import sync_playwright

AXE = (pathlib.Path(axe_core_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")

# Every link leads to something, and following it shows that, whatever was closed or filtered away before.
LINKS = """async () => {
  const wrong = [];
  const links = [...document.querySelectorAll("a[href^='#']")];
  const search = document.querySelector("#filter input");
  for (const link of links) {
    const target = document.getElementById(link.hash.slice(1));
    if (!target) { wrong.push(`${link.hash} leads nowhere`); continue; }
    for (const details of document.querySelectorAll("details")) details.open = false;
    search.value = "nothing has this text";
    search.dispatchEvent(new Event("input", { bubbles: true }));
    link.click();
    await new Promise((done) => setTimeout(done, 5));
    const box = target.getBoundingClientRect();
    const is_shown = target.checkVisibility() && box.height > 0 && box.top < innerHeight && box.bottom > 0;
    if (!is_shown) wrong.push(`${link.hash} is not shown`);
    if (target.tagName === "DETAILS" && !target.open) wrong.push(`${link.hash} stays closed`);
  }
  if (links.length < 12) wrong.push(`only ${links.length} links`);
  document.querySelector("#filter").reset();
  for (const details of document.querySelectorAll("details")) details.open = false;
  await new Promise((done) => setTimeout(done, 20));
  return wrong;
}"""

CHARTS = """() => [...document.querySelectorAll("figure svg")].flatMap((svg) => {
  const { width, height } = svg.getBoundingClientRect();
  const name = svg.querySelector("title")?.textContent;
  const wrong = [];
  if (!(width > 200 && height > 80)) wrong.push(`the chart ${name} is ${width} by ${height}`);
  if (svg.getAttribute("role") !== "img" || !name) wrong.push("a chart has no name");
  for (const text of svg.querySelectorAll("text")) {
    if (text.getBoundingClientRect().height < 9) wrong.push(`a label of ${name} is too small`);
    if (getComputedStyle(text).fill === "rgb(0, 0, 0)") wrong.push(`a label of ${name} has no colour of the page`);
  }
  return wrong;
})"""

# What Tab has to reach. Elements in closed details are not there.
FOCUSABLE = """() => {
  const all = "a[href], button, input, select, summary, [tabindex='0']";
  const there = [...document.querySelectorAll(all)].filter((one) => one.checkVisibility());
  there.forEach((one, index) => { one.dataset.stop = index; });
  return there.length;
}"""

FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one);
  const is_marked = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  return { stop: one.dataset.stop ?? null, is_marked, name: one.outerHTML.slice(0, 80) };
}"""

FILTER = """() => {
  const form = document.getElementById("filter");
  if (!form) return [];
  const shown = () => [...document.querySelectorAll(".rule > details")].filter((one) => one.checkVisibility()).length;
  const wrong = [];
  const all = shown();
  for (const select of form.querySelectorAll("select")) {
    let sum = 0;
    for (const option of [...select.options].filter((option) => option.value)) {
      select.value = option.value;
      form.dispatchEvent(new Event("input"));
      sum += shown();
    }
    if (sum !== all) wrong.push(`the values of ${select.name} show ${sum} of ${all} findings`);
    select.value = "";
  }
  form.elements.text.value = "no finding has this text";
  form.dispatchEvent(new Event("input"));
  if (shown() !== 0) wrong.push("the text filters nothing");
  form.elements.text.value = "";
  form.dispatchEvent(new Event("input"));
  if (shown() !== all) wrong.push("findings stay away");
  return wrong;
}"""


def tab_walk(page):
    """Real presses of Tab, from the top until the page is left."""
    expected = page.evaluate(FOCUSABLE)
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    page.mouse.click(1, 1)
    reached = set()
    for _ in range(expected + 3):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:
            break
        if not focused["is_marked"]:
            yield f"focus cannot be seen on {focused['name']}"
        if focused["stop"] is None:
            yield f"Tab stops at {focused['name']}"
        reached.add(focused["stop"])
    missed = [index for index in range(expected) if str(index) not in reached]
    if missed or expected < 8:
        yield f"Tab reaches {expected - len(missed)} of {expected}, not {missed[:5]}"


TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


def axe(page, contrast):
    """What axe finds. Of closed details it takes the hidden text for painted: contrast is looked at when all are open."""
    page.evaluate(AXE)
    options = {"runOnly": TAGS, "rules": {"color-contrast": {"enabled": contrast}}}
    result = page.evaluate("(options) => axe.run(document, options)", options)
    for violation in result["violations"]:
        yield f"axe: {violation['id']}: {violation['help']}: {violation['nodes'][0]['html'][:200]}"
    if contrast and not any(one["id"] == "color-contrast" for one in result["passes"]):
        yield "axe did not look at contrast"


def checked(browser, report, scheme, width):
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    url = report.resolve().as_uri()
    page.on("request", lambda request: request.url != url and said.append(f"request: {request.url}"))
    page.goto(url)
    yield from page.evaluate(CHARTS)
    yield from axe(page, contrast=False)
    yield from page.evaluate(FILTER)
    yield from page.evaluate(LINKS) if page.query_selector("#filter") else []
    yield from tab_walk(page)
    page.evaluate("() => { for (const details of document.querySelectorAll('details')) details.open = true; }")
    page.wait_for_timeout(100)
    wide = page.evaluate("() => document.documentElement.scrollWidth")
    if wide > width:
        yield f"the page is {wide} wide"
    yield from axe(page, contrast=True)
    if not page.pdf().startswith(b"%PDF"):
        yield "it does not print"
    yield from said
    context.close()


def without_script(browser, report):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(report.resolve().as_uri())
    if page.locator("#filter").count() and page.locator("#filter").is_visible():
        yield "without a script there is nothing to filter with"
    first = page.locator(".rule > details").first
    if page.locator(".rule > details").count():
        first.locator("summary").click()
        if not first.locator("ol").is_visible():
            yield "without a script a finding does not open"
    context.close()


def main(chromium, *reports):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for report in map(pathlib.Path, reports):
            for line in without_script(browser, report):
                print(f"{report.stem}: {line}")
            for scheme in ("light", "dark"):
                for width in (1280, 400):
                    for line in checked(browser, report, scheme, width):
                        print(f"{report.stem} {scheme} {width}: {line}")
            print(f"checked {report.stem}", file=sys.stderr)
        browser.close()


main(*sys.argv[1:])
