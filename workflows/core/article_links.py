"""From the basis of a rule to the article's words on 条款对照."""

from __future__ import annotations

from django.urls import reverse

from registry.articles import UnknownArticle, references


def article_url(basis: str) -> str:
    """The address of the first article a basis names; "" when it names none of the county's rules."""
    try:
        codes = references(basis)
    except UnknownArticle:
        return ""
    return f"{reverse('articles')}#{codes[0]}" if codes else ""
