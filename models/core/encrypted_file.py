import base64
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import MissingError

DEFAULT_RETENTION_DAYS = 30


class EduEncryptedFile(models.Model):
    """A file that holds numbers of persons: an uploaded workbook, rejected rows, a list to hand over.

    Sealed before any attachment sees it, so that neither file store, text index nor dump holds it in
    clear. Nobody has access rights here: code opens a file, for whoever may read the record it
    belongs to. It goes when its time is over, or its owner is gone (``_gc_files``).
    """

    _name = "edu.encrypted.file"
    _description = "Sealed File"
    _order = "id desc"

    name = fields.Char("File Name", required=True, readonly=True)
    res_model = fields.Char("Owner's Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Owner", model_field="res_model", required=True, readonly=True, aggregator=None
    )
    purpose = fields.Char(required=True, readonly=True)
    size = fields.Integer("Size (bytes)", readonly=True, aggregator=None)
    fingerprint = fields.Char(readonly=True, groups=fields.NO_ACCESS)
    expires_on = fields.Date(readonly=True, index=True)
    data = fields.Binary("Sealed Content", readonly=True, copy=False, groups=fields.NO_ACCESS)

    _owner_idx = models.Index("(res_model, res_id, purpose)")

    @api.model
    def _edu_store(self, owner, name, data, purpose="upload", days=None):
        """Seal and keep a file for ``owner`` (one record); it takes the place of an earlier one of
        the same purpose.

        :param data: bytes
        :param days: how long it is kept; the policy's ``upload_retention_days`` when None, for ever
            when 0
        :return: the file, as superuser
        """
        owner.ensure_one()
        keyring = self.env["edu.secret.mixin"]._edu_keyring()
        files = self.sudo()
        files._edu_of(owner, purpose).unlink()
        if days is None:
            days = self._edu_retention_days()
        file = files.create(
            {
                "name": name,
                "res_model": owner._name,
                "res_id": owner.id,
                "purpose": purpose,
                "size": len(data),
                "fingerprint": keyring.fingerprint(data),
                "expires_on": days and fields.Date.context_today(self) + timedelta(days=days),
            }
        )
        # raw, and by hand: the ORM's way would hold it twice more, in base64
        self.env["ir.attachment"].sudo().create(
            {
                "name": "sealed.bin",
                "mimetype": "application/octet-stream",
                "raw": keyring.encrypt(self._name, "data", bytes(data)),
                "res_model": self._name,
                "res_id": file.id,
                "res_field": "data",
            }
        )
        return file

    @api.model
    def _edu_of(self, owner, purpose="upload"):
        """The kept file of ``owner`` (one record), or none; as superuser."""
        return self.sudo().search(
            [
                ("res_model", "=", owner._name),
                ("res_id", "=", owner.id),
                ("purpose", "=", purpose),
            ],
            limit=1,
        )

    def _edu_is(self, data):
        """Whether the file's content is ``data`` (bytes), without opening it."""
        self.ensure_one()
        keyring = self.env["edu.secret.mixin"]._edu_keyring()
        return self.sudo().fingerprint == keyring.fingerprint(data)

    def _edu_open(self):
        """Content in clear (bytes), for whoever may read the owner.

        :raise AccessError: the caller may not read the owner
        :raise MissingError: the owner or the content is gone
        :raise UserError: key problems
        """
        attachment = self._edu_attachment()
        clear = self.env["edu.secret.mixin"]._edu_decrypt(self._name, "data", attachment.raw)
        attachment.invalidate_recordset(["raw"])  # not to hold it twice
        return clear

    def _edu_source(self):
        """Content in clear as something with ``size`` and ``open()``, read piece by piece
        (``tools.crypto.SealedFile``), for whoever may read the owner; bytes where Odoo keeps its
        files in the database. Errors as ``_edu_open``."""
        attachment = self._edu_attachment()
        if not attachment.store_fname:
            return self._edu_open()
        path = attachment._full_path(attachment.store_fname)
        return self.env["edu.secret.mixin"]._edu_sealed_file(self._name, "data", path)

    def _edu_attachment(self):
        """Where the content is kept, as superuser, once the caller has been found to have access."""
        self.ensure_one()
        file = self.sudo()
        if file.res_model not in self.env:
            raise MissingError(self.env._("The file is no longer kept."))
        owner = self.env[file.res_model].browse(file.res_id)
        if not owner.exists():
            raise MissingError(self.env._("The file is no longer kept."))
        owner.check_access("read")
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "=", file.id),
                    ("res_field", "=", "data"),
                ],
                limit=1,
            )
        )
        if not attachment.file_size:
            raise MissingError(self.env._("The file is no longer kept."))
        return attachment

    def _edu_download_action(self):
        """Action that has the browser fetch the file; the controller asks for access again."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": f"/edu/file/{self.id}", "target": "download"}

    @api.model
    def _edu_retention_days(self):
        policy = self.env.get("edu.policy")
        current = policy._current() if policy is not None else None
        return (current and current.upload_retention_days) or DEFAULT_RETENTION_DAYS

    @api.autovacuum
    def _gc_files(self):
        """Delete files whose time is over, and those whose owner is gone."""
        files = self.sudo()
        gone = files.search([("expires_on", "<", fields.Date.context_today(self))])
        owned = defaultdict(lambda: defaultdict(list))
        for file in files.search([("id", "not in", gone.ids)]):
            owned[file.res_model][file.res_id].append(file.id)
        for model_name, by_owner in owned.items():
            alive = ()
            if model_name in self.env:
                alive = self.env[model_name].sudo().browse(by_owner).exists().ids
            gone |= files.browse(
                [file_id for owner in by_owner.keys() - set(alive) for file_id in by_owner[owner]]
            )
        gone.unlink()


class EduEncryptedUploadMixin(models.AbstractModel):
    """A form that takes one file and keeps it sealed: shows ``upload`` (always empty once saved) and
    ``upload_name``; code reads it by ``_edu_upload_content``."""

    _name = "edu.encrypted.upload.mixin"
    _description = "Record with a sealed upload"

    upload = fields.Binary(
        "File", compute="_compute_upload", inverse="_inverse_upload", store=False, copy=False
    )
    upload_name = fields.Char("File Name", copy=False)

    @api.depends_context("uid")
    def _compute_upload(self):
        self.upload = False

    def _inverse_upload(self):
        for record in self:
            if record.upload:
                record.check_access("write")
                self.env["edu.encrypted.file"]._edu_store(
                    record,
                    record.upload_name or record._description,
                    base64.b64decode(record.upload),
                )

    def _edu_upload_content(self):
        """Content of the upload (bytes), None when there is none (any more)."""
        self.ensure_one()
        file = self.env["edu.encrypted.file"]._edu_of(self)
        return file.with_env(self.env)._edu_open() if file else None

    def _edu_upload_source(self):
        """The same as something that is read piece by piece (``edu.encrypted.file._edu_source``)."""
        self.ensure_one()
        file = self.env["edu.encrypted.file"]._edu_of(self)
        return file.with_env(self.env)._edu_source() if file else None
