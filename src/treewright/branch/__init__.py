"""`treewright finish`: compute what a changed answers file asks for, and merge it into a branch.

An update is a function of the tree before, the answers before and the answers after. All of it is
computed in a repository of its own, in a temporary folder: see scratch.py and computing.py.
"""
