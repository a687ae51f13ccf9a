"""What the documents promise about the code and each other."""

import importlib
import re
from pathlib import Path

from tests.architecture.files import ROOT, files_like

DECISIONS = ROOT / "docs" / "decisions"
PAGES = sorted(DECISIONS.glob("[0-9]*.md"))
HEADINGS = ["Context", "Decision", "Rejected", "Consequences", "Revisit when"]
# What was merged into another page keeps its number, so that none is given twice; README says where it went.
MERGED = re.compile(r"^- (\d{4}) is part of (\d{4})\.$", re.MULTILINE)
REFERENCE = re.compile(
    r"decisions?[/ ](?:page )?(\d{4})\b|\((0\d{3})\)|decisions/(\d{4}-[a-z0-9-]+\.md)", re.IGNORECASE
)


def slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower().replace("'", "")).strip("-")


def first_line(page: Path) -> str:
    return page.read_text().split("\n", 1)[0]


def files_that_may_refer() -> list[Path]:
    kinds = ("*.py", "*.md", "*.js", "*.css", "*.html", "*.toml", "Makefile", "Dockerfile", "Procfile")
    return [path for path in files_like(*kinds) if path != Path(__file__).resolve()]


def resolve(dotted: str) -> object:
    """Follow a dotted path: what is not an attribute yet may be a module that nobody has imported."""
    first, *rest = dotted.split(".")
    found, name = importlib.import_module(first), first
    for part in rest:
        name = f"{name}.{part}"
        found = getattr(found, part) if hasattr(found, part) else importlib.import_module(name)
    return found


def glossary_rows() -> list[list[str]]:
    """Return the rows of the tables of terms, cell by cell; other tables of the page have other heads."""
    tables = re.split(r"\n\n+", (ROOT / "docs" / "glossary.md").read_text())
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for table in tables
        if table.startswith("| English |")
        for line in table.splitlines()[2:]
    ]


def test_each_page_has_the_five_headings_in_order():
    wrong = {
        page.name: found
        for page in PAGES
        if (found := re.findall(r"^## (.+)$", page.read_text(), re.MULTILINE)) != HEADINGS
    }

    assert wrong == {}


def test_no_part_of_a_page_is_empty():
    empty = [
        f"{page.name}: {heading}"
        for page in PAGES
        for heading, body in re.findall(r"^## (.+)\n([^#]*)", page.read_text(), re.MULTILINE)
        if not body.strip()
    ]

    assert empty == []


def test_each_page_is_named_by_its_number_and_title():
    names = {}
    for page in PAGES:
        match = re.fullmatch(r"# (\d{4})\. (.+)", first_line(page))
        assert match, page.name
        names[page.name] = f"{match[1]}-{slug(match[2])}.md"

    assert {name for name, expected in names.items() if name != expected} == set()
    assert len({name[:4] for name in names}) == len(PAGES)


def test_readme_lists_each_page_once_with_its_title():
    listed = re.findall(r"^- \[(\d{4})\]\((\S+)\) (.+)$", (DECISIONS / "README.md").read_text(), re.MULTILINE)

    assert sorted((name, f"# {number}. {title}") for number, name, title in listed) == [
        (page.name, first_line(page)) for page in PAGES
    ]


def test_a_merged_number_leads_to_a_page_and_is_not_used_again():
    numbers = {page.name[:4] for page in PAGES}
    merged = MERGED.findall((DECISIONS / "README.md").read_text())

    assert merged
    assert {old for old, _new in merged} & numbers == set()
    assert {new for _old, new in merged} <= numbers


def test_each_reference_to_a_decision_leads_to_a_page():
    numbers, names = {page.name[:4] for page in PAGES}, {page.name for page in PAGES}
    dangling = []
    for path in files_that_may_refer():
        text = path.read_text(errors="replace")
        is_document = path.suffix == ".md"
        for number, bare, name in REFERENCE.findall(text):
            if (
                (number and number not in numbers)
                or (bare and is_document and bare not in numbers)
                or (name and name not in names)
            ):
                dangling.append(f"{path.relative_to(ROOT)}: {number or bare or name}")

    assert dangling == []


def test_each_link_between_documents_leads_to_a_file():
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in files_that_may_refer()
        if path.suffix == ".md"
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text())
        if "://" not in target and not (path.parent / target).exists()
    ]

    assert broken == []


def test_the_glossary_names_only_what_exists():
    missing = []
    for row in glossary_rows():
        for dotted in re.findall(r"`([^`]+)`", row[-1]):
            try:
                resolve(dotted)
            except (ImportError, AttributeError):
                missing.append(f"{row[0]}: {dotted}")

    assert missing == []


def test_the_glossary_gives_each_term_once_in_four_languages_with_a_holder():
    rows = glossary_rows()

    assert len(rows) > 50
    assert [row for row in rows if len(row) != 6 or not all(row)] == []
    assert len({row[0] for row in rows}) == len(rows)
    assert [row[0] for row in rows if not re.search(r"[؀-ۿ]", row[1]) or not re.search(r"[؀-ۿ]", row[2])] == []


def test_each_file_of_code_that_a_document_names_exists():
    named = re.compile(
        r"`((?:core|accounts|inventory|carts|orders|omnistore|tests|docs)/[\w/.-]+\.(?:py|js|css|html|md))`"
    )
    documents = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    missing = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in documents
        for name in named.findall(path.read_text())
        if not (ROOT / name).exists()
    ]

    assert missing == []


def test_no_file_was_left_half_merged():
    marks = re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)
    left = [str(path.relative_to(ROOT)) for path in files_that_may_refer() if marks.search(path.read_text())]

    assert left == []
