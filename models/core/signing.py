"""What a signature takes besides pressing the button: the password once more, a drawing by hand."""

import functools

from odoo.exceptions import UserError


class Signing:
    """What the signing dialog found out, handed on in the context under ``edu_signing``.

    Only the dialog makes one: a client's context is plain JSON and cannot hold it.
    """

    __slots__ = ("asking", "drawing", "password", "uid")

    def __init__(self, uid, password=False, drawing=None, asking=False):
        self.uid = uid
        self.password = password
        self.drawing = drawing
        self.asking = asking  # an action marked with ``signing`` is on its way

    @classmethod
    def of(cls, env):
        """The one of ``env``'s own user, or an empty one."""
        found = env.context.get("edu_signing")
        if isinstance(found, cls) and found.uid == env.uid:
            return found
        return cls(env.uid)

    def lacks(self, rules):
        """Which of what ``rules`` ask for is not given: ``password``, ``drawing``."""
        given = {"password": self.password, "drawing": self.drawing}
        return tuple(means for means in given if rules[means] and not given[means])


class SigningAsked(UserError):
    """The policy asks for more than the press of a button, and it was not given (yet).

    :param means: what is asked for, of ``password`` and ``drawing``
    :param behalf: name of who signed on paper, where the signature is entered on behalf
    """

    def __init__(self, message, record, role, means, behalf=None):
        super().__init__(message)
        self.record = record
        self.role = role
        self.means = means
        self.behalf = behalf


def signing(method):
    """Mark a public action that signs, or enters a signature, so that it asks for what the policy
    wants.

    The action runs as far as its signature: whatever else it refuses, it refuses before anybody
    types a password. Where the policy wants more it is rolled back, the signing dialog
    (``edu.signoff.sign``) opens, and the dialog calls it again. Whoever overrides such an action
    marks the override too, or it would go on after a signature that was only asked for.
    """

    @functools.wraps(method)
    def wrapper(self, *args, **kwargs):
        rules = self.env["edu.signoff"]._edu_signing_rules()
        given = Signing.of(self.env)
        if self.env.su or given.asking or not given.lacks(rules):
            return method(self, *args, **kwargs)
        asking = self.with_context(
            edu_signing=Signing(self.env.uid, given.password, given.drawing, asking=True)
        )
        try:
            with self.env.cr.savepoint():
                return method(asking, *args, **kwargs)
        except SigningAsked as asked:
            return self.env["edu.signoff.sign"]._edu_ask(self, method.__name__, args, kwargs, asked)

    wrapper._edu_signing = True
    return wrapper
