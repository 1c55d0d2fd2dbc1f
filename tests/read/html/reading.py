"""A page as a browser's parser sees it: its elements, their attributes, and its text."""

from html.parser import HTMLParser


class Page(HTMLParser):
    """The elements of a page as (tag, attributes), and what text stands in its body."""

    def __init__(self, html):
        super().__init__()
        self.elements = []
        self._text = []
        self._inside = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag in {"style", "title"}:
            self._inside.append(tag)

    def handle_endtag(self, tag):
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data):
        if "style" not in self._inside:
            self._text.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self._text).split())

    @property
    def tags(self):
        return {tag for tag, _ in self.elements}

    def attributes(self, name):
        """Every value of an attribute."""
        return [attributes[name] for _, attributes in self.elements if name in attributes]
