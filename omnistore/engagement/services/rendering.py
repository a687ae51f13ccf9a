"""Putting a template and a context into words."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext

from omnistore.engagement.queries.subjects import Context
from omnistore.engagement.rules.content import Block, Content
from omnistore.engagement.rules.templates import BlockTemplate, Sentence, Template


def render(template: Template, context: Context) -> Content:
    """Put a notification into words, in the active language. Raises KeyError for a value that the context lacks."""
    return Content(
        subject=gettext(template.subject) % context,
        text=_joined(template.text, context),
        paragraphs=[text for text in (_joined(sentences, context) for sentences in template.paragraphs) if text],
        blocks=[block for described in template.blocks for block in _blocks(described, context)],
        lines=context[template.lines] if template.lines else [],
        totals=[row for name in template.totals for row in context[name]],
    )


def _joined(sentences: Sequence[Sentence], context: Context) -> str:
    said = [sentence for sentence in sentences if not sentence.condition or context[sentence.condition]]
    return " ".join(gettext(sentence.text) % context for sentence in said)


def _blocks(template: BlockTemplate, context: Context) -> Iterator[Block]:
    heading = gettext(template.heading)
    if template.rows:
        yield Block(heading, context[template.rows])
    for values in context[template.each] if template.each else [context]:
        facts = [(gettext(label), values[name]) for label, name in template.facts if values[name]]
        if facts:
            yield Block(heading, facts)
