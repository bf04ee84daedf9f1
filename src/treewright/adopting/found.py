"""What was inferred: an answer, where it was read, and how sure that is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Value: TypeAlias = str | bool | list[str]
Sure: TypeAlias = Literal["sure", "likely", "guess", "contradictory"]


@dataclass(frozen=True)
class Found:
    """An answer.

    Args:
        value: What copier.yml takes; of a contradictory one, what `--defaults` takes.
        read_from: The file and the key, or what else tells it, as a person would say it.
        sure: `sure` where it is written down; `likely` where several signs agree or one tells it;
            `guess` where nothing does; `contradictory` where two places differ.
        alternatives: Other values that somebody may mean, by what tells each.

    """

    value: Value
    read_from: str
    sure: Sure = "sure"
    alternatives: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Inferred:
    """All that was inferred of a repository.

    Args:
        answers: What was found for each answer of copier.yml, by its name.
        kinds: For each kind of tool that the repository has, the mark that shows it.

    """

    answers: dict[str, Found]
    kinds: dict[str, str]

    @property
    def values(self) -> dict[str, Value]:
        """The answers alone, as an answers file has them."""
        return {name: found.value for name, found in self.answers.items()}
