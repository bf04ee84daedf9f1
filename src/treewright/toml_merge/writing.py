"""Let a file say what was decided, and leave every byte that need not change.

Nothing is written from data where the template's own text says it: what arrives comes with the
template's comments and line breaks.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

from treewright.toml_merge.meaning import named, same
from treewright.toml_merge.syntax import (
    Array,
    Document,
    Entry,
    Item,
    Path,
    Table,
    array,
    commas,
    comments,
    key,
    toml,
)


def rewrite(ours: Document, base: Document, theirs: Document, wanted: dict[str, Any]) -> str:
    """Give the text of the user's file, changed so that it says what is wanted."""
    return _Writer(ours, base, theirs).write(wanted)


class _Writer:
    """The edits that one file needs: spans of its text, and what replaces them."""

    def __init__(self, ours: Document, base: Document, theirs: Document) -> None:
        self.ours, self.base, self.theirs = ours, base, theirs
        self.edits: list[tuple[int, int, int, str]] = []
        self.gone: list[Path] = []
        self.new: list[Path] = []

    def write(self, wanted: dict[str, Any]) -> str:
        self._walk((), self.ours.data, wanted)
        self._insert(wanted)
        text, position = "", 0
        for start, end, _, replacement in sorted(self.edits, key=lambda edit: edit[:3]):
            text += self.ours.text[position:start] + replacement
            position = max(position, end)
        text += self.ours.text[position:]
        return text if self.ours.text.startswith("\n") else text.lstrip("\n")

    # What stays, changes and goes

    def _walk(self, path: Path, current: dict[str, Any], wanted: dict[str, Any]) -> None:
        for name, value in current.items():
            here = (*path, name)
            entry = self.ours.entries.get(here)
            if name not in wanted:
                self._remove(here)
            elif entry:
                self._change(entry, value, wanted[name])
            elif isinstance(value, dict) and isinstance(wanted[name], dict):
                self._walk(here, value, wanted[name])
            elif not same(value, wanted[name]):  # a table becomes a value, or tables an array
                self._remove(here)
                self.new.append(here)
        self.new += [(*path, name) for name in wanted if name not in current]

    def _change(self, entry: Entry, current: object, wanted: object) -> None:
        """Write a value; the template's way, comments and all, where the user left it alone."""
        source = self.ours.source(entry)
        before, after = (side.entries.get(entry.path) for side in (self.base, self.theirs))
        agreed = same(self.theirs.at(entry.path), wanted)
        if agreed and after and before and self.base.source(before) == source:
            start = entry.value.start
            self._edit(start, start + len(source), self.theirs.source(after))
            return
        if same(current, wanted):
            return
        text = self.ours.text[entry.value]
        if isinstance(current, list) and isinstance(wanted, list):
            text = self._array(entry, current, wanted)
        elif isinstance(current, dict) and isinstance(wanted, dict):
            text = _closed(text, wanted)
        elif agreed and after:
            text = self.theirs.text[after.value]
        else:
            text = toml(wanted)
        self._edit(entry.value.start, entry.value.stop, text)

    def _array(self, entry: Entry, current: list[Any], wanted: list[Any]) -> str:
        """Change the elements of an array that differ."""
        after, there = self.theirs.entries.get(entry.path), self.theirs.at(entry.path)
        listed = there if isinstance(there, list) else []
        mine = array(self.ours.text[entry.value])
        template = array(self.theirs.text[after.value]).items if after else []
        if len(mine.items) != len(current):
            return toml(wanted)
        if after and not current and same(listed, wanted) and not comments(mine.rest):
            return self.theirs.text[after.value]
        texts = dict(zip(map(toml, listed), template, strict=False))
        fresh = [texts.get(text, Item("", text)) for text in map(toml, wanted)]
        return _edited(mine, current, wanted, fresh, self._own_comments).text()

    def _remove(self, path: Path) -> None:
        """Delete all that lies below a path, but for comments that the user wrote."""
        self.gone.append(path)
        for table in self.ours.tables:
            if _below(table.name, path):
                self._delete_table(table)
                continue
            for entry in table.entries:
                if _below(entry.path, path):
                    self._delete(entry.lead, entry.end)

    def _delete_table(self, table: Table) -> None:
        """Delete a table as `_insert_table` inserts one: with a blank line before it."""
        text = self.ours.text
        before = text[: table.lead]
        if not before.strip():
            self._delete(table.lead, table.after)
            return
        blank = before.rpartition("\n")[0].rpartition("\n")[2]
        start = table.lead - len(blank) - 1
        whole = self._own_comments(text[table.lead : table.end]) or blank.strip()
        self._delete(table.lead if whole else start, table.end)

    def _delete(self, start: int, end: int) -> None:
        left = self._own_comments(self.ours.text[start:end])
        self._edit(start, end, "".join(f"{comment}\n" for comment in left))

    def _own_comments(self, text: str) -> list[str]:
        return [comment for comment in comments(text) if comment not in self.base.comments]

    # What arrives

    def _insert(self, wanted: dict[str, Any]) -> None:
        """Insert what is new, in the template's order and beside what it belongs to."""
        keys: dict[Path, list[tuple[Path, str, str]]] = {}
        self.new = [part for path in self.new for part in self._parts(path, _at(wanted, path))]
        for path in self.new:
            self._collect(path, _at(wanted, path), keys)
        for table in self.theirs.tables:
            if any(_below(table.name, path) for path in self.new if self._verbatim(path, wanted)):
                text = self.theirs.text[table.lead : table.end]
                self._insert_table(table.name, text)
            if table.name in keys and not table.array:
                self._insert_keys(table.name, keys.pop(table.name))
        for name, pairs in keys.items():
            self._insert_keys(name, pairs)

    def _parts(self, path: Path, value: object) -> Iterator[Path]:
        """Part a new table that is not wholly the template's into what is, and what is not."""
        if isinstance(value, dict) and value and not same(self.theirs.at(path), value):
            for name, part in value.items():
                yield from self._parts((*path, name), part)
        else:
            yield path

    def _verbatim(self, path: Path, wanted: dict[str, Any]) -> bool:
        return same(self.theirs.at(path), _at(wanted, path))

    def _collect(
        self, path: Path, value: object, keys: dict[Path, list[tuple[Path, str, str]]]
    ) -> None:
        """Sort the keys that are new by the table which they go to."""
        written = [entry for entry in self.theirs.entries.values() if _below(entry.path, path)]
        tables = any(_below(table.name, path) for table in self.theirs.tables)
        if same(self.theirs.at(path), value) and (written or tables):
            for entry in written:
                if not _below(entry.table, path):
                    lead = self.theirs.text[entry.lead : entry.start]
                    new = (entry.path, lead, self.theirs.source(entry))
                    keys.setdefault(self._home(entry), []).append(new)
        else:
            keys.setdefault(path[:-1], []).append((path, "", toml(value)))

    def _home(self, entry: Entry) -> Path:
        """Give the table that a key of the template goes to: one that is there, if possible."""
        for end in range(len(entry.path) - 1, len(entry.table), -1):
            if any(_below(name, entry.path[:end]) for name in self.ours.headers):
                return entry.path[:end]
        return entry.table

    def _insert_keys(self, name: Path, pairs: list[tuple[Path, str, str]]) -> None:
        """Insert keys after those that they follow in the template."""
        home = self.ours.headers.get(name)
        if home and not self._is_gone(name):
            for path, lead, source in pairs:
                place = self._place(home, path)
                self._edit(place, place, f"{lead}{key(path[len(name) :])} = {source}\n")
            return
        dotted = [
            entry
            for entry in self.ours.entries.values()
            if name and _below(entry.path, name) and not _below(entry.table, name)
        ]
        if dotted and not self._is_gone(name):
            last = dotted[-1]
            for path, lead, source in pairs:
                text = f"{lead}{key(path[len(last.table) :])} = {source}\n"
                self._edit(last.end, last.end, text)
            return
        made = [f"{lead}{key(path[len(name) :])} = {source}\n" for path, lead, source in pairs]
        self._insert_table(name, f"[{key(name)}]\n{''.join(made)}")

    def _place(self, home: Table, path: Path) -> int:
        """Find where a key goes in a table that is there."""
        there = {entry.path: entry for entry in home.entries if not self._is_gone(entry.path)}
        template = self.theirs.headers.get(home.name)
        order = [entry.path for entry in template.entries] if template else []
        theirs_alone = not any(entry in there for entry in order)
        if path not in order or (theirs_alone and home.name[-1:] == ("dependency-groups",)):
            return home.entries[-1].end if home.entries else home.body
        for earlier in reversed(order[: order.index(path)]):
            if earlier in there:
                return there[earlier].end
        return home.body

    def _insert_table(self, name: Path, text: str) -> None:
        """Insert a table beside its kin, or after the one that it follows in the template."""
        text = text.rstrip("\n") + "\n"
        there = [table for table in self.ours.tables[1:] if not self._is_gone(table.name)]
        below = [table for table in there if _below(table.name, name) and table.name != name]
        if below:
            self._insert_after(self._end_before(below[0]), text)
            return
        order = [table.name for table in self.theirs.tables]
        earlier = order[: order.index(name)] if name in order else []
        for kin in [_kin(name), *map(_kin, reversed(earlier))]:
            family = [table for table in there if kin and _below(table.name, kin)]
            if family:
                self._insert_after(family[-1].end, text)
                return
        self._insert_after(self.ours.tables[-1].end, text)

    def _end_before(self, table: Table) -> int:
        """Give where ends what stands before a table."""
        return len(self.ours.text[: table.lead].rstrip()) and next(
            one.end for one in reversed(self.ours.tables) if one.lead < table.lead
        )

    def _insert_after(self, end: int, text: str) -> None:
        """Insert a table after what ends there; the blank lines that follow stay behind it."""
        lines = f"\n{text}" if end else f"{text}\n" if self.ours.text.strip() else text
        self._edit(end, end, lines, table=True)

    def _is_gone(self, path: Path) -> bool:
        return any(_below(path, gone) for gone in self.gone)

    def _edit(self, start: int, end: int, text: str, *, table: bool = False) -> None:
        """Note an edit; a new table goes behind keys that are inserted at the same place."""
        self.edits.append((start, end, table, text))


def _edited(
    mine: Array,
    current: list[Any],
    wanted: list[Any],
    fresh: list[Item],
    own_comments: Callable[[str], list[str]],
) -> Array:
    """Give an array with what is wanted: elements that stay keep all that is around them.

    Args:
        mine: The user's array.
        current: What it says.
        wanted: What it should say.
        fresh: For each that is wanted, how the template writes it.
        own_comments: Picks the comments that have to stay from a text.

    """
    leads = [item.before for item in mine.items if "\n" in item.before]
    lines = bool(leads) or "\n" in mine.rest
    lead = "\n" + leads[-1].rpartition("\n")[2] if leads else "\n  " if lines else " "
    items: list[Item] = []
    matcher = SequenceMatcher(None, [*map(toml, current)], [*map(toml, wanted)], autojunk=False)
    for what, i1, i2, j1, j2 in matcher.get_opcodes():
        if what == "equal":
            items += mine.items[i1:i2]
            continue
        old = dict(zip(map(named, current[i1:i2]), mine.items[i1:i2], strict=True))
        for value, new in zip(wanted[j1:j2], fresh[j1:j2], strict=True):
            if there := old.pop(named(value), None):  # another version of a requirement
                items.append(replace(there, text=new.text))
            else:
                items.append(Item(lead, new.text, comment=new.comment if lines else ""))
        for item in old.values():
            left = "".join(lead + text for text in own_comments(item.before + item.comment))
            mine.rest = left + mine.rest
    if not lines and items:
        items[0].before = mine.items[0].before if mine.items else ""
        for item in items[1:]:
            item.before = item.before or " "
    return Array(items, mine.rest, mine.comma and bool(items))


def _closed(text: str, wanted: dict[str, Any]) -> str:
    """Give an inline table that says what is wanted; each pair that stays is as it was."""
    filled = len(text[:-1].rstrip())
    bounds = [0, *commas(text), filled]
    parts, left = list[str](), dict(wanted)
    for start, end in pairwise(bounds):
        pair = text[start + 1 : end]
        there = Document(pair.strip()).data
        for name, value in there.items():
            if not same(left.pop(name, None), value):  # a dotted key is written again as a whole
                pair = ""
                left |= {name: wanted[name]} if name in wanted else {}
        parts += [pair] if pair else []
    parts += [f" {key([name])} = {toml(value)}" for name, value in left.items()]
    return f"{{{','.join(parts)}{text[filled:]}"


def lost_comments(ours: Document, base: Document, text: str) -> list[str]:
    """Name the comments of the user's that a text no longer has."""
    own = Counter(ours.comments) - Counter(base.comments)
    return list((own - Counter(comments(text))).elements())


def _below(path: Path, parent: Path) -> bool:
    return path[: len(parent)] == parent


def _kin(name: Path) -> Path:
    return name[:2] if name[:1] == ("tool",) else name[:1]


def _at(data: Any, path: Path) -> Any:  # noqa: ANN401
    for name in path:
        data = data[name]
    return data
