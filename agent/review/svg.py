"""Figures as SVG that takes its colours from the page, so that the same picture reads in light and in dark."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import matplotlib as mpl
from matplotlib.figure import Figure

INKS = {
    name: f"#0000{number:02x}"
    for number, name in enumerate(
        ("ink", "soft", "line", "band", "improved", "worse", "same", "inconclusive", "failed"), start=1
    )
}
"""What figures are drawn with: stand-ins, each for the colour of that name in `report.css`."""

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_COLOUR_OF = {colour: f"var(--{name})" for name, colour in INKS.items()}


def to_svg(figure: Figure, title: str) -> str:
    """A figure as an `svg` element: the same figure, the same text."""
    buffer = BytesIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "echolocate"}):
        metadata = {"Date": None, "Creator": None, "Format": None, "Type": None}
        figure.savefig(buffer, format="svg", metadata=metadata, transparent=True)
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", _XLINK)
    root = ET.fromstring(buffer.getvalue())
    _strip(root)
    for element in root.iter():
        _unstyle(element)
    root.set("role", "img")
    root.set("aria-label", title)
    return ET.tostring(root, encoding="unicode")


def standalone(svg: str) -> str:
    """The same picture as a file of its own, with the colours in it."""
    css = (Path(__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")
    light, dark = (match for match in re.findall(r":root \{([^}]*)\}", css)[:2])
    style = f":root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}text{{font-family:sans-serif}}"
    head, tail = svg.split(">", 1)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{head}><style>{style}</style>{tail}\n'


def _strip(root: ET.Element) -> None:
    """Leave out the metadata, and the style sheet that would reach the whole page."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in {f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"}:
                parent.remove(child)


def _unstyle(element: ET.Element) -> None:
    """Attributes instead of styles, which a strict content security policy does not allow."""
    for declaration in element.attrib.pop("style", "").split(";"):
        name, _, value = declaration.partition(":")
        if name.strip() and name.strip() != "font-family":
            element.set(name.strip(), _COLOUR_OF.get(value.strip(), value.strip()))
    if element.tag == f"{{{_SVG}}}text" and "fill" not in element.attrib:
        element.set("fill", "var(--ink)")
    if element.tag == f"{{{_SVG}}}g":
        element.attrib.pop("id", None)  # two figures on a page would share them
    element.attrib.pop("target", None)
