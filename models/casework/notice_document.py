import base64
import hashlib
import hmac
import json
import logging
import re

from markupsafe import Markup, escape

from odoo import api, models
from odoo.exceptions import UserError

from ...tools import crypto
from ...tools.canonical import canonical_json, sha256_hex

_logger = logging.getLogger(__name__)

FORMAT = 1
TITLES = {"admission": "入学（复学）通知书", "deadline": "限期复学通知书"}
GENDERS = {"male": "男", "female": "女"}
SELF = {"school": "本校", "township": "本府", "bureau": "本局"}
DIGITS = "一二三四五六七八九"
RELATIONS = {
    "father": "父亲",
    "mother": "母亲",
    "grandfather": "祖父",
    "grandmother": "祖母",
    "grandfather_m": "外祖父",
    "grandmother_m": "外祖母",
}
METHODS = {
    "direct": "直接送达",
    "left": "留置送达",
    "entrusted": "委托送达",
    "post": "邮寄送达",
    "electronic": "电子送达",
    "transferred": "转交送达",
    "announcement": "公告送达",
}
# however the brackets of a number are typed
BRACKETS = str.maketrans("[]()【】（）", "〔〕" * 4)


def chinese_date(value):
    """2026-09-05 → 2026年9月5日; dates of frozen content come as text."""
    if not value:
        return ""
    year, month, day = (int(part) for part in str(value)[:10].split("-"))
    return f"{year}年{month}月{day}日"


class EduNotice(models.Model):
    """The wording of a notice: composed while it is a draft, frozen and sealed when it is issued, and
    what printed copies and the public page need."""

    _inherit = "edu.notice"

    # ------------------------------------------------------------------ content

    def _edu_content(self, clear):
        """What the notice says, as plain data, in Chinese.

        :param clear: with the numbers and the address in full (to be sealed), else masked
        """
        self.ensure_one()
        notice = self.sudo()
        case, child, guardian = notice.case_id, notice.student_id, notice.guardian_id
        secret = {name: child[name] or "" for name in ("id_number", "address")}
        if clear:
            secret = {name: child._edu_secret_clear(name)[child.id] or "" for name in secret}
        klass = case.class_id
        grade = klass.grade or case.grade
        visits = case.visit_ids if "visit_ids" in case._fields else case.browse()
        basis = case._edu_admission_basis() if notice.kind == "deadline" else self.browse()
        return {
            "format": FORMAT,
            "id": notice.id,
            "kind": notice.kind,
            "title": TITLES[notice.kind],
            "number": notice.number or "",
            "issued_on": notice.issued_on or None,
            "case": case.name or "",
            "issuer": {
                "type": notice.issuer_type,
                "name": notice.issuer_name or "",
                "self": SELF[notice.issuer_type],
            },
            "guardian": {
                "name": guardian.name or "",
                "relation": self._edu_relation(guardian),
                "address": secret["address"],
            },
            "child": {
                "name": child.name,
                "gender": GENDERS.get(child.gender, ""),
                "birthdate": child.birthdate or None,
                "document": "公民身份号码" if child.id_type == "1" else "证件号码",
                "id_number": secret["id_number"],
                "school": case.school_id.name,
                "class": (
                    (f"{DIGITS[grade - 1]}年级" if 1 <= grade <= 9 else "")
                    + (f"（{klass.number}）班" if klass else "")
                ),
            },
            "never_enrolled": case.kind == "never_enrolled",
            "absent_since": notice.absent_since or None,
            "return_school": notice.return_school_id.name or "",
            "contact": {"name": notice.contact_name or "", "phone": notice.contact_phone or ""},
            "helpline": notice.helpline or "",
            "period_days": notice.period_days
            or self.env["edu.policy"]._current()[f"{notice.kind}_notice_days"],
            "visits": len(visits),
            "admission": {"number": basis.number, "served_on": basis.served_date}
            if basis
            else None,
            "relapse": bool(basis and basis.ladder_round != notice.ladder_round),
            "skipped": (
                {
                    "reason": case.skip_reason.strip().rstrip("。"),
                    "on": case.skip_on,
                    "by": case.school_id.county_id._edu_document_name(),
                }
                if notice.kind == "deadline" and case.skip_on
                else None
            ),
            "on_behalf": (
                {"by": self.env.user.name, "on": notice.entered_at} if notice.on_behalf else None
            ),
        }

    @api.model
    def _edu_relation(self, guardian):
        code = guardian.relation_id
        chinese = code.with_context(lang="zh_CN").name
        if not chinese or chinese.isascii():  # the county has not loaded Chinese
            chinese = RELATIONS.get(code.code, "监护人")
        return chinese

    @api.model
    def _edu_body(self, content):
        """The wording as HTML, from the county's template."""
        return str(
            self.env["ir.qweb"]
            .sudo()
            ._render(
                f"edu_dropout_control.document_body_{content['kind']}",
                {"c": json.loads(canonical_json(content)), "zh": chinese_date},
            )
        ).strip()

    def _edu_freeze(self):
        """Seal what the notice says, for ever (superuser, while it is a draft)."""
        for notice in self:
            content = notice._edu_content(clear=True)
            content["body"] = notice._edu_body(content)
            text = canonical_json(content)
            notice.write(
                {
                    "content": notice._edu_encrypt(notice._name, "content", text),
                    "content_hash": sha256_hex(text),
                }
            )

    def _edu_frozen(self):
        """The frozen content, in full: for use inside the server only.

        :raise UserError: when it is not what was frozen for this notice
        """
        self.ensure_one()
        notice = self.sudo()
        text = notice._edu_decrypt(notice._name, "content", notice.content)
        content = json.loads(text)
        if content["id"] != notice.id or sha256_hex(text) != notice.content_hash:
            raise UserError(
                self.env._(
                    "The frozen wording of %(number)s was changed in the database; it is not printed.",
                    number=notice.number,
                )
            )
        return content

    def _edu_document_content(self, reason=None):
        """{id: content with ``body`` as Markup} for printing. Drafts are masked; an issued notice comes
        in full, logged once, for those whose post may see numbers, and masked for the others.

        :param reason: why it is printed, for the log; without one everything is masked
        """
        self.check_access("read")
        shown, result = self.browse(), {}
        for notice in self:
            if not notice.sudo().content:
                content = json.loads(canonical_json(notice._edu_content(clear=False)))
                body = notice._edu_body(content)
            else:
                content = notice._edu_frozen()
                body = content["body"]
                if reason and notice._edu_may_reveal():
                    shown |= notice
                else:
                    body = self._edu_mask_content(content, body)
            result[notice.id] = {**content, "body": Markup(body)}
        if shown:
            self.env["edu.reveal.log"]._edu_log(shown, "content", reason, "document")
        return result

    def _edu_may_reveal(self):
        self.ensure_one()
        return self.env.su or any(
            self.env.user._edu_has_role(role, self) for role in self._edu_reveal_roles
        )

    @api.model
    def _edu_mask_content(self, content, body):
        """Mask the numbers and the address of ``content`` in place; the masked body."""
        for part, name, kind in (
            ("child", "id_number", "identity"),
            ("guardian", "address", "address"),
        ):
            clear = content[part][name]
            if clear:
                masked = crypto.mask(kind, clear)
                content[part][name] = masked
                body = body.replace(str(escape(clear)), str(escape(masked)))
        return body

    # ------------------------------------------------------------------ verification

    def _edu_verify_url(self):
        """Address that the QR code holds: says genuine or not, and nothing else."""
        self.ensure_one()
        return f"{self.get_base_url()}/edu/verify/{self.id}/{self.sudo().token}"

    @api.model
    def _edu_code_of(self, token):
        digest = hashlib.sha256(f"edu.notice\0{token}".encode()).digest()
        return base64.b32encode(digest).decode()[:8]

    def _edu_verify_code(self):
        """Eight characters to type with the number, where no QR code can be read."""
        self.ensure_one()
        code = self._edu_code_of(self.sudo().token)
        return f"{code[:4]}-{code[4:]}"

    @api.model
    def _edu_is_genuine(self, token=None, notice_id=None, number=None, code=None):
        """Whether a notice with this id and token, or number and code, was issued here and was not
        withdrawn. Compares in constant time, and also when there is no such notice."""
        Notice = self.sudo()
        standing = [("state", "in", ("issued", "served", "spent")), ("token", "!=", False)]
        if token is not None:
            found = Notice.browse()
            if notice_id:
                found = Notice.search([("id", "=", notice_id), *standing])
            pairs = [(notice.token, token) for notice in found]
            dummy = ("-" * 22, token)
        else:
            number = re.sub(r"\s", "", number or "").translate(BRACKETS)
            found = Notice.search([("number", "=", number), *standing], limit=20)
            typed = re.sub(r"[\s\-－—]", "", code or "").upper()
            pairs = [(self._edu_code_of(notice.token), typed) for notice in found]
            dummy = ("-" * 8, typed)
        genuine = False
        for known, given in pairs or [dummy]:
            genuine |= hmac.compare_digest(known.encode(), given.encode())
        return genuine and bool(pairs)

    @api.model
    def _edu_qr(self, value):
        """QR code as a data URI, or False where the server cannot draw one: number and code in words
        stand on the paper anyway."""
        try:
            png = self.env["ir.actions.report"].barcode(
                "QR", value, width=300, height=300, barLevel="M"
            )
        except Exception:  # reportlab's own, or none installed
            _logger.warning("No QR code could be drawn", exc_info=True)
            return False
        return f"data:image/png;base64,{base64.b64encode(png).decode()}"

    # ------------------------------------------------------------------ documents

    def _edu_service_sheet(self):
        """What is known of the service, in Chinese, for the proof of service (送达回证)."""
        self.ensure_one()
        kinds = {"guardian": "本人", "family": "同住成年家属", "agent": "代收人"}
        if self.state not in ("served", "spent") or not self.served_date:
            return {"recorded": False, "method": "", "date": ""}
        time = chinese_date(self._edu_event_date())
        if self.service_method == "announcement":
            time = f"{time}公告，{chinese_date(self.served_date)}视为送达"
        relation = kinds.get(self.recipient_kind, "")
        if self.recipient_kind != "guardian" and self.recipient_relation:
            relation = f"{relation}，{self.recipient_relation}"
        if self.recipient_name:
            recipient = f"{self.recipient_name}（{relation}）"
        else:
            recipient = ""
        details = [
            self.served_through and f"经由：{self.served_through}",
            self.tracking_no and f"邮件号：{self.tracking_no}",
            self.electronic_system and f"电子送达：{self.electronic_system}（受送达人同意）",
            self.announcement_medium and f"公告载体：{self.announcement_medium}",
            self.service_note,
        ]
        return {
            "recorded": True,
            "method": METHODS[self.service_method],
            "place": self.service_place or "",
            "date": time,
            "recipient": recipient,
            "reason": self.service_reason or "",
            "witness": " ".join(filter(None, (self.witness_unit, self.witness_name))),
            "servers": self.server_list or "",
            "details": "；".join(filter(None, details)),
            "deadline": chinese_date(self.deadline),
        }

    def _edu_file_name(self):
        """Name of a downloaded document; holds no child's name."""
        self.ensure_one()
        return self.number or f"{TITLES[self.kind]}-草稿"
