"""What a notification says, as data: read from a file today, so it can be edited by staff as well."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


class TemplateError(ValueError):
    """The data is not a template."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A translatable sentence with places for values. condition: the value without which it is left out."""

    text: str
    condition: str = ""


@dataclass(frozen=True, slots=True)
class BlockTemplate:
    """
    Facts under a heading.

    facts: label, and the value's name; a fact without a value is left out. each: the list of the context for each
    entry of which the block is repeated. rows: a list of labels and values, in place of facts.
    """

    heading: str
    facts: Sequence[tuple[str, str]]
    each: str
    rows: str


@dataclass(frozen=True, slots=True)
class Template:
    """
    One notification. text: the whole content in the length of a text message.

    paragraphs: each is one or several sentences. lines, totals: the names of lists of the context.
    """

    subject: str
    text: Sequence[Sentence]
    paragraphs: Sequence[Sequence[Sentence]]
    blocks: Sequence[BlockTemplate]
    lines: str
    totals: Sequence[str]


def parse_template(data: Mapping[str, Any]) -> Template:
    """Check the data of a template and return it. Raises TemplateError."""
    _allow(data, {"subject", "text", "paragraphs", "blocks", "lines", "totals"})
    for name in ("subject", "text", "paragraphs"):
        if not data.get(name):
            raise TemplateError(f"{name} is missing.")
    return Template(
        subject=data["subject"],
        text=_sentences(data["text"]),
        paragraphs=[_sentences(paragraph) for paragraph in data["paragraphs"]],
        blocks=[_block(block) for block in data.get("blocks", [])],
        lines=data.get("lines", ""),
        totals=data.get("totals", []),
    )


def texts_of(template: Template) -> Iterator[str]:
    """Yield every translatable text."""
    yield template.subject
    for sentences in (template.text, *template.paragraphs):
        yield from (sentence.text for sentence in sentences)
    for block in template.blocks:
        yield block.heading
        yield from (label for label, _value in block.facts)


def _sentences(data: Any) -> list[Sentence]:
    return [_sentence(sentence) for sentence in (data if isinstance(data, list) else [data])]


def _sentence(data: Any) -> Sentence:
    if isinstance(data, str):
        return Sentence(data)
    _allow(data, {"if", "say"})
    return Sentence(data["say"], data["if"])


def _block(data: Mapping[str, Any]) -> BlockTemplate:
    _allow(data, {"heading", "facts", "each", "rows"})
    return BlockTemplate(
        heading=data["heading"],
        facts=[(label, value) for label, value in data.get("facts", [])],
        each=data.get("each", ""),
        rows=data.get("rows", ""),
    )


def _allow(data: Mapping[str, Any], names: set[str]) -> None:
    unknown = sorted(set(data) - names)
    if unknown:
        raise TemplateError(f"Unknown: {', '.join(unknown)}.")
