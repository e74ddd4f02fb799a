import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools import compare, crypto
from ...tools.canonical import canonical_json
from ...tools.log_filter import redact
from .signing import Signing, SigningAsked
from .signoff import SIGNATURES

# What a content calls a school by, which is no person's name
SCHOOL_NAME = ("school", "name")


class EduSignoffMixin(models.AbstractModel):
    """A record that people sign: checked, filled in, reviewed.

    A model says who signs as what (``_edu_signoff_posts``), what is signed
    (``_edu_signoff_content``) and which other records were counted for it
    (``_edu_signoff_related``). Its own actions call ``_edu_sign`` and are marked with
    ``@signing`` (``models/core/signing.py``), so that the policy's password and drawing are asked.

    Where somebody without a log-in signs on paper, ``_edu_signoff_behalf`` names who enters it.
    """

    _name = "edu.signoff.mixin"
    _description = "Record with Sign-offs"

    # {"checked": ("records_admin",), …}: the posts that sign in each role, the likeliest first
    _edu_signoff_posts = {}
    # {"received": ("bureau",), …}: the posts that enter what a person without a log-in signed on
    # paper; nobody else signs in another's name
    _edu_signoff_behalf = {}

    signoff_ids = fields.One2many("edu.signoff", "res_id", "Signatures", readonly=True, copy=False)
    signoff_round = fields.Integer("Signing Round", default=1, readonly=True, copy=False)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        for record in self:
            if self.env["edu.signoff"]._edu_chain(record):
                raise UserError(
                    self.env._(
                        "“%(document)s” is signed and cannot be deleted.",
                        document=record.display_name,
                    )
                )

    # ------------------------------------------------------------------
    # To be declared by the model
    # ------------------------------------------------------------------

    def _edu_signoff_content(self):
        """Return what is signed, as a dict of text, whole numbers, dates, lists and dicts."""
        raise NotImplementedError(self._name)

    def _edu_signoff_related(self):
        """Return recordsets whose current checks and fillings-in count as work on this record."""
        return []

    def _edu_signoff_expected(self):
        """Return the roles that must have signed the current round, the record standing as it does."""
        return ()

    def _edu_signoff_name(self):
        """Return the name of the document without that of a child: county administrators read it."""
        self.ensure_one()
        return self.display_name

    # How the content reads: for who is told what changed, and for the comparison of versions

    def _edu_signoff_words(self):
        """Return {key of the content, at any depth: its label}, in the order in which they are shown.
        Fields of the record and of its lines need none. Where a key means several things, the whole
        path, a tuple, stands for one of them."""
        return {}

    # keys of the content that say nothing to a person
    _edu_signoff_skipped = frozenset()

    def _edu_signoff_field(self, path):
        """The field that the last step of ``path`` is named after, on the record or its lines."""
        model, field = self, None
        for step in path:
            if isinstance(step, int):
                continue
            field = model._fields.get(step) if model is not None else None
            comodel = field is not None and field.relational and field.comodel_name
            model = self.env[comodel] if comodel else None
        return None if isinstance(path[-1], int) else field

    def _edu_signoff_label(self, path):
        """Return a person's word for the last step of ``path``."""
        step = path[-1]
        if isinstance(step, int):
            return f"#{step + 1}"
        words = self._edu_signoff_words()
        for key in (tuple(path), step):
            if key in words:
                return words[key]
        field = self._edu_signoff_field(path)
        return field._description_string(self.env) if field is not None else step.replace("_", " ")

    def _edu_signoff_path_label(self, path):
        """Return a person's words for a place in the content; never its value."""
        return " › ".join(self._edu_signoff_label(path[: at + 1]) for at in range(len(path)))

    def _edu_signoff_item(self, path, item, position):
        """Return what an entry of a list is known again by in another version, and its title."""
        if isinstance(item, dict):
            for key in ("id", "case", "student", "number", "no", "code", "name"):
                if item.get(key):
                    return (key, item[key]), item.get("name") or f"#{position + 1}"
        return position, f"#{position + 1}"

    def _edu_signoff_text(self, path, value):
        """Return a value as text; None for a dict or list whose parts are shown one by one. Numbers
        of persons are masked: by their field where there is one, else by their look."""
        if isinstance(value, dict | list):
            return None
        if value is None:
            return ""
        if isinstance(value, bool):
            return self.env._("Yes") if value else self.env._("No")
        field = self._edu_signoff_field(path)
        kind = getattr(field, "kind", None)
        if kind in crypto.KINDS:
            return crypto.mask(kind, str(value)) or ""
        if field is not None and field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        return redact(str(value))

    # ------------------------------------------------------------------
    # For the model's own actions
    # ------------------------------------------------------------------

    def _edu_sign(self, role):
        """Sign the record as it stands, in the name of ``env.user``, and return the signature.

        :raise AccessError: when the user holds none of the posts that sign in this role here
        :raise SigningAsked: when the policy asks for a password or a drawing that is not there
        :raise ValidationError: see ``edu.signoff._sign``
        """
        self.ensure_one()
        held = self._edu_held(self._edu_signoff_posts.get(role, ()))
        if self._edu_signoff_posts.get(role) and not held and not self.env.su:
            raise AccessError(
                self.env._(
                    "You cannot sign “%(document)s” in this role.", document=self.display_name
                )
            )
        Signoff = self.env["edu.signoff"]
        content = self.sudo()._edu_signoff_content()
        given = Signing.of(self.env)
        signoff = Signoff._sign(self, role, content, post=held, drawing=given.drawing)
        # last, so that everything else has been asked; the caller's transaction goes back
        rules = Signoff._edu_signing_rules()
        if not self.env.su and given.lacks(rules):
            raise SigningAsked(
                self.env._(
                    "A signature takes your password or your handwriting here: sign “%(document)s”"
                    " from its own page.",
                    document=self.display_name,
                ),
                self,
                role,
                [means for means in ("password", "drawing") if rules[means]],
            )
        return signoff

    def _edu_held(self, posts):
        """The first of the roles ``posts`` that the caller holds here, or None."""
        user = self.env.user
        return next((post for post in posts if user._edu_has_role(post, self)), None)

    def _edu_signed(self, role=None):
        """Return the signatures of the current round, in one role or in all."""
        self.ensure_one()
        return (
            self.env["edu.signoff"]
            ._edu_chain(self)
            .filtered(
                lambda signoff: (
                    signoff.round == self.signoff_round
                    and signoff.role in ((role,) if role else SIGNATURES)
                )
            )
        )

    def _edu_new_signing_round(self, reason=None, event="withdrawn"):
        """Start again: all sign once more, the signatures given so far stay readable.

        :param reason: why; kept in the chain with who and when
        :param event: withdrawn, or returned by who received it
        """
        for record in self.sudo():
            if record._edu_signed():
                if reason:
                    posts = {post: 1 for held in self._edu_signoff_posts.values() for post in held}
                    post = record._edu_held((*posts, "bureau", "township") if posts else ())
                    self.env["edu.signoff"]._edu_event(record, event, reason, post)
                record.signoff_round += 1

    # ------------------------------------------------------------------
    # Withdrawing: with a reason, the old version stays readable
    # ------------------------------------------------------------------

    def _edu_check_may_withdraw(self):
        """Raise unless the caller may withdraw the record as it stands: by default whoever may sign
        it, while it is signed."""
        self.ensure_one()
        posts = dict.fromkeys(post for held in self._edu_signoff_posts.values() for post in held)
        self._edu_check_role(tuple(posts))
        if not self._edu_signed():
            raise UserError(self.env._("“%(document)s” is not signed.", document=self.display_name))

    def _edu_withdraw(self, reason):
        """Withdraw the signatures for ``reason``; what was signed can be corrected then.

        :raise UserError: without a reason
        """
        self.ensure_one()
        self._edu_check_may_withdraw()
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why: the reason is kept."))
        self._edu_after_withdraw(reason)

    def _edu_after_withdraw(self, reason):
        """What withdrawing does to the record; a model says more."""
        self._edu_new_signing_round(reason)

    def action_ask_withdraw(self):
        """Whoever may withdraw it: asks for the reason, then ``_edu_withdraw``."""
        self.ensure_one()
        self.check_access("read")
        self._edu_check_may_withdraw()
        return self._edu_dialog("edu.signoff.withdraw", self.env._("Withdraw"))

    def _edu_dialog(self, model, name, **defaults):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_res_model": self._name,
                "default_res_id": self.id,
                **{f"default_{key}": value for key, value in defaults.items()},
            },
        }

    # ------------------------------------------------------------------
    # On behalf of somebody without a log-in, from paper
    # ------------------------------------------------------------------

    def _edu_signoff_people(self, role):
        """Users who sign in ``role`` here themselves: while there are any, nobody enters it for
        them."""
        return self.env["res.users"]

    def _edu_check_may_enter(self, role):
        """Raise unless the caller may enter what a person outside signed on paper as ``role``."""
        self.ensure_one()
        posts = self._edu_signoff_behalf.get(role)
        if not posts:
            raise AccessError(self.env._("Nobody signs in another's name."))
        people = self._edu_signoff_people(role)
        if people:
            raise UserError(
                self.env._(
                    "%(people)s can sign with an own log-in: nobody signs in another's name.",
                    people=", ".join(people.mapped("name")),
                )
            )
        self._edu_check_role(posts)

    def action_ask_behalf(self, role):
        """Whoever may enter it: asks for the person, the post and the scan of the paper."""
        self.ensure_one()
        self.check_access("read")
        self._edu_check_may_enter(role)
        return self._edu_dialog(
            "edu.signoff.behalf", self.env._("Signed on Paper by Somebody Outside"), role=role
        )

    def _edu_sign_on_behalf(self, role, name, post, date, paper):
        """Enter what ``name``, holding ``post`` outside the system, signed on paper on ``date``. Whoever
        enters it answers for it: the policy's password is theirs; the handwriting is on the paper.

        :param paper: the scan, an ir.attachment of this record
        :raise AccessError, UserError: see ``_edu_check_may_enter``
        :raise SigningAsked: when the policy asks for a password that is not there
        :return: the signature
        """
        self._edu_check_may_enter(role)
        behalf = {"name": name, "post": post, "date": date, "paper": paper}
        content = self.sudo()._edu_signoff_content()
        Signoff = self.env["edu.signoff"]
        signoff = Signoff._sign(self, role, content, behalf=behalf)
        self._edu_after_behalf(signoff)
        lacks = Signing.of(self.env).lacks(Signoff._edu_signing_rules())
        if not self.env.su and "password" in lacks:
            raise SigningAsked(
                self.env._(
                    "Entering a signature takes your password here: enter it from the page of"
                    " “%(document)s”.",
                    document=self.display_name,
                ),
                self,
                role,
                ["password"],
                behalf=name,
            )
        return signoff

    def _edu_after_behalf(self, signoff):
        """What such a signature does to the record; a model says more."""

    # ------------------------------------------------------------------
    # Verifying
    # ------------------------------------------------------------------

    def _edu_signoff_verify(self):
        """Return the problems of the record's sign-offs as texts, none when all is well."""
        self.ensure_one()
        return self.env["edu.signoff"]._edu_verify(self)

    def action_signoff_verify(self):
        """Tell whoever can read the record whether its signatures still hold."""
        self.ensure_one()
        self.check_access("read")
        problems = self._edu_signoff_verify()
        signed = self._edu_signed()
        if problems:
            message = "\n".join(problems)
        elif signed:
            message = self.env._(
                "%(count)s signatures, unbroken; nothing was changed since.",
                count=len(self.signoff_ids),
            )
        else:
            message = self.env._("Nobody has signed this round yet.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger" if problems else "success" if signed else "info",
                "title": self.env._("Signatures"),
                "message": message,
                "sticky": bool(problems),
            },
        }

    # ------------------------------------------------------------------
    # Versions side by side
    # ------------------------------------------------------------------

    def _edu_signoff_versions(self):
        """Return the versions that the caller may compare, in order: numbers of signing rounds that
        somebody signed, and 0 for the record as it stands while nobody has signed it anew."""
        self.ensure_one()
        rounds = {
            signoff.round
            for signoff in self.env["edu.signoff"]._edu_chain(self)
            if signoff.role in SIGNATURES
        }
        return [*sorted(rounds), *((0,) if rounds and self.signoff_round not in rounds else ())]

    def _edu_signoff_version(self, number):
        """Return the content of one of ``_edu_signoff_versions``: server side only.

        :raise UserError: when what was signed cannot be read any more
        """
        if not number:
            return json.loads(canonical_json(self.sudo()._edu_signoff_content()))
        chain = self.env["edu.signoff"]._edu_chain(self)
        signed = chain.filtered(lambda row: row.round == number and row.role in SIGNATURES)
        content = signed[-1:] and signed[-1:]._edu_frozen()
        if not content:
            raise UserError(self.env._("What was signed then cannot be read any more."))
        return content

    def _edu_signoff_compare(self, old, new):
        """Return the lines of the comparison of two versions (``tools.compare``)."""
        self.ensure_one()
        contents = [self._edu_signoff_version(number) for number in (old, new)]
        return compare.compare(*contents, _Words(self))

    def action_signoff_compare(self):
        """Whoever reads the record: its last two versions side by side, as far as they may see them.

        :raise UserError: there is only one
        """
        self.ensure_one()
        self.check_access("read")
        versions = self._edu_signoff_versions()
        if len(versions) < 2:
            raise UserError(
                self.env._(
                    "There is only one version of “%(document)s”.", document=self.display_name
                )
            )
        return self._edu_dialog(
            "edu.signoff.compare",
            self.env._("Versions Side by Side"),
            old_round=versions[-2],
            new_round=versions[-1],
        )


class _Words(compare.Words):
    """The words of a record that is signed, for ``tools.compare``."""

    def __init__(self, record):
        self.record = record
        self.skipped = record._edu_signoff_skipped
        self.ranks = {key: rank for rank, key in enumerate(record._edu_signoff_words())}

    def label(self, path):
        return self.record._edu_signoff_label(path)

    def order(self, path, keys):
        return sorted(keys, key=lambda key: (self.ranks.get(key, len(self.ranks)), key))

    def item(self, path, item, position):
        return self.record._edu_signoff_item(path, item, position)

    def text(self, path, value):
        return self.record._edu_signoff_text(path, value)
