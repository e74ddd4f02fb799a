"""The tools room: plain Python that knows no ORM.

The modules here are called by the rooms under ``models/``; they never import Odoo, so that they can
be tested, measured and replaced alone. Nothing here writes a message for people: what is wrong is
told by a :class:`~.problem.Problem` with a stable code, and the Odoo layer says it in words.
"""
