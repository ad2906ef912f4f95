#!/usr/bin/env python3
"""Check the documentation without building it.

Every relative link and every anchor in a Markdown file leads somewhere; every page of the book
is in SUMMARY.md and every entry there is a page. Links to other sites are not followed.
"""
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
BOOK = TOP / "docs"
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)|!\[[^\]]*\]\(([^)\s]+)\)")
ELSEWHERE = re.compile(r"^[a-z][a-z0-9+.-]*:")


def prose(path):
    """The text of a page without code, where brackets are not links."""
    text = re.sub(r"^(```|~~~).*?^\1", "", path.read_text(encoding="utf-8"), flags=re.S | re.M)
    return re.sub(r"`[^`\n]*`", "", text)


def anchors(path):
    found = set()
    for title in re.findall(r"^#+\s+(.*)$", re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.S | re.M),
                            flags=re.M):
        plain = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).lower())
        base = plain.strip().replace(" ", "-")
        name, number = base, 0
        while name in found:
            number += 1
            name = f"{base}-{number}"
        found.add(name)
    return found


def faults_of(page):
    for match in LINK.finditer(prose(page)):
        link = match.group(1) or match.group(2)
        if ELSEWHERE.match(link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists():
            yield f"{link} leads nowhere"
        elif TOP not in target.parents and target != TOP:
            yield f"{link} leads out of the repository"
        elif anchor and target.suffix == ".md" and anchor not in anchors(target):
            yield f"{link}: no such heading"


def pages():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "--", "*.md"], cwd=TOP, check=True,
                            capture_output=True, text=True).stdout
    return [TOP / name for name in listed.splitlines() if (TOP / name).exists()]


def main():
    found = pages()
    faults = [(page, fault) for page in found for fault in faults_of(page)]
    summary = BOOK / "SUMMARY.md"
    listed = re.findall(r"\]\(([^)]+\.md)\)", summary.read_text(encoding="utf-8"))
    faults += [(summary, f"{link} is listed twice") for link in sorted({l for l in listed if listed.count(l) > 1})]
    entries = {(BOOK / link).resolve() for link in listed}
    for page in sorted(found):
        if BOOK in page.parents and page != summary and page.resolve() not in entries:
            faults.append((page, "is not in SUMMARY.md"))
    for page, fault in faults:
        print(f"{page.relative_to(TOP)}: {fault}", file=sys.stderr)
    print(f"docs: {len(found)} pages, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
