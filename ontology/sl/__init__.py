"""FIPA SL (00008), the content language, with its profiles SL0, SL1 and SL2.

==============  =================================================================================
``tree``        what an SL text says, as an immutable tree
``lexer``       text into tokens; ``times`` knows its times
``parser``      tokens into a tree, or an error with its position
``printer``     a tree into text
``profiles``    which profile a tree stays within
``writing``     typed elements into a tree
``reading``     a tree into the typed elements of an ontology
``language``    all of it together, as a content language
==============  =================================================================================
"""
