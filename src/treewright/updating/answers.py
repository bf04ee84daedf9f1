"""The answers before an update and after it, as the project's answers file has them."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import yaml

from treewright.updating.repository import Repository

Answers = Mapping[str, object]

EMPTY = "v0.0.0"  # the release without any file, from which a repository joins


class Update(NamedTuple):
    """An update of a project: where, and from which answers to which."""

    repository: Repository
    before: Answers
    now: Answers

    @property
    def project(self) -> Path:
        """The project's folder."""
        return self.repository.project

    @property
    def versions(self) -> tuple[str, str]:
        """The release of the template before, and the one of now."""
        return str(self.before.get("_commit", "")), str(self.now.get("_commit", ""))

    @property
    def changed(self) -> dict[str, tuple[object, object]]:
        """Each answer that differs, before and now; None stands for one that is missing.

        Nobody changed the answer to a question that is new with a release.
        """
        before, now = self.versions
        names = self.before.keys() | (self.now.keys() if before == now else set())
        return {
            name: (self.before.get(name), self.now.get(name))
            for name in sorted(names)
            if not name.startswith("_") and self.before.get(name) != self.now.get(name)
        }


def listed(answers: Answers, name: str) -> list[str]:
    """Give the texts that an answer lists; none where it is no list, as by a person's mistake."""
    answer = answers.get(name)
    return [one for one in answer if isinstance(one, str)] if isinstance(answer, list) else []


def plain(answers: Answers) -> dict[str, object]:
    """Give the answers alone, without what Copier notes beside them."""
    return {name: value for name, value in answers.items() if not name.startswith("_")}


def read(repository: Repository, answers_file: str) -> Update:
    """Read what an update did to the answers.

    Args:
        repository: The project.
        answers_file: The answers file, relative to it; in HEAD it is as it was before.

    """
    old = repository.committed(answers_file) or b""  # where they were never committed
    now = yaml.safe_load((repository.project / answers_file).read_text(encoding="utf-8"))
    return Update(repository, yaml.safe_load(old.decode()) or now, now)
