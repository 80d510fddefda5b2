"""What stands in the head of a page, as a browser would say, and nothing that a visitor could have written."""

import pytest

from registry.domain.page_head import head_metas

META = '<meta name="consent-registry" content="crp1-x">'
FOUND = (("consent-registry", "crp1-x"),)


@pytest.mark.parametrize(
    "page",
    [
        f"<!doctype html><html><head>{META}</head><body></body></html>",
        f"<title>A song</title>{META}",
        f"\ufeff \n<html lang=en><HEAD profile=x><link rel=x><script>var a = '<p>';</script>{META}",
        f"<head><style>p > a {{}}</style><!-- a comment --><base href=/>{META}<p>text",
        f"<head><!--[if lt IE 9]><script src=x></script><![endif]-->{META}",
        "<META CONTENT='crp1-x' NAME=Consent-Registry />",
        '<meta property="consent-registry" content=" crp1-x ">',
        '<meta name="consent-registry" content="crp1-x" content="other" name="other">',
        f"<noscript><style>x</style></noscript>{META}",
        f"{META}<head",
    ],
)
def test_a_meta_in_the_head_is_found(page: str) -> None:
    assert head_metas(page) == FOUND


@pytest.mark.parametrize(
    "page",
    [
        f"<head></head>{META}",
        f"<body>{META}",
        f"<head><p>a comment by a visitor</p>{META}</head>",
        f"<head>text{META}</head>",
        f"</html>{META}",
        f"<br>{META}",
        f"<div>{META}</div>",
        f"<!-- {META} -->",
        f"<!-- a visitor: -- >{META} -->",
        f"<!-- a visitor: --!>{META} -->",
        f"<!-->{META}",
        f"<script>{META}</script>",
        f"<script>'{META}'",
        f"<style>{META}</style>",
        f"<title>{META}</title>",
        f"<title>{META}",
        f"<noscript>{META}</noscript>",
        f"<template>{META}</template>",
        f"<template><template></template>{META}</template>",
        f"<svg>{META}</svg>",
        f"<![CDATA[ ]]>{META}",
        f"<textarea>{META}</textarea>",
        f"&lt;b&gt;{META}",
        META.replace("<", "&lt;"),
        META[:-1],
        '<meta name="consent-registry">',
        '<meta itemprop="consent-registry" content="crp1-x">',
        '<link name="consent-registry" content="crp1-x">',
    ],
)
def test_what_is_quoted_hidden_or_elsewhere_is_not(page: str) -> None:
    assert ("consent-registry", "crp1-x") not in head_metas(page)


def test_all_metas_are_given_in_order_also_those_of_one_name() -> None:
    page = '<meta name=a content=1><meta name=b content=2><meta name=a content="3 &amp; 4">'
    assert head_metas(page) == (("a", "1"), ("b", "2"), ("a", "3 & 4"))


def test_a_page_that_is_cut_anywhere_never_gives_what_the_whole_does_not() -> None:
    page = f"<head><title>x</title><script>{META}</script>{META}</head><body>{META}"
    whole = head_metas(page)
    assert all(set(head_metas(page[:n])) <= set(whole) for n in range(len(page)))
