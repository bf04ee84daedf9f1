"""`treewright fleet`: what a release will do to many repositories, and how far they have drifted.

Each clone is one unit of work. All of it is computed in a repository of its own, in a temporary
folder (see treewright.branch.scratch): nothing is ever written to a clone.
"""
