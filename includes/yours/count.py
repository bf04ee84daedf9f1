def count(words: list[str] | tuple[str, ...]) -> int:
    """Print how many words there are; return the exit status."""
    _logger.debug("counting %r", words)
    number = count_words(" ".join(words))
    {{ "print_line(str(number))" if blank is not defined and starter == "pipeline" and project.plugin_support else 'sys.stdout.write(f"{number}\\n")' }}
    return 0
