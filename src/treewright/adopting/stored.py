"""The answers file, written for a repository that joins, and edited in place in one that has.

An edit touches the lines of the answers that change, and no others: comments, the order and the
line ends stay as a person left them.
"""

from collections.abc import Mapping

import yaml

from treewright.adopting.errors import UnableError

NAME = ".copier-answers.yml"
_HEAD = "# Written by treewright adopt. Commit it; the update that follows makes the rest.\n"


def made(answers: Mapping[str, object]) -> bytes:
    """Give an answers file with these answers, in their order."""
    text = yaml.safe_dump(dict(answers), sort_keys=False, allow_unicode=True, width=1000)
    return (_HEAD + text).encode()


def edited(data: bytes, values: Mapping[str, object]) -> bytes:
    """Give an answers file in which some answers have other values.

    Args:
        data: The file, which may have any line ends, comments and order.
        values: The answers that change. One that is missing is added at the end.

    Raises:
        UnableError: If the file is no mapping in YAML.

    """
    for name, value in values.items():
        data = _with(data, name, value)
    return data


def _with(data: bytes, name: str, value: object) -> bytes:
    text = data.decode()
    end = "\r\n" if "\r\n" in text else "\n"
    dumped = yaml.safe_dump({name: value}, allow_unicode=True, width=1000)
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(node, yaml.MappingNode) or node.flow_style:
        raise UnableError("The answers file is not a list of answers, one below the other.")
    for key, old in node.value:
        if key.value == name:
            start, stop = key.start_mark.index, _end(text, old)
            comment = _comment(text, old)
            lines = dumped.splitlines()
            lines[0] += comment
            return (text[:start] + end.join(lines) + text[stop:]).encode()
    gap = "" if text.endswith("\n") or not text else end
    return (text + gap + dumped.replace("\n", end)).encode()


def _end(text: str, node: yaml.Node) -> int:
    """Give where the last line of a value ends, without the comments that follow it."""
    last = node
    while isinstance(last, yaml.CollectionNode) and not last.flow_style and last.value:
        last = last.value[-1][1] if isinstance(last, yaml.MappingNode) else last.value[-1]
    stop = last.end_mark.index
    if isinstance(last, yaml.ScalarNode) and last.style in {"|", ">"}:
        return len(text[:stop].rstrip("\r\n"))
    line = text.find("\n", stop)
    stop = len(text) if line < 0 else line
    return stop - text[:stop].endswith("\r")


def _comment(text: str, node: yaml.Node) -> str:
    """Give the comment behind a value that is on one line with its name."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        return ""
    rest = text[node.end_mark.index : _end(text, node)]
    return f"  {rest.strip()}" if rest.strip().startswith("#") else ""
