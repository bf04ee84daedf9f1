"""What follows an update: move, merge, fix what names the package, and report.

It runs in the project's folder on Copier's own interpreter, which may be Python 3.10.
"""
