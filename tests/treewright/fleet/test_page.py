"""The page: whatever is in a repository's names and files, it is text there."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from treewright.fleet import outcomes
from treewright.fleet.clusters import own_names
from treewright.fleet.outcomes import Point, Project
from treewright.fleet.page import html, seen
from treewright.fleet.showing import Report

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'</title></pre></style><b onclick=x>",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;i&gt; javascript:alert(1) \u202egnp.exe \x1b[31m \x00 \udc80",
    "https://evil.example/x.js",
)


def report(*texts: str) -> Report:
    """Make a report in which texts stand wherever a repository has a say."""
    projects = []
    for text in texts:
        points = [
            Point("conflict", text, f"{text}\n{text}", text, text),
            Point("rule", text, text, text, text, person=False),
        ]
        names = own_names({"project_name": text, "import_name": text})
        project = Project(text, text, outcomes.CONFLICTS, text, text, 3, points, names=names)
        project.files = {"changed": 2, "new": 1, "removed": 0, "moved": 0}
        project.proof = project.tests = text
        project.notes = [text]
        projects.append(project)
    return Report("rehearse", texts[0], texts[0], projects)


class Reader(HTMLParser):
    """Collects elements, attributes and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("text", HOSTILE)
def test_what_others_wrote_makes_no_element_and_no_attribute(text: str) -> None:
    plain, hostile = (Reader(html(report(one)).decode()) for one in ("plain", text))
    shape = [(tag, sorted(attributes)) for tag, attributes in plain.elements]
    assert [(tag, sorted(attributes)) for tag, attributes in hostile.elements] == shape
    assert hostile.text.count(seen(text)) >= 10, "and it can be read"


def test_what_cannot_be_seen_is_told() -> None:
    assert seen("a\u202eb\x1b\x00\n\udc80é漢") == "a\\u202eb\\x1b\\x00\n\\udc80é漢"


def test_the_page_loads_nothing_and_runs_nothing_but_its_own() -> None:
    page = html(report(*HOSTILE)).decode()
    reader = Reader(page)
    loading = {"src", "action", "srcset", "data", "poster", "background", "style"}
    assert not [element for element in reader.elements if loading & element[1].keys()]
    places = {f"#{named['id']}" for _, named in reader.elements if "id" in named}
    links = [named["href"] for _, named in reader.elements if "href" in named]
    assert links
    assert {*links} <= places, "and leads nowhere else"
    assert not re.search(r"@import|url\(|fetch\(|XMLHttp|innerHTML|eval\(", page.split("<body>")[0])
    (policy,) = (
        str(attributes["content"])
        for tag, attributes in reader.elements
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for element in ("script", "style"):
        inner = re.findall(rf"(?s)<{element}>(.*?)</{element}>", page)
        named = b64encode(sha256(inner[-1].encode()).digest()).decode()
        assert f"{element}-src 'sha256-{named}'" in policy
        assert len(inner) == 1


def test_each_cell_is_labelled_as_its_column_is() -> None:
    """On a phone there are no heads."""
    page = html(report("acme")).decode()
    heads = re.findall(r"<th[^>]*>([^<]*)</th>", page)
    assert re.findall(r'<td data-label="([^"]*)"', page) == [
        *heads[:6] * 2,
        *heads[6:],
    ]


def test_a_page_without_anything_found_says_so() -> None:
    page = html(Report("drift", "t", "v1", [Project("a", outcome=outcomes.SAME)])).decode()
    assert "How far 1 project has drifted" in page
    assert "What was found (0)" in page
