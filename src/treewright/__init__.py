"""Treewright: what its hooks run, in a project or by hand, to prove, move and merge packages."""
