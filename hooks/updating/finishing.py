"""The order of what follows Copier's own merge."""

from pathlib import Path

from updating import changelog, dropped, merging, migrations, seeds
from updating.answers import read
from updating.rendering import TEMPLATE
from updating.report import Outcome


def finish(project: Path, answers_file: str) -> Outcome:
    """Do what follows Copier's merge, but for the proof.

    Args:
        project: The project's folder.
        answers_file: The answers file, relative to it.

    Raises:
        GitError: If git fails.
        OSError: If a file cannot be read or written.

    """
    update = read(project, answers_file)
    outcome = Outcome(update)
    outcome.releases = changelog.between(TEMPLATE / "CHANGELOG.md", *update.versions)
    outcome.migrated = migrations.run(update)
    dropped.keep_edited(update)
    settled = merging.settle(project, str)
    outcome.merged = [file.path for file in settled.files if file.how]
    now = update.now
    source = "src/" if now["layout"] == "src" else ""
    parents = f"{now['namespace']}." if now["package"] == "namespace" else ""
    folder = source + f"{parents}{now['import_name']}".replace(".", "/")
    outcome.seeds = seeds.compare(update, folder)
    return outcome
