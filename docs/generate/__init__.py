"""Writes the parts of the pages that follow from the code: ``python -m docs.generate``.

Such a part stands in its page between two marks, ``<!-- generated: NAME -->`` and ``<!-- end -->``; what is around
it is written by hand.
"""
