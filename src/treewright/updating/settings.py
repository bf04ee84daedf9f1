"""Where strings and keys stand in a file of settings: TOML, INI, YAML and JSON.

What a string means depends on its key: `"kit"` is a module in `known-first-party`, and a folder in
`cache`. A file is taken apart only as far as that needs, and what cannot be read has no strings:
the file is then a text as any other. TOML is that of https://toml.io/en/v1.0.0.
"""

import re
from collections.abc import Callable, Generator, Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

Keys = tuple[str, ...]
LARGEST = 1_000_000  # characters of a file that a person has written

_TOKEN = re.compile(
    r"""
    (?P<string>
        \"{3} (?: [^"\\] | \\. | "{1,2}(?!") )* "{3,5}
      | '{3} (?: [^'] | '{1,2}(?!') )* '{3,5}
      | " (?: [^"\\\n] | \\. )* "
      | ' [^'\n]* '
    )
    | (?P<comment> \#[^\n]* | //[^\n]* | /\*.*?\*/ )
    | (?P<newline> \n )
    | (?P<space> [^\S\n]+ )
    | (?P<mark> [\[\]{},=:] )
    | (?P<bare> [^\s"'\#\[\]{},=:]+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_SECTION = re.compile(r"[ \t]*\[(.*?)\][ \t]*(?:[#;].*)?")
_OPTION = re.compile(r"([^\s=:#;\[][^=:]*?)([ \t]*[=:][ \t]*)(.*)", re.DOTALL)


class Scalar(NamedTuple):
    """A string or a key.

    Args:
        start: Where it begins, after an opening quote.
        end: Where it ends, before a closing quote.
        keys: The keys that lead to it; its own is the last of a key.
        quote: The quotes around it; empty where it has none.
        is_key: Whether it is a key, or a part of a header.

    """

    start: int
    end: int
    keys: Keys
    quote: str = ""
    is_key: bool = False


def scalars(text: str, path: str) -> list[Scalar]:
    """Give the strings and keys of a file, in their order.

    Args:
        text: What is in it.
        path: Its path, which tells how to read it.

    Returns:
        An empty list for a file of another kind, a large one, or one that cannot be read.

    """
    read = _reader(PurePosixPath(path).name)
    if read is None or len(text) > LARGEST:
        return []
    try:
        return sorted(read(text))
    except (ValueError, LookupError, RecursionError):
        return []


def _reader(name: str) -> Callable[[str], Iterator[Scalar]] | None:
    for ends, read in (
        ((".toml",), _toml),
        ((".cfg", ".ini", ".coveragerc", ".pylintrc", ".flake8", "entry_points.txt"), _ini),
        ((".yml", ".yaml", ".cff"), _yaml),
        ((".json", ".jsonc", ".json5"), _json),
    ):
        if name.endswith(ends):
            return read
    return None


def _string(token: re.Match[str], keys: Keys, *, is_key: bool = False) -> Scalar:
    """Give a token without its quotes."""
    quote = token[0][:3] if token[0][:3] in {'"""', "'''"} else token[0][:1]
    size = len(quote) if token.lastgroup == "string" else 0
    return Scalar(token.start() + size, token.end() - size, keys, quote if size else "", is_key)


def _toml(text: str) -> Iterator[Scalar]:
    """Yield those of TOML."""
    tokens = [
        token
        for token in _TOKEN.finditer(text)
        if token.lastgroup != "space" and not token[0].startswith(("//", "/*"))
    ]
    table: Keys = ()
    place = 0
    while place < len(tokens):
        if tokens[place].lastgroup in {"newline", "comment"}:
            place += 1
        elif tokens[place][0] == "[":
            end = place
            while end < len(tokens) and tokens[end].lastgroup != "newline":
                end += 1
            header = [one for one in tokens[place:end] if one.lastgroup in {"string", "bare"}]
            table = ()
            for scalar in _key(header, ()):
                table = scalar.keys
                yield scalar
            place = end
        else:
            place = yield from _pair(tokens, place, table)


def _pair(tokens: list[re.Match[str]], place: int, table: Keys) -> Generator[Scalar, None, int]:
    """Yield a key and what is in its value; give the place after it."""
    equals = place
    while tokens[equals][0] != "=":
        if tokens[equals].lastgroup == "newline":
            raise ValueError("a line without a value")
        equals += 1
    keys = table
    for scalar in _key(tokens[place:equals], table):
        keys = scalar.keys
        yield scalar
    return (yield from _value(tokens, equals + 1, keys))


def _key(tokens: list[re.Match[str]], keys: Keys) -> Iterator[Scalar]:
    """Yield the parts of a key, which may be dotted."""
    for token in tokens:
        if token.lastgroup == "string":
            keys = (*keys, token[0][1:-1])
            yield _string(token, keys, is_key=True)
        elif token.lastgroup == "bare":
            for part in re.finditer(r"[^.]+", token[0]):
                keys = (*keys, part[0])
                start = token.start() + part.start()
                yield Scalar(start, start + len(part[0]), keys, is_key=True)


def _value(tokens: list[re.Match[str]], place: int, keys: Keys) -> Generator[Scalar, None, int]:
    """Yield what is in a value; give the place after it."""
    if tokens[place].lastgroup == "string":
        yield _string(tokens[place], keys)
        return place + 1
    opened = tokens[place][0]
    place += 1
    if opened not in {"[", "{"}:  # a number, a date with a time
        while place < len(tokens) and tokens[place][0] not in {",", "]", "}", "\n"}:
            place += 1
        return place
    while tokens[place][0] not in {"]", "}"}:
        if tokens[place].lastgroup in {"newline", "comment"} or tokens[place][0] == ",":
            place += 1
        elif opened == "[":
            place = yield from _value(tokens, place, keys)
        else:
            place = yield from _pair(tokens, place, keys)
    return place + 1


def _json(text: str) -> Iterator[Scalar]:
    """Yield those of JSON, which may have comments."""
    around: list[Keys] = []
    keys: Keys = ()
    kinds = {"string", "mark"}
    tokens = [token for token in _TOKEN.finditer(text) if token.lastgroup in kinds]
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token[0] in {"{", "["}:
            around.append(keys)
        elif token[0] in {"}", "]"}:
            keys = around.pop()
        elif token[0] == ",":
            keys = around[-1]
        elif token.lastgroup == "string":
            is_key = following is not None and following[0] == ":"
            keys = (*around[-1], token[0][1:-1]) if is_key else keys
            yield _string(token, keys, is_key=is_key)


def _yaml(text: str) -> Iterator[Scalar]:
    """Yield those of YAML."""
    import yaml  # noqa: PLC0415  # one of Copier's libraries, which the script for Python lacks

    def walk(node: object, keys: Keys) -> Iterator[Scalar]:
        if isinstance(node, yaml.ScalarNode) and node.style not in {"|", ">"}:
            quote = node.style or ""
            yield Scalar(
                node.start_mark.index + len(quote), node.end_mark.index - len(quote), keys, quote
            )
        elif isinstance(node, yaml.SequenceNode):
            for one in node.value:
                yield from walk(one, keys)
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                inner = (*keys, str(key.value))
                for scalar in walk(key, inner):
                    yield scalar._replace(is_key=True)
                yield from walk(value, inner)

    try:
        for document in yaml.compose_all(text, Loader=yaml.SafeLoader):
            yield from walk(document, ())
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def _ini(text: str) -> Iterator[Scalar]:
    """Yield those of INI: of a value of several lines, each line."""
    keys: Keys = ()
    section: Keys = ()
    start = 0
    for line in text.splitlines(keepends=True):
        here, start = start, start + len(line)
        plain = line.rstrip()
        if not plain.strip() or plain.lstrip()[0] in "#;":
            continue
        if not plain[0].isspace() and (header := _SECTION.fullmatch(plain)):
            section = keys = (header[1],)
            yield Scalar(here + header.start(1), here + header.end(1), section, is_key=True)
        elif plain[0].isspace() and keys != section:
            indent = len(plain) - len(plain.lstrip())
            yield from _line(plain.strip(), here + indent, keys)
        elif option := _OPTION.fullmatch(plain):
            keys = (*section, option[1])
            yield Scalar(here, here + option.end(1), keys, is_key=True)
            yield from _line(option[3], here + option.start(3), keys)


def _line(value: str, start: int, keys: Keys) -> Iterator[Scalar]:
    """Yield a line of a value; one that names an entry point has a key of its own."""
    if "entry_points" in keys[0] and len(keys) > 1 and (option := _OPTION.fullmatch(value)):
        inner = (*keys, option[1])
        yield Scalar(start, start + option.end(1), inner, is_key=True)
        yield Scalar(start + option.start(3), start + option.end(3), inner)
    elif value:
        yield Scalar(start, start + len(value), keys)
