"""Names that would do something in a page, and what a page shows of them."""

from __future__ import annotations

from html.parser import HTMLParser

HOSTILE = [
    "<script>alert(1)</script>",
    "{{7*7}}",
    "{% raw %}",
    "</style><img src=x onerror=alert(2)>",
    "\" onload='alert(3)",
    "]]>--><!--",
    "&lt;b&gt;",
    "年龄 \x00\u202e",
]


class Seen(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.text = [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data):
        self.text.append(data)

    def values(self, name):
        return [value for _, at, value in self.attributes if at == name]
