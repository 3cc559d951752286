"""The steps by which the form of the tables has grown; each can be undone."""
