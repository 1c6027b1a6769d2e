"""The checker: it starts the reader's program and talks to it as a hostile network would.

What a program is written in does not matter; only what is on the wire is judged. Everything here
needs the standard library alone and runs from one zip file as well (`onthewire.pyz`).

- `wire`: one connection to the program, under a deadline, with a record of what went over it
- `peers`: the ways in which the other end of a connection misbehaves
- `program`: starts the program, waits for its LISTENING line, presses Ctrl-C, leaves nothing behind
- `leaks`, `memory`: what a program holds that it should have given back
- `clock`, `chance`: time and chance as a test wants them, in explicit steps and repeatable
- `imports`: which modules a Python program imports, for stages that forbid some
- `report`: what a failure shows
- `judge`: runs the stages of an exercise
- `doctor`, `progress`, `hints`, `watch`, `commands`: what the command line offers
"""
