import logging
import os
from collections import defaultdict

from odoo import api, models
from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.tools import SQL, config

from ...tools import crypto, log_filter
from .secret_field import Secret, SecretColumn

_logger = logging.getLogger(__name__)

CONTEXT_KEY = "edu_secret_write"
DIGEST_PARAMETER = "edu_dropout_control.digest_key"
REVEAL_MAX = 20  # records that one public call may show


class _Sentinel:
    """Stands in a context where no client can put it: compared by identity only."""

    __slots__ = ()

    def __repr__(self):
        return "<edu secret write>"

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        raise TypeError("not for transport")


_SENTINEL = _Sentinel()


class EduSecretMixin(models.AbstractModel):
    """Values that the database holds only as mask, digest and cipher (design, section 6).

    First in ``_inherit``. Values are declared with ``Secret``; create, write and search take them in
    clear, everything that reads gives masks. The clear value comes out by ``_edu_reveal`` (checked
    and logged) or, for matching inside the server only, by ``_edu_secret_clear``.
    """

    _name = "edu.secret.mixin"
    _description = "Record with confidential numbers"

    # who may have a clear value shown, where they hold the post
    _edu_reveal_roles = (
        "class_teacher",
        "records_admin",
        "dean",
        "vice_principal",
        "principal",
        "township",
        "bureau",
        "student_aid",
    )

    # ------------------------------------------------------------
    # Keys
    # ------------------------------------------------------------

    def init(self):
        super().init()
        if self._name == "edu.secret.mixin":
            self._edu_keyring(install=True)

    @api.model
    def _edu_key_path(self):
        """The file that ``edu_secret_key_file`` of Odoo's configuration names, or else
        ``<data_dir>/edu_dropout_control/secret.key``; made at installation, outside the database."""
        return config.get("edu_secret_key_file") or os.path.join(
            config["data_dir"], "edu_dropout_control", "secret.key"
        )

    @api.model
    def _edu_keyring(self, install=False):
        """The keys in use, once they are known to be the ones of this database.

        :raise UserError: no key file, a damaged one, or that of another database
        """
        parameters = self.env["ir.config_parameter"].sudo()
        expected = parameters.get_param(DIGEST_PARAMETER)
        try:
            keyring = crypto.keyring(self._edu_key_path(), create=not expected)
        except crypto.KeyProblem as problem:
            raise self._edu_key_error(problem) from None
        if not expected and install:
            parameters.set_param(DIGEST_PARAMETER, keyring.digest_id)
        elif expected and expected != keyring.digest_id:
            crypto.forget()
            _logger.error(
                "Secrets: the key file %s is that of digest key %s, this database was made with %s",
                self._edu_key_path(),
                keyring.digest_id,
                expected,
            )
            raise UserError(
                self.env._(
                    "The key file on the server belongs to another database, so confidential numbers"
                    " can be neither read nor saved. The system administrator has to put this"
                    " database's own key file in its place."
                )
            )
        return keyring

    @api.model
    def _edu_key_error(self, problem):
        """A UserError for a ``crypto.KeyProblem``; what and where goes to the log."""
        _logger.error("Secrets: %s", problem)
        if problem.code in ("missing", "unreadable"):
            return UserError(
                self.env._(
                    "The key file on the server is missing or unreadable, so confidential numbers can"
                    " be neither read nor saved. The system administrator finds its path in the"
                    " server's log."
                )
            )
        return UserError(
            self.env._(
                "A confidential number cannot be read with the keys on the server: it was saved with"
                " another key, or was changed or moved in the database. Enter the number again, or"
                " ask the system administrator for the right key file."
            )
        )

    @api.model
    def _edu_digest(self, kind, value):
        """Digest of a full clear value, for matching in domains and SQL; False when empty."""
        return self._edu_keyring().digest(kind, value)

    @api.model
    def _edu_encrypt(self, model, field, value):
        """Seal str (gives str) or bytes (give bytes) for ``field`` of ``model``."""
        return self._edu_keyring().encrypt(model, field, value)

    @api.model
    def _edu_decrypt(self, model, field, sealed):
        """Undo ``_edu_encrypt``; asks and logs nothing, so for use inside the server only.

        :raise UserError: other key, or not what was sealed for this model and field
        """
        try:
            return self._edu_keyring().decrypt(model, field, sealed)
        except crypto.KeyProblem as problem:
            raise self._edu_key_error(problem) from None

    @api.model
    def _edu_sealed_file(self, model, field, path):
        """A file that holds what ``_edu_encrypt`` made of bytes, to be read piece by piece
        (``tools.crypto.SealedFile``). For use inside the server only, like ``_edu_decrypt``.

        :raise MissingError: there is no such file
        """
        try:
            return self._edu_keyring().sealed_file(model, field, path)
        except crypto.KeyProblem as problem:
            raise self._edu_key_error(problem) from None
        except FileNotFoundError:
            raise MissingError(self.env._("The file is no longer kept.")) from None

    # ------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------

    @api.model
    def _edu_secret_fields(self):
        """{name: field} of the secrets declared on this model."""
        return {
            name: field
            for name, field in self._fields.items()
            if isinstance(field, Secret) and field.kind and not field.related
        }

    def _has_field_access(self, field, operation):
        return super()._has_field_access(field, operation) or (
            isinstance(field, SecretColumn) and self.env.context.get(CONTEXT_KEY) is _SENTINEL
        )

    @api.model
    def _edu_secret_values(self, field_name, clear, keyring=None):
        """The three columns of one value: {"x_masked": …, "x_digest": …, "x_cipher": …}.

        For set-based writing; checks nothing. All three are False for an empty value. Who has many
        values gets the ``keyring`` once.
        """
        field = self._fields[field_name]
        keyring = keyring or self._edu_keyring()
        mask, digest, cipher = keyring.seal(field.kind, self._name, field_name, clear)
        return {
            f"{field_name}_masked": mask,
            f"{field_name}_digest": digest,
            f"{field_name}_cipher": cipher,
        }

    @api.model
    def _edu_split_secrets(self, vals):
        """→ (``vals`` without secrets and their columns, {secret: value as given})."""
        rest, secrets = {}, {}
        for name, value in vals.items():
            field = self._fields.get(name)
            if isinstance(field, SecretColumn):
                continue
            if isinstance(field, Secret) and field.kind and not field.related:
                secrets[name] = value
            else:
                rest[name] = value
        return rest, secrets

    def _edu_checked_columns(self, secrets, vals, keyring):
        """Columns of the values given, once they have passed the checks; ``vals`` go with them."""
        columns = {}
        for name, value in secrets.items():
            field = self._fields[name]
            label = field._description_string(self.env)
            if value and not isinstance(value, str):
                raise ValidationError(
                    self.env._("“%(field)s” has to be text, not a number.", field=label)
                )
            if crypto.is_masked(value):
                raise ValidationError(
                    self.env._(
                        "“%(field)s”: enter the whole value. What is shown with asterisks cannot be"
                        " saved as it is.",
                        field=label,
                    )
                )
            clear = crypto.presentable(field.kind, value)
            if clear:
                self._edu_check_secret(name, clear, vals)
            columns.update(self._edu_secret_values(name, clear, keyring))
        return columns

    def _edu_check_secret(self, field_name, value, vals):
        """Hook: raise ValidationError when ``value`` (clear, never empty) is no good.

        The message must not repeat the value. ``self`` are the records written to, none on create;
        ``vals`` are the other values of the same create or write.
        """

    @api.model
    def _edu_refuse_defaults(self):
        for key in self.env.context:
            if key.startswith("default_") and isinstance(
                self._fields.get(key[8:]), Secret | SecretColumn
            ):
                raise UserError(
                    self.env._("Confidential numbers cannot be handed over as default values.")
                )

    # ------------------------------------------------------------
    # ORM
    # ------------------------------------------------------------

    @api.model
    def default_get(self, fields):
        self._edu_refuse_defaults()
        return super().default_get(fields)

    @api.model_create_multi
    def create(self, vals_list):
        self._edu_refuse_defaults()
        rows, keyring = [], None
        for vals in vals_list:
            rest, secrets = self._edu_split_secrets(vals)
            if secrets:
                keyring = keyring or self._edu_keyring()
                rest.update(self.browse()._edu_checked_columns(secrets, dict(rest), keyring))
            rows.append(rest)
        writer = self.with_context(**{CONTEXT_KEY: _SENTINEL})
        return super(EduSecretMixin, writer).create(rows).with_env(self.env)

    def write(self, vals):
        rest, secrets = self._edu_split_secrets(vals)
        if not secrets:
            return super().write(rest)
        # a form sends back what it shows: the mask a record has means that nothing was typed
        changes = defaultdict(list)
        for record in self:
            masks = record.sudo()
            changed = (name for name in secrets if (secrets[name] or False) != masks[name])
            changes[tuple(changed)].append(record.id)
        for names, ids in changes.items():
            records = self.browse(ids)
            typed = {name: secrets[name] for name in names}
            columns = typed and records._edu_checked_columns(typed, rest, self._edu_keyring())
            writer = records.with_context(**{CONTEXT_KEY: _SENTINEL})
            super(EduSecretMixin, writer).write({**rest, **columns})
            records._edu_note_changes(names)
        return True

    def _edu_note_changes(self, field_names):
        names = [name for name in field_names if self._fields[name].edu_note_change]
        if names and hasattr(self, "_message_log_batch"):
            labels = ", ".join(self._fields[name]._description_string(self.env) for name in names)
            body = self.env._("Changed: %(fields)s", fields=labels)
            self._message_log_batch(bodies=dict.fromkeys(self.ids, body))

    @api.model
    def _sql_error_to_message(self, exc):
        constraint = self._table_objects.get(exc.diag.constraint_name)
        if constraint and constraint.name.endswith("_digest_uniq"):
            _logger.warning(
                "Secrets: user %s gave %s of %s a value that another record has",
                self.env.uid,
                constraint.name.removesuffix("_digest_uniq"),
                self._name,
            )
        return super()._sql_error_to_message(exc)

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type in ("list", "kanban"):
            arch.set("import", "0")  # core's Import is refused, see models/core/base.py
        return arch, view

    # ------------------------------------------------------------
    # Clear values
    # ------------------------------------------------------------

    def _edu_secret_clear(self, field_name):
        """{id: clear value or False}, unchecked and unlogged: for matching inside the server only.
        What leaves the server goes through ``_edu_reveal``.

        :raise UserError: key problems
        """
        column = f"{field_name}_cipher"
        records = self.sudo()
        records.fetch([column])
        return {
            record.id: record[column] and self._edu_decrypt(self._name, field_name, record[column])
            for record in records
        }

    def _edu_reveal(self, field_name, reason, channel="screen"):
        """Clear values of one secret, checked and logged: one log row a record.

        :param reason: why, in words
        :param channel: screen, or document (rendered into an official document)
        :return: {id: clear value or False}
        :raise AccessError: no right to read the record, or no post there that may see the value
        :raise UserError: no reason, a reason that holds a number itself, or key problems
        """
        if field_name not in self._edu_secret_fields():
            raise UserError(self.env._("There is nothing confidential to show here."))
        reason = (reason or "").strip()
        if len(reason) < 2:
            raise UserError(self.env._("Say why you need to see it: the reason is logged."))
        if log_filter.holds_secret(reason):
            raise UserError(self.env._("Do not write numbers of persons into the reason."))
        self.check_access("read")
        self._edu_check_reveal(field_name)
        clear = self._edu_secret_clear(field_name)
        self.env["edu.reveal.log"]._edu_log(self, field_name, reason, channel)
        return clear

    def _edu_check_reveal(self, field_name):
        """Raise AccessError unless the caller may see the clear value of every record."""
        message = self.env._(
            "Your post does not include seeing confidential numbers of this record."
        )
        if hasattr(self, "_edu_check_role"):
            self._edu_check_role(self._edu_reveal_roles, message)
        elif not self.env.su and not any(
            self.env.user.has_group(f"edu_dropout_control.group_{role}")
            for role in self._edu_reveal_roles
        ):
            raise AccessError(message)

    def _edu_own_class(self):
        """Whether the caller is class teacher of every record's class."""
        name = getattr(self, "_edu_class_field", None)
        if not name or not self:
            return False
        own = self.env.user.sudo().edu_class_teacher_class_ids
        return all(record[name] and record[name] in own for record in self.sudo())

    def edu_reveal(self, field_name, reason):
        """Public (JSON-2: ``POST /json/2/<model>/edu_reveal``): clear values of one confidential
        field of up to 20 records, for whoever may read them and holds a post there; logged.

        :return: {id: clear value or False}; ids become text in JSON
        """
        if len(self) > REVEAL_MAX:
            raise UserError(
                self.env._("At most %(count)s records can be shown at a time.", count=REVEAL_MAX)
            )
        return self._edu_reveal(field_name, reason)

    def edu_reveal_options(self):
        """What the dialog offers before ``edu_reveal``: {"one_tap": reason or False, "reasons": […],
        "fields": {name: label}}. Shows nothing confidential itself."""
        self.check_access("read")
        return {
            "one_tap": self._edu_own_class() and self.env._("Class teacher, own class"),
            "reasons": [
                self.env._("Compare with a document"),
                self.env._("Contact the family"),
                self.env._("Fill in a form"),
                self.env._("Ask another authority"),
            ],
            "fields": {
                name: field._description_string(self.env)
                for name, field in self._edu_secret_fields().items()
            },
        }

    def action_reveal(self):
        """Open the dialog that asks which number and why, and shows it for half a minute."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.client",
            "tag": "edu_reveal",
            "params": {"resModel": self._name, "resId": self.id},
        }

    # ------------------------------------------------------------
    # Rotation of keys
    # ------------------------------------------------------------

    @api.model
    def _edu_rotate_cipher_key(self):
        """Put a new key on top of the key file: values saved from now on use it. Those saved before
        stay readable, and ``_edu_reseal`` moves them over. For ``odoo shell``.

        :return: id of the new key
        """
        self._edu_keyring()
        try:
            return crypto.add_key(self._edu_key_path())
        except (crypto.KeyProblem, OSError) as problem:
            raise UserError(str(problem)) from None

    @api.model
    def _edu_reseal(self, limit=1000, digests=False):
        """Seal up to ``limit`` values with the newest key that are sealed with an older one; caller
        commits and calls again until it gives 0. Uploads and frozen documents keep their key, so no
        key leaves the file while they exist.

        :param digests: also renew digests (see ``_edu_rotate_digest_key``)
        :return: how many values were sealed again
        """
        keyring = self._edu_keyring()
        done = 0
        for model_name in self._edu_secret_models():
            model = self.env[model_name]
            for name, field in model._edu_secret_fields().items():
                column, digest = f"{name}_cipher", f"{name}_digest"
                model.flush_model([column, digest])
                rows = self.env.execute_query(
                    SQL(
                        """SELECT id, %(cipher)s FROM %(table)s
                            WHERE %(cipher)s IS NOT NULL AND %(cipher)s NOT LIKE %(current)s
                            ORDER BY id LIMIT %(limit)s FOR UPDATE""",
                        cipher=SQL.identifier(column),
                        table=SQL.identifier(model._table),
                        current=f"{keyring.cipher_id}:%",
                        limit=limit - done,
                    )
                )
                if not rows:
                    continue
                values = []
                for res_id, sealed in rows:
                    clear = self._edu_decrypt(model_name, name, sealed)
                    values.append(
                        SQL(
                            "(%s, %s, %s)",
                            res_id,
                            keyring.encrypt(model_name, name, clear),
                            keyring.digest(field.kind, clear),
                        )
                    )
                self.env.execute_query(
                    SQL(
                        """UPDATE %(table)s SET %(cipher)s = new.cipher, %(digest)s =
                                  CASE WHEN %(digests)s THEN new.digest ELSE %(table)s.%(digest)s END
                             FROM (VALUES %(values)s) AS new(id, cipher, digest)
                            WHERE new.id = %(table)s.id""",
                        table=SQL.identifier(model._table),
                        cipher=SQL.identifier(column),
                        digest=SQL.identifier(digest),
                        digests=digests,
                        values=SQL(", ").join(values),
                    )
                )
                model.invalidate_model([column, digest], flush=False)
                done += len(rows)
                if done >= limit:
                    return done
        return done

    @api.model
    def _edu_rotate_digest_key(self):
        """New key for digests and ciphers, and every stored value moved to it in this transaction.
        For ``odoo shell`` with the server stopped; commit at once afterwards. If it fails, the key
        file goes back to the old digest key.

        :return: how many values were moved
        """
        old = self._edu_keyring().digest_id
        parameters = self.env["ir.config_parameter"].sudo()
        try:
            key_id = crypto.add_key(self._edu_key_path(), digest=True)
        except (crypto.KeyProblem, OSError) as problem:
            raise UserError(str(problem)) from None
        try:
            parameters.set_param(DIGEST_PARAMETER, key_id)
            moved = 0
            while count := self._edu_reseal(limit=10_000, digests=True):
                moved += count
            return moved
        except Exception:
            crypto.set_digest_key(self._edu_key_path(), old)
            raise

    @api.model
    def _edu_start_after_lost_key(self):
        """The key file is lost for good: empty every secret and begin with a new key, so that the
        registry can be imported again. Signed and sealed documents stay, and stay closed. For
        ``odoo shell``; commit afterwards.

        :return: how many records lost values
        """
        lost = 0
        for model_name in self._edu_secret_models():
            model = self.env[model_name]
            columns = [
                SQL.identifier(f"{name}_{suffix}")
                for name in model._edu_secret_fields()
                for suffix in ("masked", "digest", "cipher")
            ]
            model.flush_model()
            self.env.execute_query(
                SQL(
                    "UPDATE %s SET %s WHERE COALESCE(%s) IS NOT NULL",
                    SQL.identifier(model._table),
                    SQL(", ").join(SQL("%s = NULL", column) for column in columns),
                    SQL(", ").join(columns),
                )
            )
            lost += self.env.cr.rowcount
            model.invalidate_model(flush=False)
        self._edu_forget_key()
        self._edu_keyring(install=True)
        _logger.warning("Secrets: begun again with a new key, %s records emptied", lost)
        return lost

    @api.model
    def _edu_forget_key(self):
        """The database has no secrets any more and is bound to no key. For the uninstall hook."""
        self.env["ir.config_parameter"].sudo().set_param(DIGEST_PARAMETER, False)

    @api.model
    def _edu_secret_models(self):
        """Names of the stored models that declare secrets."""
        return [
            name
            for name in self.pool.descendants(["edu.secret.mixin"], "_inherit")
            if not self.env[name]._abstract and self.env[name]._edu_secret_fields()
        ]
