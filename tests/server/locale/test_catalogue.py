"""The English catalogue has every sentence of the server, whole, with the same placeholders and markup, and nothing else."""

import re

import pytest
from babel.messages import pofile
from babel.messages.catalog import Catalog, Message

from sentences_for_tests import SERVER, Sentence, sentences_in, server_sentences

CATALOGUE = SERVER / "locale" / "en" / "LC_MESSAGES" / "django.po"

# What must come through a translation untouched: %(name)s, a doubled percent sign, {word}, a tag with its attributes.
KEPT = re.compile(r"%\([a-z_]+\)s|%%|\{[^{}]*\}|<[^<>]*>")
PERSIAN = re.compile(r"[\u0600-\u06ff\u200c]")


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return pofile.read_po(file, locale="en", abort_invalid=True)


@pytest.fixture(scope="module")
def sentences() -> dict[Sentence, str]:
    return server_sentences()


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def asked(message: Message) -> Sentence:
    return Sentence(message.id if isinstance(message.id, tuple) else (message.id,), message.context)


def answers(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def test_what_is_said_is_in_the_catalogue_and_the_other_way_round(catalogue: Catalog, sentences: dict[Sentence, str]) -> None:
    kept = {asked(message) for message in messages(catalogue)}
    missing = {place: sentence.words[0] for sentence, place in sentences.items() if sentence not in kept}
    assert missing == {}
    assert kept - sentences.keys() == set()


def test_everything_is_translated(catalogue: Catalog) -> None:
    untranslated = [asked(m).words[0] for m in messages(catalogue) if not all(answers(m)) or len(answers(m)) != len(asked(m).words)]
    assert untranslated == []


def test_no_translation_is_a_guess_and_none_is_left_over(catalogue: Catalog) -> None:
    assert [asked(message).words[0] for message in messages(catalogue) if message.fuzzy] == []
    assert list(catalogue.obsolete) == []


def test_placeholders_and_markup_come_through(catalogue: Catalog) -> None:
    changed = {
        source: answer
        for message in messages(catalogue)
        for source, answer in zip(asked(message).words, answers(message), strict=True)
        if sorted(KEPT.findall(source)) != sorted(KEPT.findall(answer))
    }
    assert changed == {}


def test_a_sentence_begins_and_ends_with_the_same_white_space(catalogue: Catalog) -> None:
    def edges(text: str) -> tuple[str, str]:
        return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]

    changed = [asked(m).words[0] for m in messages(catalogue) for answer in answers(m) if edges(asked(m).words[0]) != edges(answer)]
    assert changed == []


def test_the_english_is_english(catalogue: Catalog) -> None:
    """No Persian letter or digit is left in it, and it keeps to the voice: no exclamation mark."""
    words = [answer for message in messages(catalogue) for answer in answers(message)]
    assert [text for text in words if PERSIAN.search(text) or "!" in text] == []


def test_the_head_names_the_language_and_no_person(catalogue: Catalog) -> None:
    with CATALOGUE.open(encoding="utf-8") as file:
        lines = [line.strip().strip('"').removesuffix("\\n") for line in iter(file.readline, "\n")]
    head = dict(line.split(": ", 1) for line in lines if not line.startswith("#") and ": " in line)
    del head["POT-Creation-Date"]
    assert head == {
        "Project-Id-Version": "sandogh",
        "Report-Msgid-Bugs-To": "",
        "Language": "en",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }


# ---- how the sources are read


def test_every_way_of_saying_something_is_read() -> None:
    source = '_("a")\ngettext_lazy("b" "c")\nngettext("d", "e", n)\npgettext("where", "f")\nnpgettext("where", "g", "h", n)\nprint("no")\n'
    assert list(sentences_in(source)) == [
        (1, Sentence(("a",))),
        (2, Sentence(("bc",))),
        (3, Sentence(("d", "e"))),
        (4, Sentence(("f",), "where")),
        (5, Sentence(("g", "h"), "where")),
    ]


def test_a_computed_sentence_is_refused() -> None:
    with pytest.raises(ValueError, match=r"line 2: _\(\) of words that are not written out"):
        list(sentences_in('_("a")\n_(text)\n'))
