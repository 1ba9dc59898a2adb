"""Layouts that try to read files, to reach the network, to run something or to wear the printer out.

``{secret}`` is the path of a file whose content, :data:`CANARY`, must be in no document; ``{server}`` an address that
nobody may ask. As HTML they are the body of a page; as style sheets its ``<style>``.
"""

from __future__ import annotations

import base64
import zlib

CANARY = "CANARI-9c1e"


def page(body: str = "<p class=x>texte</p>", style: str = "", **names: str) -> str:
    """A whole layout; ``names`` are what stands between single braces."""
    for name, value in names.items():
        body, style = body.replace(f"{{{name}}}", value), style.replace(f"{{{name}}}", value)
    return f"<html><head><style>{style}</style></head><body>{body}</body></html>"


def _png(width: int, height: int) -> str:
    """A picture of so many pixels in a few bytes, as an address."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return len(data).to_bytes(4, "big") + kind + data + crc.to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"
    data = zlib.compress(bytes(1_000_000), 9)
    picture = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(picture).decode()


SVG = base64.b64encode(
    b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
    b'<image xlink:href="file:///etc/passwd" width="9" height="9"/></svg>'
).decode()

BODIES = {
    # --- Files
    "picture of a file": '<img src="{secret}.png">',
    "picture of a file, as an address": '<img src="file://{secret}.png">',
    "picture of a file, host": '<img src="file://localhost{secret}.png">',
    "picture of a text": '<img src="{secret}.txt">',
    "picture up the folders": '<img src="../../../../../../../../../..{secret}.png">',
    "picture with escapes": '<img src="%2e%2e/%2e%2e/%2e%2e/etc/passwd">',
    "picture with backslashes": '<img src="..\\..\\..\\front.py">',
    "picture with NUL": '<img src="DejaVuSansCondensed.ttf\0.png">',
    "a font as a picture": '<img src="DejaVuSansCondensed.ttf">',
    "a PDF put in": '<pdf:insertpdf src="{secret}.pdf">',
    "a PDF put in, as data": '<pdf:insertpdf src="data:application/pdf;base64,JVBERi0xLjQK">',
    "a font by tag": '<pdf:font name="X" src="{secret}.ttf"><p style="font-family: X">x</p>',
    "a link to a style sheet": '<link rel="stylesheet" href="{secret}.css"><p>x</p>',
    "a template with a background": '<pdf:template name="t" background="{secret}.pdf">x</pdf:template>',
    "SVG that reads a file": f'<img src="data:image/svg+xml;base64,{SVG}">',
    "an object": '<object data="{secret}.txt" type="text/plain"></object>',
    "an embed": '<embed src="{secret}.txt">',
    "an iframe": '<iframe src="file://{secret}.txt"></iframe>',
    "an include": '<!--#include file="{secret}.txt" -->',
    "an entity": '<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}.txt">]><p>&e;</p>',
    "XInclude": '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{secret}.txt" parse="text"/>',
    "a base": '<base href="file://{folder}/"><img src="secret.png">',
    "a signature": '<pdf:signature src="{secret}.pem">x</pdf:signature>',
    "an attachment": '<a href="embedded:{secret}.txt">x</a>',
    # --- The network
    "picture of the network": '<img src="{server}/x.png">',
    "picture of the network, no scheme": '<img src="//{host}/x.png">',
    "picture by another scheme": '<img src="ftp://{host}/x.png">',
    "picture by gopher": '<img src="gopher://{host}/x">',
    "picture in capitals": '<IMG SRC="HTTP://{host}/x.png">',
    "picture with blanks": '<img src=" {server}/x.png">',
    "picture set": '<img srcset="{server}/x.png 2x" src="{server}/y.png">',
    "a style sheet": '<link rel="stylesheet" href="{server}/x.css"><p>x</p>',
    "a form that is sent": '<form action="{server}/"><input name="a" value="b" type="text"></form>',
    "refresh": '<meta http-equiv="refresh" content="0; url={server}/"><p>x</p>',
    "a template of the network": '<pdf:template name="t" background="{server}/x.pdf">x</pdf:template>',
    # --- Code
    "a script": "<script>alert(1)</script><p>x</p>",
    "a colour that is code": "<p><font color=\"[[[getattr(pow, '__globals__')]]] and 'red'\">x</font></p>",
    "a colour that is code, in style": "<p style=\"color: [__import__('os').system('id')]\">x</p>",
    "a background that is code": "<p style=\"background-color: toColor(__import__('os'))\">x</p>",
    "a border that is code": '<table border="__import__(\'os\')" bordercolor="eval(1)"><tr><td>x</td></tr></table>',
    "a link that is code": '<a href="javascript:app.alert(1)">x</a>',
    "a link that starts a programme": '<a href="file:///bin/sh">x</a>',
    "a canvas": '<canvas type="graph">{"type": "__import__", "data": [1]}</canvas>',
    "a canvas of nonsense": '<canvas type="bar">[[[[[[</canvas>',
    "a barcode of nonsense": '<pdf:barcode value="x" type="__class__" humanreadable="1">',
    "a barcode of figures": '<pdf:barcode value="{long}" type="code128" barwidth="1e9">',
    "paragraph markup": '<p>&lt;font color="red"&gt;x&lt;/font&gt; &lt;img src="{secret}.png"/&gt;</p>',
    # --- Wear
    "a bomb of pixels": f'<img src="{_png(50_000, 50_000)}">',
    "a bomb of pixels under the limit": f'<img src="{_png(4_900, 4_900)}">' * 40,
    "300 levels": "<div>" * 300 + "x",
    "tables in tables": "<table><tr><td>" * 40 + "x" + "</td></tr></table>" * 40,
    "a word of 200,000 letters": f"<p>{'x' * 200_000}</p>",
    "200,000 spaces": f"<p>x{' ' * 200_000}y</p>",
    "a list that nests": "<ul><li>" * 150 + "x",
    "tables of contents": "<pdf:toc>" * 500 + "<h1>x</h1>" * 500,
    "a spacer": '<pdf:spacer height="100000000">' * 100,
    "a picture a mile wide": '<img width="100000000" height="100000000" src="{picture}">',
    "unclosed": "<p <b <i <table <tr <td " * 2_000,
    "an unclosed comment": "<!-- " * 20_000,
    "marks of direction": "<p>" + "\u202e\u2066\u2069\u200f" * 5_000 + "x</p>",
    "controls": "<p>" + "".join(map(chr, [*range(1, 9), *range(14, 32), 127, 0x85, 0xFFFE, 0x10FFFF])) + "</p>",
    "letters far away": "<p>\U0001f600漢字العربية</p>",
}

STYLES = {
    "import of the network": '@import url("{server}/x.css");',
    "import of a file": '@import "{secret}.css";',
    "import of itself": '@import "layout.html";',
    "font of a file": '@font-face { font-family: X; src: url("{secret}.ttf"); } p { font-family: X; }',
    "font of the network": "@font-face { font-family: X; src: url({server}/x.ttf); } p { font-family: X; }",
    "font of data": "@font-face { font-family: X; src: url(data:font/ttf;base64,AAEAAAAA); } p { font-family: X; }",
    "background of a file": 'p { background-image: url("{secret}.png"); }',
    "background of a page": '@page { background-image: url("{secret}.pdf"); @frame a { left: 1cm; } }',
    "background object": '@page { -pdf-background: url("{secret}.pdf"); background-object-position: 0 0; }',
    "list of pictures": 'li { list-style-image: url("{server}/x.png"); }',
    "a rule that is code": "p { width: expression(alert(1)); behavior: url({server}/x.htc); }",
    "a colour that is code": "p { color: [__import__('os').system('id')]; }",
    "a colour from a name": "p { color: toColor(__class__); background: rl_config; }",
    "a watermark": '@page { -pdf-watermark: url("{secret}.png"); }',
    "content": 'p:before { content: attr(class) url("{secret}.txt"); }',
    "letters a mile high": "p { font-size: 100000pt; }",
    "a margin a mile wide": "p { margin: 100000cm; padding: 1e9mm; }",
    "no width": "@page { size: 0 0; }",
    "a sheet a mile wide": "@page { size: 1000000cm 1000000cm; }",
    "frames of nothing": "@page { @frame a { left: 50cm; width: 0; height: 0; } }",
    "a selector of 20,000 parts": "p " * 20_000 + "{ color: red; }",
    "unclosed": "p { color: red; " * 5_000,
    "escapes": "p { color: \\72 \\65 \\64; background: u\\72l({secret}.png); }",
    "a string that never ends": "p { font-family: '" + "\\" * 50_000,
}

#: What the printer alone does not end in time, or only with more memory than a server has to spare: for a process of
#: its own, whose clock ends it.
ENDLESS_BODIES = {
    "5,000 levels": "<b>" * 5_000 + "x",
    "20,000 paragraphs": "<p>x</p>" * 20_000,
    "a table of 4,000 rows": "<table>" + "<tr><td>x</td></tr>" * 4_000 + "</table>",
    "a table of 3,000 columns": "<table><tr>" + "<td>x</td>" * 3_000 + "</tr></table>",
    "a cell over a million": '<table><tr><td colspan="1000000" rowspan="1000000">x</td></tr></table>',
    "a million entities": f"<p>{'&#120;' * 150_000}</p>",
    "100,000 attributes": "<p " + " ".join(f"a{number}='1'" for number in range(20_000)) + ">x</p>",
    "pages": "<pdf:nextpage>" * 5_000 + "x",
}
ENDLESS_STYLES = {
    "50,000 rules": "p { color: red; }\n" * 20_000,
    "deep selectors": ", ".join(["div > p:first-child ~ p + p"] * 3_000) + " { color: red; }",
    "unclosed comment": "/* " * 30_000,
}
