import base64
import hashlib
import json
import re
import shutil
import subprocess
from html import unescape
from html.parser import HTMLParser
from urllib.parse import quote

import altair as alt
import pytest

from planlab.presentation import page as page_module
from planlab.presentation.digest import digest
from planlab.presentation.figures.frontier import frontier_chart
from planlab.presentation.figures.promises import promises_chart
from planlab.presentation.figures.trajectories import trajectory_chart
from planlab.presentation.incentive_page import render_incentive_page
from planlab.presentation.page import render_page, write_comparison_page

EVIL = [
    '<script>document.title="PWNED"</script>',
    "</script><img src=x onerror=alert(1)>",
    "]]><!--<script>",
    "${7*7}{{7*7}}",
]
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--enable-logging=stderr"),
    "--virtual-time-budget=20000",
)

MECHANISMS = ["command", "linear_program", "gradient", "standstill", "proportional"]


class Elements(HTMLParser):
    """Collects tags, attributes and the text of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.words: list[str] = []
        self.inside = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        self.inside = tag == "script"
        if self.inside:
            self.scripts.append((dict(attrs), ""))

    def handle_endtag(self, tag):
        self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.scripts[-1] = (self.scripts[-1][0], self.scripts[-1][1] + data)
        else:
            self.words.append(data)


@pytest.fixture(scope="module")
def page(made_up) -> str:
    return render_page(made_up())


@pytest.fixture(scope="module")
def evil(made_up) -> str:
    return render_page(made_up(mechanisms=("command", *EVIL[:2]), behaviours=("honest", EVIL[2]), names=EVIL * 3))


def test_the_page_is_one_file_that_asks_for_nothing(page):
    elements = Elements(page)
    asking = {"src", "href", "srcset", "data", "action", "poster"}
    assert not [(tag, attrs) for tag, attrs in elements.found if asking & set(attrs)]
    assert "@import" not in page
    assert "url(" not in re.sub(r"<script.*?</script>", "", page, flags=re.S)


def test_the_policy_forbids_the_network_eval_and_every_other_script(page):
    elements = Elements(page)
    (policy,) = [a["content"] for tag, a in elements.found if a.get("http-equiv") == "Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert "unsafe" not in rules["script-src"]
    assert "connect-src" not in rules
    run = [text for attrs, text in elements.scripts if attrs.get("type") != "application/json"]
    hashes = {f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in run}
    assert hashes == set(rules["script-src"].split())
    assert len(page) < 2_000_000


def test_names_cannot_run_script(evil):
    elements = Elements(evil)
    assert len(elements.scripts) == 3
    assert not [tag for tag, attrs in elements.found if tag == "img" or any(name.startswith("on") for name in attrs)]
    charts = next(text for attrs, text in elements.scripts if attrs.get("type") == "application/json")
    assert EVIL[0] in json.dumps(json.loads(charts), ensure_ascii=False).replace('\\"', '"')
    assert "<" not in charts
    words = " ".join(elements.words)
    assert all(name.replace("_", " ") in words for name in EVIL)


def test_charts_are_valid_vega_lite(comparison):
    summary = digest(comparison)
    frontiers = [
        frontier_chart(summary, b, kind) for b, kind in zip(summary.behaviours, ("material", "labour"), strict=True)
    ]
    for spec in (*frontiers, promises_chart(summary), trajectory_chart(summary, MECHANISMS[0])):
        alt.LayerChart.from_dict(spec)
        json.dumps(spec, allow_nan=False)


def test_a_long_name_is_shortened_and_its_number_never_is(made_up):
    summary = digest(made_up(mechanisms=("command", "malinvaud_dreze_poussin", "m" * 60)))
    for behaviour in summary.behaviours:
        layers = frontier_chart(summary, behaviour, "material")["layer"]
        styles = [layer for layer in layers if layer["mark"].get("style") == "name"]
        texts = [row["text"] for layer in styles for row in layer["data"]["values"]]
        assert len(texts) == 3
        assert all(re.search(r" \d+\.\d.?%$", text) for text in texts)
        assert sum("…" in text for text in texts) == 2
        assert not any("limit" in layer["mark"] for layer in styles)


def test_every_section_and_every_row_is_there(page):
    words = " ".join(Elements(page).words)
    for heading in (
        *("Needs met against throughput", "Year by year", "Who went short", "Promises and outcomes"),
        *("The numbers", "How to read this", "How it was made", "planlab compare --products 30"),
    ):
        assert heading in words
    assert page.count('data-chart="trajectories-') == 5
    assert re.search(r"93\.1 9\d\.\d–93\.\d", words)
    assert "±" not in words
    assert "scenario.products" in words


def test_the_same_comparison_gives_the_same_page(page, made_up):
    assert render_page(made_up()) == page


@pytest.mark.parametrize(
    "setting",
    [
        {"seeds": 1, "bound": float("nan")},
        {"behaviours": ("honest",), "communities": 1},
        {"behaviours": ("honest", "understate", "embellish"), "periods": 1, "seeds": 2},
    ],
)
def test_whatever_is_compared_makes_a_page(setting, tmp_path, made_up):
    path = write_comparison_page(made_up(**setting), tmp_path / "new" / "page.html")
    text = path.read_text(encoding="utf-8")
    shown = re.sub(r"<script.*?</script>", "", text, flags=re.S)
    assert "nan" not in re.sub(r"finance|maintenance", "", shown.lower())
    assert "not computed" in shown or "bound" not in setting


def opened(text: str, folder, *flags: str) -> tuple[str, list[str]]:
    """Open a page in headless Chromium; return the document afterwards and what it wrote to the console."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no Chromium on this machine; `apt-get install chromium` lets this test look at the page")
    path = folder / "page.html"
    path.write_text(text, encoding="utf-8")
    command = [
        browser,
        *FLAGS,
        f"--user-data-dir={folder / 'profile'}",
        *flags,
        "--dump-dom",
        f"file://{quote(str(path))}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=True)
    return done.stdout, [line for line in done.stderr.splitlines() if ":CONSOLE" in line]


@pytest.mark.parametrize("width", [1280, 500])
def test_chromium_draws_every_chart_without_a_complaint(page, tmp_path, width):
    document, console = opened(page, tmp_path, f"--window-size={width},2000")
    assert console == []
    assert 'data-drawn="8"' in document
    charts = re.findall(r'data-chart="([\w-]+)".*?(?=data-chart=|</main>)', document, flags=re.S)
    parts = re.split(r'data-chart="', document)[1:]
    assert len(charts) == len(parts) == 8
    for part in parts:
        drawing = part.split("</figure>")[0]
        assert drawing.count("<path") >= 10
        assert "NaN" not in drawing
        widths = [float(w) for w in re.findall(r'<svg[^>]*? width="([\d.]+)"', drawing)]
        assert len(widths) == 1
        assert 150 < widths[0] < width
    assert [part.count('aria-label="mechanism: ') for part in parts[:2]] == [5, 5]


def test_chromium_runs_no_script_from_names(evil, tmp_path):
    document, console = opened(evil, tmp_path, "--window-size=1280,2000")
    assert console == []
    assert "<title>layered · planlab</title>" in document
    assert 'data-drawn="6"' in document


def scripted(monkeypatch, made, folder, act: str, before: str = "") -> tuple[str, list[str]]:
    """Open a page, do something once its charts are drawn, and return what became of it."""
    script = f"""
    {before}
    new MutationObserver((_, seen) => {{
      if (!document.documentElement.dataset.drawn) return;
      seen.disconnect();
      {act}
    }}).observe(document.documentElement, {{ attributes: true }});
    """
    whole = page_module.own_file
    monkeypatch.setattr(page_module, "own_file", lambda name: (script if name == "page.js" else "") + whole(name))
    return opened(render_page(made), folder, "--window-size=1280,2000")


def test_a_click_on_a_name_brings_its_mechanism_to_the_fore(monkeypatch, tmp_path, made_up):
    click = 'document.querySelectorAll("button[data-mechanism]")[1].click();'
    document, console = scripted(monkeypatch, made_up(), tmp_path, click)
    assert console == []
    assert 'data-mechanism="1" aria-pressed="true"' in document
    assert document.count('" aria-pressed="true"') == 1
    assert re.search(r'<div data-mechanism="0" class="dimmed">', document)
    frontier = document.split('data-chart="frontier-0"')[1].split('data-chart="trajectories-0"')[0]
    shown = re.findall(r'reports: (?:honest|misreporting);[^>]*?opacity="([\d.]+)"', frontier)
    assert sorted(shown) == ["0.1"] * 8 + ["1"] * 2


def test_another_kind_of_throughput_can_be_chosen(monkeypatch, tmp_path, made_up):
    choose = """
    const kind = document.querySelector("[data-kinds]");
    kind.value = "labour";
    kind.dispatchEvent(new Event("change"));
    """
    document, console = scripted(monkeypatch, made_up(), tmp_path, choose)
    assert console == []
    frontier = document.split('data-chart="frontier-0"')[1].split('data-chart="trajectories-0"')[0]
    assert frontier.count("labour throughput / year: ") == 10
    assert "material throughput" not in frontier


LOOK = """
const boxes = (root, what) => [...root.querySelectorAll(what)].map((each) => {
  const { left, right, top, bottom } = each.getBoundingClientRect();
  return { text: each.textContent, size: parseFloat(each.ownerDocument.defaultView.getComputedStyle(each).fontSize),
           left, right, top, bottom };
});
const look = (frame) => {
  const inside = frame.contentDocument, page = inside.documentElement;
  return {
    name: frame.name, width: page.clientWidth, needed: page.scrollWidth, drawn: page.dataset.drawn,
    charts: [...inside.querySelectorAll("[data-chart]")].map((chart) => ({
      name: chart.dataset.chart, ...boxes(chart.parentElement, "[data-chart] svg")[0],
      texts: boxes(chart, "svg text").filter((box) => box.text.trim()),
      data: boxes(chart, "svg .mark-group.role-frame.root path.background")[0],
      ticks: boxes(chart, "svg .role-axis-label text").length,
      marks: boxes(chart, "svg .mark-symbol path"),
    })),
    tables: [...inside.querySelectorAll(".scroll")].map((box) => ({
      cut: box.scrollWidth > box.clientWidth + 1,
      told: inside.defaultView.getComputedStyle(box.parentElement.querySelector(".more")).display !== "none",
    })),
    spilt: [...inside.querySelectorAll("tbody th")].filter((name) => name.scrollWidth > name.clientWidth + 1)
      .map((name) => name.textContent),
  };
};
addEventListener("load", async () => {
  const frames = [...document.querySelectorAll("iframe")];
  const ready = (frame) => frame.contentDocument.documentElement.dataset.drawn;
  while (!frames.every(ready)) await new Promise((go) => setTimeout(go, 100));
  document.querySelector("pre").textContent = JSON.stringify(frames.map(look));
});
"""

ODD = {
    "usual": {},
    "failed": {"seeds": 9},
    "alone": {"mechanisms": ("command",), "behaviours": ("honest",), "seeds": 1, "bound": float("nan")},
    "long names": {
        "mechanisms": ("m" * 60, "a name with many words " * 3),
        "behaviours": ("h" * 60, "b" * 60),
        "names": ["Broadcasting and telecommunications", *(letter * 60 for letter in "opqrstuvwxyzabcdefghijklmnABC")],
    },
    "twelve": {"mechanisms": tuple(f"mechanism_{k}" for k in range(12)), "seeds": 2, "periods": 40, "products": 3},
}


@pytest.fixture(scope="module")
def seen(made_up, tmp_path_factory):
    """What Chromium shows of usual and odd comparisons, by name and width."""
    folder, frames = tmp_path_factory.mktemp("pages"), []
    for name, setting in ODD.items():
        made = made_up(**setting)
        if name == "failed":
            lost = made.table["mechanism"] == "command"
            made.table.loc[lost, ["needs_met", "throughput_growth_material"]] = float("nan")
        (folder / f"{name}.html").write_text(render_page(made), encoding="utf-8")
        frames += [
            f'<iframe name="{name}" src="{quote(name)}.html" width="{width}" height="900" style="border:0"></iframe>'
            for width in ((390, 768, 1280) if name == "usual" else (390, 1280))
        ]
    text = f"<!doctype html><script>{LOOK}</script>{''.join(frames)}<pre></pre>"
    document, console = opened(text, folder, "--allow-file-access-from-files", "--window-size=1400,1000")
    assert console == []
    found = json.loads(unescape(re.search(r"<pre>(.*)</pre>", document, flags=re.S)[1]))
    return {(each["name"], each["width"]): each for each in found}


def test_nothing_makes_a_page_wider_than_its_window(seen):
    assert len(seen) == 2 * len(ODD) + 1
    assert {key: each["needed"] for key, each in seen.items() if each["needed"] > each["width"]} == {}


def test_no_name_of_a_row_spills_over_its_numbers(seen):
    assert {key: each["spilt"] for key, each in seen.items() if each["spilt"]} == {}


def overlap(a, b, by: float = 1.0) -> bool:
    across = min(a["right"], b["right"]) - max(a["left"], b["left"])
    up = min(a["bottom"], b["bottom"]) - max(a["top"], b["top"])
    return across > by and up > by


def test_no_text_of_a_chart_stands_over_another_or_is_cut_off(seen):
    for (name, width), each in seen.items():
        for chart in each["charts"]:
            texts = chart["texts"]
            over = [(a["text"], b["text"]) for k, a in enumerate(texts) for b in texts[:k] if overlap(a, b, 2.5)]
            assert over == [], (name, width, chart["name"])
            for text in texts:
                assert chart["left"] - 1 <= text["left"] < text["right"] <= chart["right"] + 1, (name, width, text)
                assert text["size"] >= 11


def test_every_chart_gives_most_of_its_width_to_data_and_has_three_ticks_each_way(seen):
    for (name, width), each in seen.items():
        for chart in each["charts"]:
            share = (chart["data"]["right"] - chart["data"]["left"]) / (chart["right"] - chart["left"])
            least = 0.7 if chart["name"].startswith("frontier") and width == 390 else 0.5
            assert share > least, (name, width, chart["name"])
            assert chart["ticks"] >= (3 if chart["name"] == "promises" else 6)


def test_markers_of_the_first_charts_do_not_hide_one_another(seen):
    for (name, width), each in seen.items():
        for chart in each["charts"]:
            if chart["name"].startswith("frontier"):
                large = [mark for mark in chart["marks"] if mark["right"] - mark["left"] > 8]
                assert large
                hidden = [1 for k, a in enumerate(large) for b in large[:k] if overlap(a, b, 6)]
                assert not hidden, (name, width)


LOOK_AT_IMAGES = """
addEventListener("load", () => {
  const look = (frame) => {
    const inside = frame.contentDocument, page = inside.documentElement;
    const images = [...inside.images].map((image) => image.clientWidth / image.naturalWidth);
    const untold = [...inside.querySelectorAll(".cut:not(.broad) .scroll")];
    const cut = untold.filter((box) => box.scrollWidth > box.clientWidth + 1).length;
    const names = [...inside.querySelectorAll("tbody th")];
    const spilt = names.filter((name) => name.scrollWidth > name.clientWidth + 1).length;
    return { width: page.clientWidth, needed: page.scrollWidth, images, cut, spilt };
  };
  document.querySelector("pre").textContent = JSON.stringify([...document.querySelectorAll("iframe")].map(look));
});
"""


@pytest.mark.parametrize("mechanisms", [("command",), ("command", "m" * 60, "malinvaud_dreze_poussin")])
def test_an_incentive_page_fits_its_window_and_its_figures_are_hardly_scaled(mechanisms, incentive_profile, tmp_path):
    profile = incentive_profile(mechanisms, name="sector" if len(mechanisms) == 1 else "s" * 40)
    (tmp_path / "incentives.html").write_text(render_incentive_page(profile), encoding="utf-8")
    frames = [f'<iframe src="incentives.html" width="{width}" height="900"></iframe>' for width in (390, 768, 1280)]
    text = f"<!doctype html><script>{LOOK_AT_IMAGES}</script>{''.join(frames)}<pre></pre>"
    document, console = opened(text, tmp_path, "--allow-file-access-from-files")
    assert console == []
    found = json.loads(unescape(re.search(r"<pre>(.*)</pre>", document, flags=re.S)[1]))
    assert [each["width"] for each in found] == [390, 768, 1280]
    for each in found:
        assert each["needed"] <= each["width"]
        assert (len(each["images"]), each["cut"], each["spilt"]) == (3, 0, 0)
        assert min(each["images"]) > 0.97  # of 11.3 pixels at least


def test_tables_that_are_cut_off_say_so(seen):
    tables = [table for each in seen.values() for table in each["tables"]]
    assert {(table["cut"], table["told"]) for table in tables} == {(True, True), (False, False)}
