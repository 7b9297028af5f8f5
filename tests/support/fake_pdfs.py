"""PDFs by hand, so that each may be as odd as a test wants it."""

from __future__ import annotations


def pdf(*contents: bytes, kids: str = "", stream: str = "") -> bytes:
    """A PDF with a page for each content stream. `kids` replaces the page tree; `stream` is in each stream's head."""
    numbers = [4 + 2 * i for i in range(len(contents))]
    tree = kids or " ".join(f"{number} 0 R" for number in numbers)
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{tree}] /Count {len(contents)} >>".encode(),
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    }
    for number, content in zip(numbers, contents, strict=True):
        objects[number] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {number + 1} 0 R"
            " /Resources << /Font << /F 3 0 R >> >> >>"
        ).encode()
        objects[number + 1] = f"<< /Length {len(content)} {stream} >>\nstream\n".encode() + content + b"\nendstream"
    body, places = b"%PDF-1.4\n", []
    for number in sorted(objects):
        places.append(len(body))
        body += f"{number} 0 obj\n".encode() + objects[number] + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(places) + 1
    trailer = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\n"
    return body + f"{trailer}startxref\n{len(body)}\n%%EOF\n".encode()


def lines(*texts: str) -> bytes:
    shown = " T* ".join(f"({text}) Tj" for text in texts)
    return f"BT /F 12 Tf 14 TL 50 700 Td {shown} ET".encode("cp1252")
