"""What the script that renames a package in Python files is made of; it needs LibCST."""
