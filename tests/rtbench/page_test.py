"""Looks at the page of a report in a real browser: light, dark, and on a phone.

The page is opened with a script behind it that reports what it finds; the pictures are kept beside
the test's output for people. Needs Chromium; without it the test is skipped.

usage: page_test.py RTBENCH GOLDEN_FOLDER OUT_FOLDER
"""
import html
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

RTBENCH, GOLDEN, OUT = sys.argv[1:4]
VIEWS = [("light", 1280, False), ("dark", 1280, True), ("phone", 390, False), ("phone_dark", 390, True)]
# In a frame of the wanted width: a headless window is never narrower than about 500 pixels.
FRAME = """<!doctype html><html><body style="margin:0"><iframe id="f" style="border:0;width:{width}px;height:{height}px"
srcdoc="{page}"></iframe><pre id="result"></pre><script>
const frame = document.getElementById('f');
// A cold browser may take longer to its first frame, in which the page draws.
const drawn = () => [...frame.contentDocument.querySelectorAll('figure')].every(f => f.querySelector('svg'));
const look = triesLeft => {{
  if (!drawn() && triesLeft > 0) return setTimeout(() => look(triesLeft - 1), 200);
  const d = frame.contentDocument, root = d.documentElement;
  const boxes = [...d.querySelectorAll('figure svg')].map(s => s.getBoundingClientRect());
  // Labels that lie on each other, or stick out of their drawing.
  const labels = [...d.querySelectorAll('figure svg')].map(s => [s, [...s.querySelectorAll('text')].map(t => t.getBoundingClientRect())]);
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3;
  const crossed = labels.flatMap(([s, texts]) => texts.flatMap((a, i) => texts.slice(i + 1).filter(b => over(a, b)))).length;
  const outside = labels.flatMap(([s, texts]) => {{
    const box = s.getBoundingClientRect();
    return texts.filter(t => t.left < box.left - 1 || t.right > box.right + 12 || t.bottom > box.bottom + 2);
  }}).length;
  document.getElementById('result').textContent = 'RESULT ' + JSON.stringify({{
    errors: frame.contentWindow.errors, crossed, outside, figures: d.querySelectorAll('figure').length, drawings: boxes.length,
    empty: boxes.filter(b => b.width < 100 || b.height < 30).length, rows: d.querySelectorAll('tbody tr').length,
    overflow: root.scrollWidth - root.clientWidth, back: getComputedStyle(d.body).backgroundColor,
    text: getComputedStyle(d.body).color, bars: d.querySelectorAll('figure rect').length,
    lines: d.querySelectorAll('figure path').length, points: d.querySelectorAll('figure circle').length}}) + ' END';
}};
frame.onload = () => setTimeout(() => look(20), 600);
</script></body></html>"""
WATCH = "<script>window.errors = []; window.onerror = (message) => { window.errors.push(String(message)); };</script>"


def luminance(colour):
    return sum(map(int, re.findall(r"\d+", colour)[:3])) / 765


def look(browser, page, name, width, dark, folder):
    """What the page says of itself in this view."""
    document = page.replace("<head>", "<head>" + WATCH, 1)
    path = pathlib.Path(folder, name + ".html")
    path.write_text(FRAME.format(width=width, height=3200, page=html.escape(document, quote=True)))
    command = [browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
               f"--user-data-dir={folder}/profile", f"--window-size={width},3200", "--virtual-time-budget=5000",
               f"--blink-settings=preferredColorScheme={0 if dark else 1}"]
    picture = pathlib.Path(OUT, f"rtbench_page_{name}.png")
    subprocess.run(command + [f"--screenshot={picture}", path.as_uri()], capture_output=True, timeout=240, check=True)
    dom = subprocess.run(command + ["--dump-dom", path.as_uri()], capture_output=True, text=True, timeout=240, check=True)
    result = re.search(r"RESULT (\{.*?\}) END", html.unescape(dom.stdout))
    assert result, "the page did not load"
    assert picture.stat().st_size > 20000, "the picture is empty"
    return json.loads(result.group(1))


def problems(found, dark):
    wanted = {"errors": [], "empty": 0, "overflow": 0, "crossed": 0, "outside": 0}
    wrong = [f"{key} is {found[key]}, expected {value}" for key, value in wanted.items() if found[key] != value]
    # Cold start, warm-up, latency, memory, break-even, churn, sessions; a row per policy and one that failed.
    if found["figures"] != 7 or found["drawings"] != 7:
        wrong.append(f"{found['drawings']} drawings in {found['figures']} figures, expected 7 in 7")
    if found["rows"] != 4:
        wrong.append(f"{found['rows']} rows, expected 4")
    if found["bars"] < 6 or found["lines"] < 12 or found["points"] < 30:
        wrong.append(f"little is drawn: {found['bars']} bars, {found['lines']} lines, {found['points']} points")
    if (luminance(found["back"]) < 0.4) != dark or (luminance(found["text"]) > 0.6) != dark:
        wrong.append(f"text {found['text']} on {found['back']}, expected the {'dark' if dark else 'light'} scheme")
    return wrong


def main():
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        print("SKIP: no chromium to look at the page with")
        print(f"0 passed, 0 failed, {len(VIEWS)} skipped")
        return 0
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        page = pathlib.Path(folder, "page.html")
        subprocess.run([RTBENCH, f"{GOLDEN}/format1_plan.kai", "--policies", "eager,jit,aot,soon", "--repeats", "2", "--seconds",
                        "0.02", "--churn", "x.0=2..30", "--churn-calls", "20", "--sessions", "2", "--html", page],
                       capture_output=True, check=False)
        for name, width, dark in VIEWS:
            try:
                wrong = problems(look(browser, page.read_text(), name, width, dark, folder), dark)
            except (AssertionError, OSError, subprocess.SubprocessError) as error:
                wrong = [str(error)]
            failed += bool(wrong)
            for line in wrong:
                print(f"{name}: {line}")
    print(f"{len(VIEWS) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


sys.exit(main())
