"""Packages made to do harm are refused in words, in time, and without growing this process."""

from __future__ import annotations

import gzip
import io
import resource
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import pypdf
import pytest

from copilot.domain import Document, Failure
from ingest.detect import choose, find_files
from ingest.loaders.protocol import LoadOptions
from ingest.sandbox import Refused, Sandbox, SandboxLimits

REFUSAL_S = 5.0  # the promise of the threat model; the child's own limit is below it
GROWTH_KB = 50_000


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    box = Sandbox()
    yield box
    box.close()


def read(path: Path, sandbox: Sandbox) -> list[object]:
    options = LoadOptions(sandbox=sandbox, roots=(path.parent,))
    loader = choose(path, options=options)
    return [loader] if isinstance(loader, Failure) else list(loader.load(path, options))


def pdf(objects: list[str]) -> bytes:
    """A PDF from the text of its objects, with a true cross-reference table."""
    out, places = io.BytesIO(b""), []
    out.write(b"%PDF-1.4\n")
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1"))
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.writelines(f"{place:010d} 00000 n \n".encode() for place in places)
    out.write(f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n".encode())
    return out.getvalue() + b"%%EOF"


def page_pdf(text: str) -> bytes:
    drawn = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET"
    return pdf(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            (
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
                "/Resources << /Font << /F1 5 0 R >> >> >>"
            ),
            f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ]
    )


def xref_loop(path: Path) -> None:
    body = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    start = len(body)
    table = b"xref\n0 1\n0000000000 65535 f \ntrailer << /Size 3 /Root 1 0 R /Prev %d >>\n" % start
    path.write_bytes(body + table + b"startxref\n%d\n%%%%EOF" % start)


def page_tree_loop(path: Path) -> None:
    tree = "<< /Type /Pages /Kids [2 0 R] /Count 9 >>"
    path.write_bytes(pdf(["<< /Type /Catalog /Pages 2 0 R >>", tree]))


def deep_page_tree(path: Path) -> None:
    depth = 20_000
    nodes = [f"<< /Type /Pages /Kids [{n + 3} 0 R] /Count 1 >>" for n in range(depth)]
    leaf = "<< /Type /Page /MediaBox [0 0 9 9] >>"
    path.write_bytes(pdf(["<< /Type /Catalog /Pages 2 0 R >>", *nodes, leaf]))


def mapping(values: dict[str, object]) -> pypdf.generic.DictionaryObject:
    named = {pypdf.generic.NameObject(key): value for key, value in values.items()}
    return pypdf.generic.DictionaryObject(named)


def drawing(path: Path, operators: bytes) -> None:
    """A page whose content stream is `operators`."""
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(100, 100)
    name = pypdf.generic.NameObject
    content = pypdf.generic.DecodedStreamObject()
    content.set_data(operators)
    page[name("/Contents")] = writer._add_object(content.flate_encode())
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    font = mapping({key: name(value) for key, value in font.items()})
    page[name("/Resources")] = mapping({name("/Font"): mapping({name("/F1"): font})})
    with path.open("wb") as file:
        writer.write(file)


def stream_bomb(path: Path) -> None:
    drawing(path, b"BT (x) Tj ET\n" * 20_000_000)


def slow_page(path: Path) -> None:
    drawing(path, b"BT /F1 1 Tf 1 0 0 1 5 5 Tm (x) Tj ET\n" * 900_000)


def no_pdf(path: Path) -> None:
    path.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 40)


def with_document_xml(path: Path, xml: bytes, extra: dict[str, bytes] | None = None) -> None:
    good = io.BytesIO()
    docx.Document().save(good)
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(
                info.filename, xml if info.filename == "word/document.xml" else old.read(info)
            )
        for name, data in (extra or {}).items():
            new.writestr(name, data)


def docx_bomb(path: Path) -> None:
    with_document_xml(path, b"<w>" + b"a" * 150_000_000 + b"</w>")


def docx_laughs(path: Path) -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    xml = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "ha">{entities}]><d>&l9;</d>'
    with_document_xml(path, xml.encode())


def docx_hidden_laughs(path: Path) -> None:
    xml = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE d [<!ENTITY a "b">]><d>&a;</d>'
    with_document_xml(path, xml.encode("utf-16"))


def docx_outside_file(path: Path) -> None:
    xml = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'
    with_document_xml(path, xml.encode())


def docx_slip(path: Path) -> None:
    with_document_xml(path, b"<w/>", {"../../etc/cron.d/x": b"* * * * *"})


def docx_many_entries(path: Path) -> None:
    with_document_xml(path, b"<w/>", {f"word/x{n}.bin": b"" for n in range(12_000)})


def docx_deep(path: Path) -> None:
    opened = "".join(f"<w a{n * 2654435761 % 1_000_003}='{n}'>" for n in range(100_000))
    with_document_xml(path, opened.encode() + b"</w>" * 100_000)


def no_package(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04 this is no package")


BOMBS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "xref loop": ("a.pdf", xref_loop),
    "page tree in a circle": ("a.pdf", page_tree_loop),
    "deep page tree": ("a.pdf", deep_page_tree),
    "stream of 260 MB": ("a.pdf", stream_bomb),
    "page that takes a minute": ("a.pdf", slow_page),
    "not a PDF": ("a.pdf", no_pdf),
    "docx that unpacks 1:1000": ("a.docx", docx_bomb),
    "billion laughs": ("a.docx", docx_laughs),
    "entities in UTF-16": ("a.docx", docx_hidden_laughs),
    "entity that reads a file": ("a.docx", docx_outside_file),
    "zip slip": ("a.docx", docx_slip),
    "12,000 entries": ("a.docx", docx_many_entries),
    "elements nested 200,000 deep": ("a.docx", docx_deep),
    "not a package": ("a.docx", no_package),
}


@pytest.mark.parametrize("name", BOMBS)
def test_hostile_package_is_refused_in_time_and_in_bounded_memory(
    name: str, tmp_path: Path, sandbox: Sandbox
) -> None:
    file, make = BOMBS[name]
    path = tmp_path / file
    make(path)
    before = resident_kb()
    started = time.monotonic()
    found = read(path, sandbox)
    assert time.monotonic() - started < REFUSAL_S + 1.5  # slack of a busy machine
    assert resident_kb() - before < GROWTH_KB
    assert [type(one) for one in found] == [Failure]
    assert "Traceback" not in found[0].reason
    assert len(found[0].reason) > 10


def resident_kb() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 1024


def test_good_pdf_and_docx_come_in_beside_the_hostile_ones(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    xref_loop(tmp_path / "1-bad.pdf")
    (tmp_path / "2-good.pdf").write_bytes(page_pdf("Refunds take five days."))
    docx_bomb(tmp_path / "3-bad.docx")
    document = docx.Document()
    document.add_heading("Warranty", level=1)
    document.add_paragraph("Two years.")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ("Part", "Years", "Motor", "5"), strict=True):
        cell.text = text
    document.save(str(tmp_path / "4-good.docx"))
    found = [one for path in find_files([tmp_path]) for one in read(path, sandbox)]
    assert [type(one) for one in found] == [Failure, Document, Failure, Document]
    assert "## Page 1" in found[1].text
    assert "Refunds take five days." in found[1].text
    assert found[3].title == "Warranty"
    assert "| Motor | 5 |" in found[3].text


def archive(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in entries.items():
            new.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ({"a/inner.zip": b"PK"}, "archive inside"),
        ({"a.json": b"\0" * 20_000_000}, "times its size"),
        ({"../up.json": b"{}"}, "outside"),
        ({"/etc/passwd": b"x"}, "outside"),
        ({"..\\up.json": b"x"}, "outside"),
        ({"C:/x.json": b"x"}, "outside"),
    ],
)
def test_archive_is_checked_before_anything_is_unpacked(
    entries: dict[str, bytes], reason: str, tmp_path: Path, sandbox: Sandbox
) -> None:
    with pytest.raises(Refused, match=reason):
        list(sandbox.parse("zip", archive(tmp_path / "a.zip", entries)))


def test_plain_archive_passes(tmp_path: Path, sandbox: Sandbox) -> None:
    path = archive(tmp_path / "a.zip", {"general/2026-01-01.json": b"[]", "users.json": b"[]"})
    names = [row["name"] for row in sandbox.parse("zip", path)]
    assert names == ["general/2026-01-01.json", "users.json"]


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    "<r><item><id>&b;</id></item></r>"
)


def test_xml_that_declares_entities_is_refused(tmp_path: Path, sandbox: Sandbox) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(LAUGHS)
    with pytest.raises(Refused):
        list(sandbox.parse("xml", path, record="item"))


def test_xml_nested_too_deeply_is_refused(tmp_path: Path, sandbox: Sandbox) -> None:
    path = tmp_path / "feed.xml"
    path.write_text("<r>" + "<a>" * 500 + "</a>" * 500 + "</r>")
    with pytest.raises(Refused, match="nested deeper"):
        list(sandbox.parse("xml", path, record="item"))


def test_plain_feed_passes(tmp_path: Path, sandbox: Sandbox) -> None:
    path = tmp_path / "feed.xml"
    path.write_text("<rss><channel><item><id>7</id></item><item><id>8</id></item></channel></rss>")
    rows = [row["record"]["id"] for row in sandbox.parse("xml", path, record="item")]
    assert rows == [["7"], ["8"]]


def test_child_that_hangs_is_ended_and_the_next_file_is_read(tmp_path: Path) -> None:
    box = Sandbox(SandboxLimits(wall_s=0.3))
    slow_page(tmp_path / "slow.pdf")
    (tmp_path / "good.pdf").write_bytes(page_pdf("Still here."))
    with pytest.raises(Refused, match=r"longer than 0.3 s"):
        list(box.parse("pdf", tmp_path / "slow.pdf"))
    box.limits = SandboxLimits()
    assert len(list(box.parse("pdf", tmp_path / "good.pdf"))) == 2
    box.close()


def test_output_of_a_package_is_capped(tmp_path: Path) -> None:
    box = Sandbox(SandboxLimits(output_bytes=10_000))
    document = docx.Document()
    document.add_paragraph("word " * 10_000)
    document.save(str(tmp_path / "long.docx"))
    with pytest.raises(Refused, match="larger than"):
        list(box.parse("docx", tmp_path / "long.docx"))
    box.close()


def test_link_out_of_the_folder_is_refused_and_a_circle_ends(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    (tmp_path / "secret.md").write_text("# Secret")
    (folder / "a.md").write_text("# A")
    (folder / ".hidden.md").write_text("# Hidden")
    (folder / "out.md").symlink_to(tmp_path / "secret.md")
    (folder / "round").symlink_to(folder)
    found = list(find_files([folder]))
    assert [one.name for one in found if isinstance(one, Path)] == ["a.md"]
    refused = {Path(one.path).name for one in found if isinstance(one, Failure)}
    assert refused == {"out.md", "round"}


def test_gzip_bomb_stops_at_its_ratio(tmp_path: Path, sandbox: Sandbox) -> None:
    path = tmp_path / "a.jsonl.gz"
    with gzip.open(path, "wb") as file:
        file.write(b'{"id":"1","title":"A","content":"Good."}\n')
        for _ in range(90):
            file.write(b"\0" * 1_000_000)
    before = resident_kb()
    found = read(path, sandbox)
    assert isinstance(found[0], Document)
    assert any("times its size" in one.reason for one in found[1:])
    assert resident_kb() - before < GROWTH_KB
