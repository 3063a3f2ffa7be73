"""Rules that an organisation writes itself, as data: what is looked at, and what must hold of it.

A file of such rules may come from a repository that nobody trusts: it is read, never run, and nothing in it can make
matching take long.
"""
