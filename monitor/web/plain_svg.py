"""A drawn SVG without inline styles, in light or dark colors. Pure.

The page forbids inline styles, also in an SVG that is opened on its own. So each property of a
`style` attribute becomes an attribute of its own. matplotlib's one rule for all elements becomes
attributes of each shape that does not say otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final
from xml.etree.ElementTree import Element, fromstring, register_namespace, tostring

_SVG: Final = "http://www.w3.org/2000/svg"
_NAMESPACES: Final = {
    "": _SVG,
    "xlink": "http://www.w3.org/1999/xlink",
    "dc": "http://purl.org/dc/elements/1.1/",
    "cc": "http://creativecommons.org/ns#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}
_STYLE: Final = f"{{{_SVG}}}style"
# what a rule for all elements shows on
_SHAPES: Final = frozenset(
    f"{{{_SVG}}}{name}" for name in ("path", "use", "rect", "circle", "line", "polygon", "polyline")
)
_RULE: Final = re.compile(r"\s*\*\s*\{([^{}]*)\}\s*")
_PAINTS: Final = ("fill", "stroke")


def plain_svg(drawn: bytes, colors: Mapping[str, str] | None = None) -> bytes:
    """Return the picture without inline styles. `colors` replaces colors, such as `#ffffff`.

    Raise ValueError for a style sheet other than matplotlib's.
    """
    for prefix, uri in _NAMESPACES.items():
        register_namespace(prefix, uri)
    root = fromstring(drawn)  # noqa: S314  # our own drawing
    common = dict(_take_rules(root))
    for element in root.iter():
        _make_plain(element, common if element.tag in _SHAPES else {})
        if colors:
            _recolor(element, colors)
    picture: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return picture


def _take_rules(root: Element) -> Iterator[tuple[str, str]]:
    """Remove the style sheets. Yield what they say of all elements."""
    for parent in list(root.iter()):
        for sheet in parent.findall(_STYLE):
            found = _RULE.fullmatch(sheet.text or "")
            if found is None:
                raise ValueError(f"unexpected style sheet: {sheet.text}")
            yield from _properties(found[1])
            parent.remove(sheet)


def _make_plain(element: Element, common: Mapping[str, str]) -> None:
    own = dict(_properties(element.attrib.pop("style", "")))
    for name, value in {**common, **own}.items():
        element.set(name, value)


def _properties(style: str) -> Iterator[tuple[str, str]]:
    """Yield the names and values of `fill: #ffffff; stroke-width: 0.8`."""
    for part in style.split(";"):
        name, colon, value = part.partition(":")
        if colon:
            yield name.strip(), value.strip()


def _recolor(element: Element, colors: Mapping[str, str]) -> None:
    for name in _PAINTS:
        paint = element.get(name)
        if paint is not None:
            element.set(name, colors.get(paint, paint))
