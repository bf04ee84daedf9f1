@_command.command("count")
@click.argument("words", metavar="WORD...", nargs=-1, required=True)
def _count(words: tuple[str, ...]) -> int:
    """Count words."""
    return _commands.count(words)
