from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ...tools import crypto

CLASH = (
    "This number cannot be saved: it may belong to somebody else who is already entered. Compare it"
    " with the document; if it is right, ask the records administrator or the county bureau."
)


class SecretColumn(fields.Char):
    """A column behind a ``Secret``; nobody reads or writes it by its own name."""

    edu_column_of = None  # name of the Secret


class Secret(fields.Char):
    """A number or address that the database never holds in clear, on a model with
    ``edu.secret.mixin``::

        id_number = Secret("Identity Number", kind="identity", unique=True)

    Reading ``id_number`` gives the mask. Writing it seals the value into three columns that this
    class adds to the model: ``id_number_masked``, ``id_number_digest`` (equal for equal numbers, for
    matching in SQL), ``id_number_cipher``. Searching it finds a full number and no part of one.

    :param kind: one of ``crypto.KINDS``; decides spelling and mask
    :param unique: no two records may have the same value
    :param tracking: a change is noted in the chatter, without any value
    """

    kind = None
    unique = False
    edu_note_change = False

    def __set_name__(self, owner, name):
        super().__set_name__(owner, name)
        # only where the field is first declared: not on registry classes, not when related, and
        # not where an extension changes a label
        if getattr(owner, "pool", None) is not None or not self._args__.get("kind"):
            return
        if self._args__["kind"] not in crypto.KINDS:
            raise ValueError(f"{self}: no such kind of secret: {self._args__['kind']!r}")
        label = self._args__.get("string") or name.replace("_", " ").title()
        unique = self._args__.get("unique", False)
        for suffix, what, args in (
            ("masked", "mask", {}),
            ("digest", "digest", {} if unique else {"index": "btree_not_null"}),
            ("cipher", "cipher", {"prefetch": False}),
        ):
            column = SecretColumn(
                f"{label} ({what})",
                edu_column_of=name,
                groups=fields.NO_ACCESS,
                copy=False,
                exportable=False,
                export_string_translation=False,
                **args,
            )
            setattr(owner, f"{name}_{suffix}", column)
            column.__set_name__(owner, f"{name}_{suffix}")
        if unique:
            index = models.UniqueIndex(f"({name}_digest) WHERE {name}_digest IS NOT NULL", CLASH)
            setattr(owner, f"_{name}_digest_uniq", index)
            index.__set_name__(owner, f"_{name}_digest_uniq")

    def _get_attrs(self, model_class, name):
        attrs = super()._get_attrs(model_class, name)
        # the chatter would compare and keep masks
        attrs["edu_note_change"] = bool(attrs.pop("tracking", False))
        if attrs.get("kind") and not attrs.get("related"):
            attrs.update(
                store=False,
                copy=False,
                readonly=attrs.get("readonly", False),
                compute=self._compute_mask,
                compute_sudo=True,
                search=self._search_digest,
                aggregator=None,
                _depends=(f"{name}_masked",),
            )
        return attrs

    def _compute_mask(self, records):
        for record in records:
            record[self.name] = record[f"{self.name}_masked"]

    def _search_digest(self, records, operator, value):
        """Records whose full value is the one given; rules of the caller hold outside of it."""
        if operator not in ("in", "ilike", "like", "=ilike", "=like"):
            return NotImplemented
        values = list(value) if operator == "in" else [value]
        keyring = records.env["edu.secret.mixin"]._edu_keyring()
        digests = {
            keyring.digest(self.kind, text) for text in values if text and isinstance(text, str)
        }
        digests.discard(False)
        if operator == "in" and not all(values):
            digests.add(False)
        if not digests:
            return Domain.FALSE
        model = records.browse().sudo().with_context(active_test=False)
        return Domain("id", "in", model._search(Domain(f"{self.name}_digest", "in", list(digests))))

    def to_sql(self, model, alias):
        # AccessError, because the field's description tries, and takes that for a no
        raise AccessError(
            model.env._(
                "“%(field)s” is kept confidential: records cannot be grouped or sorted by it.",
                field=self._description_string(model.env),
            )
        )
