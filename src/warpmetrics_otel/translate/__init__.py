"""Spans <-> the native model, by pure functions that know no destination and read nothing but their arguments.

What both directions share with recording is here too: text that every exporter can encode, messages in the form
of the GenAI conventions, and what an outcome's name says of success.
"""
