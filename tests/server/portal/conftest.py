"""Pages as a browser without scripts sees them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from django.http import HttpResponseBase
from django.test import Client

from elections_for_tests import Device

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "path", "circle"}


@dataclass
class Element:
    name: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Markup:
    """A page's elements in order, each with the text inside it, and the whole text; scripts and styles are not text."""

    source: str
    elements: list[Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(self.elements[0].text.split())

    def all(self, name: str, /, **attributes: str) -> list[Element]:
        wanted = {key.replace("_", "-"): value for key, value in attributes.items()}
        return [e for e in self.elements if e.name == name and all(e.attributes.get(key) == value for key, value in wanted.items())]

    def one(self, name: str, /, **attributes: str) -> Element:
        (found,) = self.all(name, **attributes)
        return found

    def words(self, name: str, /, **attributes: str) -> list[str]:
        return [" ".join(element.text.split()) for element in self.all(name, **attributes)]

    def facts(self) -> dict[str, str]:
        """The page's definition lists as one dictionary."""
        return dict(zip(self.words("dt"), self.words("dd"), strict=True))


class Reader(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__()
        self.page = Markup(source, [Element("page", {})])
        self.open = [self.page.elements[0]]
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.page.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        closed = self.open.pop()
        assert closed.name == tag, f"</{tag}> closes <{closed.name}>"

    def handle_data(self, data: str) -> None:
        for element in self.open:
            if self.open[-1].name not in {"script", "style"} or element is self.open[-1]:
                element.text += data


@pytest.fixture
def read() -> Callable[[HttpResponseBase], Markup]:
    """The page of an answer. Every tag that is opened must be closed, in order."""

    def reader(response: HttpResponseBase) -> Markup:
        markup = Reader(response.content.decode())  # type: ignore[attr-defined]
        assert [element.name for element in markup.open] == ["page"]
        return markup.page

    return reader


@pytest.fixture
def browser() -> Callable[..., Client]:
    """A browser, with the cookie of a device that has logged in if one is given."""

    def make(device: Device | None = None, **kwargs: object) -> Client:
        client = Client(**kwargs)  # type: ignore[arg-type]
        if device is not None:
            client.cookies["sandogh_session"] = device.token
        return client

    return make
