"""The page that describes the API, made of its OpenAPI document. It loads nothing, from here or from elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

_CODE = re.compile(r"`([^`]+)`")


def page(document: Mapping[str, Any], style: str) -> str:
    """The whole page, HTML.

    Args:
        document: an OpenAPI document.
        style: its style sheet.
    """
    info = document["info"]
    shapes = document.get("components", {}).get("schemas", {})
    base = document["servers"][0]["url"]
    routes = "".join(
        _route(f"{base if 'servers' not in methods else ''}{path}", method, route)
        for path, methods in document["paths"].items()
        for method, route in methods.items()
        if method != "servers"
    )
    title = f"{escape(info['title'])} {escape(info['version'])}"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}: API</title>'
        f"<style>{style}</style></head><body><main><h1>{title}: API</h1>"
        f"{_prose(info.get('summary', ''))}{_prose(info.get('description', ''))}"
        f"<h2>Routes</h2>{routes}<h2>Shapes</h2>"
        f"{''.join(_shape(name, shape) for name, shape in sorted(shapes.items()))}</main></body></html>"
    )


def _route(path: str, method: str, route: Mapping[str, Any]) -> str:
    parameters = _table(
        ("name", "type", "default", "meaning"),
        (
            (
                f"<code>{escape(one['name'])}</code>{' *' if one.get('required') else ''}",
                _type(one["schema"]),
                _default(one["schema"]),
                _inline(one.get("description", "")),
            )
            for one in route.get("parameters", ())
        ),
    )
    body = "".join(
        f"<p>Body: {_type(content['schema'])}</p>"
        for content in route.get("requestBody", {}).get("content", {}).values()
    )
    responses = _table(
        ("status", "body", "meaning"),
        (
            (escape(status), _bodies(response.get("content", {})), _inline(response["description"]))
            for status, response in route["responses"].items()
        ),
    )
    return (
        f"<section><h3><code>{method.upper()} {escape(path)}</code></h3>"
        f"{_prose(route.get('description', ''))}{parameters}{body}{responses}</section>"
    )


def _bodies(content: Mapping[str, Any]) -> str:
    return "<br>".join(f"{_type(body['schema'])} <small>{escape(kind)}</small>" for kind, body in content.items())


def _shape(name: str, shape: Mapping[str, Any]) -> str:
    required = shape.get("required", ())
    fields = _table(
        ("field", "type", "default", "meaning"),
        (
            (
                f"<code>{escape(field)}</code>{' *' if field in required else ''}",
                _type(schema),
                _default(schema),
                _inline(schema.get("description", "")),
            )
            for field, schema in shape.get("properties", {}).items()
        ),
    )
    return (
        f'<section id="{escape(name, quote=True)}"><h3>{escape(name)}</h3>'
        f"{_prose(shape.get('description', ''))}{fields}</section>"
    )


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    return f'<div class="wide" tabindex="0"><table><tr>{head}</tr>{body}</table></div>' if body else ""


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2], quote=True)
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f"<code>{escape(json.dumps(one))}</code>" for one in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}" if "items" in schema else "list"
    told = escape(str(schema.get("format") or schema.get("type", "anything")))
    low, high = schema.get("minimum"), schema.get("maximum")
    return f"{told}, {low} to {high}" if low is not None and high is not None else told


def _default(schema: Mapping[str, Any]) -> str:
    return f"<code>{escape(json.dumps(schema['default']))}</code>" if "default" in schema else ""


def _prose(text: str) -> str:
    blocks = re.split(r"\n\s*\n", text.strip("\n"))
    return "".join(
        f"<pre>{escape(block)}</pre>" if block.startswith("    ") else f"<p>{_inline(block)}</p>"
        for block in blocks
        if block.strip()
    )


def _inline(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", escape(text))
