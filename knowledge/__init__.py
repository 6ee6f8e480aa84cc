"""What is known: the person's documents and the facts they stated.

`documents` reads files, cuts them into passages and finds the passages that answer a question; `memory`
keeps facts that a person asked to remember. Both work offline and in a plain script; nothing heavy is
imported before a store is opened.
"""
