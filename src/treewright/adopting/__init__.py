"""What `treewright adopt` knows of a repository before it joins.

Everything is read and nothing of the repository is run. The table `kinds.json` tells by which marks
a repository has a tool of its own.
"""
