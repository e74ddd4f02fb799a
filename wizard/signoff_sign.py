import base64
import binascii
import io
import json
from datetime import timedelta

from PIL import Image, UnidentifiedImageError

from odoo import api, fields, models
from odoo.exceptions import AccessDenied, AccessError, UserError

from ..models.core.signing import Signing
from ..models.core.signoff import DRAWING_MAX

PASSWORD_MINUTES = 5


class EduSignoffSign(models.TransientModel):
    """Asks whoever signs for the password, a drawn signature or both, as the policy says, then runs
    the action that signs (``models/core/signing.py``).

    Made by the server only: the user fills in password and drawing and cannot say what is run. The
    password is compared by Odoo when it arrives and kept nowhere; the drawing waits in cipher.
    """

    _name = "edu.signoff.sign"
    _description = "Sign a Document"

    res_model = fields.Char(groups=fields.NO_ACCESS)
    res_ids = fields.Char(groups=fields.NO_ACCESS)
    method = fields.Char(groups=fields.NO_ACCESS)
    arguments = fields.Char(groups=fields.NO_ACCESS)
    verified_at = fields.Datetime(groups=fields.NO_ACCESS)
    drawing_cipher = fields.Text(groups=fields.NO_ACCESS)

    statement = fields.Text(readonly=True)
    ask_password = fields.Boolean(readonly=True)
    ask_drawing = fields.Boolean(readonly=True)
    password = fields.Char(
        "Your Password", compute="_compute_password", inverse="_inverse_password"
    )
    drawing = fields.Binary(
        "Your Signature", compute="_compute_drawing", inverse="_inverse_drawing"
    )

    @api.model
    def _edu_ask(self, records, method, args, kwargs, asked):
        """Action that opens the dialog for ``records.method(*args, **kwargs)``, which was stopped at
        the signature that ``asked`` (a ``SigningAsked``) names."""
        roles = dict(self.env["edu.signoff"]._fields["role"]._description_selection(self.env))
        dialog = self.sudo().create(
            {
                "res_model": records._name,
                "res_ids": json.dumps(records.ids),
                "method": method,
                "arguments": json.dumps([args, kwargs]),
                "statement": self._edu_statement(asked, roles.get(asked.role, asked.role)),
                "ask_password": "password" in asked.means,
                "ask_drawing": "drawing" in asked.means,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Enter") if asked.behalf else self.env._("Sign"),
            "res_model": self._name,
            "res_id": dialog.id,
            "views": [(False, "form")],
            "target": "new",
        }

    @api.model
    def _edu_statement(self, asked, role):
        names = {
            "person": self.env.user.name,
            "document": asked.record.display_name,
            "role": role,
        }
        if asked.behalf:
            return self.env._(
                "%(person)s enters what %(signer)s signed on paper under “%(document)s”: %(role)s.",
                signer=asked.behalf,
                **names,
            )
        return self.env._("%(person)s signs “%(document)s”: %(role)s.", **names)

    # ------------------------------------------------------------------
    # Password and drawing
    # ------------------------------------------------------------------

    def _compute_password(self):
        self.password = False

    def _inverse_password(self):
        """Compare the password, at once; what stays is that and when it was right."""
        for dialog in self:
            given = dialog.password
            if not given:
                continue
            dialog._edu_check_own()
            dialog.env.cache.set(dialog, self._fields["password"], False)
            user = self.env.user
            credential = {"login": user.login, "password": given, "type": "password"}
            try:
                with user._assert_can_auth(user=user.id):
                    user._check_credentials(credential, {"interactive": True})
            except AccessDenied:
                raise UserError(
                    self.env._(
                        "This is not your password, or it was tried too often. Nothing was signed."
                    )
                ) from None
            dialog.sudo().verified_at = fields.Datetime.now()

    @api.depends("drawing_cipher")
    def _compute_drawing(self):
        for dialog in self:
            image = dialog._edu_image()
            dialog.drawing = image and base64.b64encode(image)

    def _inverse_drawing(self):
        for dialog in self:
            dialog._edu_check_own()
            image = dialog.drawing and self._edu_clean_image(dialog.drawing)
            dialog.sudo().drawing_cipher = image and self.env["edu.secret.mixin"]._edu_encrypt(
                self._name, "drawing", base64.b64encode(image).decode()
            )

    def _edu_image(self):
        cipher = self.sudo().drawing_cipher
        if not cipher:
            return None
        return base64.b64decode(
            self.env["edu.secret.mixin"]._edu_decrypt(self._name, "drawing", cipher)
        )

    @api.model
    def _edu_clean_image(self, data):
        """The bytes of a drawn signature.

        :raise UserError: no picture, too large, or nothing drawn
        """
        try:
            image = base64.b64decode(data, validate=True)
            if len(image) > DRAWING_MAX:
                raise UserError(
                    self.env._(
                        "The signature is larger than %(size)s kB: draw it here, or take a smaller"
                        " picture.",
                        size=DRAWING_MAX // 1024,
                    )
                )
            with Image.open(io.BytesIO(image), formats=("PNG", "JPEG")) as picture:
                blank = all(low == high for low, high in picture.convert("RGBA").getextrema())
        except (binascii.Error, UnidentifiedImageError, OSError, Image.DecompressionBombError):
            raise UserError(
                self.env._("This is no picture of a signature (PNG or JPEG).")
            ) from None
        if blank:
            raise UserError(self.env._("Nothing is drawn yet."))
        return image

    def _edu_check_own(self):
        if self.sudo().create_uid != self.env.user:
            raise AccessError(self.env._("Nobody signs in another's name."))

    # ------------------------------------------------------------------
    # Signing
    # ------------------------------------------------------------------

    def action_sign(self):
        """Whoever opened the dialog: sign.

        :raise UserError: without what the policy asks for
        """
        self.ensure_one()
        self._edu_check_own()
        dialog = self.sudo()
        if not dialog.method:
            raise UserError(self.env._("Sign from the page of the document."))
        fresh = fields.Datetime.now() - timedelta(minutes=PASSWORD_MINUTES)
        if dialog.ask_password and not (dialog.verified_at and dialog.verified_at >= fresh):
            raise UserError(self.env._("Enter your password."))
        image = self._edu_image()
        if dialog.ask_drawing and not image:
            raise UserError(self.env._("Draw your signature."))
        given = Signing(self.env.uid, bool(dialog.verified_at), image)
        records = self.env[dialog.res_model].browse(json.loads(dialog.res_ids))
        method = getattr(type(records), dialog.method)
        if not getattr(method, "_edu_signing", False):
            raise AccessError(self.env._("Sign from the page of the document."))
        args, kwargs = json.loads(dialog.arguments)
        dialog.unlink()
        result = method(records.with_context(edu_signing=given), *args, **kwargs)
        return result if isinstance(result, dict) else {"type": "ir.actions.act_window_close"}
