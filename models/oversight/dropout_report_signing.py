from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools import crypto, dropout_form as form
from ..core.signing import signing
from ..core.signoff import SIGNATURES
from ..core.signoff_mixin import SCHOOL_NAME
from .dropout_report import FILLERS, HANDED_IN, LEADERS
from .dropout_report_content import FIGURES


class EduDropoutReportSigning(models.Model):
    """Who signs a report, how a version reads in words, and how it is taken or asked back to be
    corrected."""

    _inherit = "edu.dropout.report"

    def _edu_signoff_content(self):
        version = self.sudo().version_id
        return version._edu_content() if version else self._edu_compose()

    def _edu_signoff_related(self):
        """Whoever signed the classes or the check cannot review what is made of them."""
        check = self._edu_check()
        return [
            records
            for records in (check, check.sheet_ids)
            if hasattr(records, "_edu_signoff_content")
        ]

    def _edu_signoff_expected(self):
        return SIGNATURES if self.state in ("signed", *HANDED_IN) else ()

    # How it reads in a comparison of versions

    _edu_signoff_skipped = frozenset({"case", "no", "version"})

    def _edu_signoff_words(self):
        strings = {
            name: label["string"]
            for name, label in self.fields_get(
                [f"{key}_count" for key in FIGURES], ["string"]
            ).items()
        }
        Line = self.env["edu.dropout.report.line"]
        lines = Line.fields_get(["kind", "left_on", "return_by"], ["string"])
        Student = self.env["edu.student"]
        student = Student.fields_get(
            ["ethnicity", "birthdate", "id_number", "national_no", "address"], ["string"]
        )
        return {
            "school": self.env._("School"),
            SCHOOL_NAME: self.env._("Name of the School"),
            "term": self.env._("Term"),
            "checked_on": self.env._("Date of the check"),
            "as_of": self.env._("Figures As Of"),
            "figures": self.env._("Figures"),
            **{key: strings.get(f"{key}_count", key) for key in FIGURES},
            "remark": self.env._("Explanation"),
            "totals": self.env._("Totals"),
            "points": self.env._("Teaching Points"),
            "rows": self.env._("Children"),
            "name": self.env._("Name"),
            "kind": lines["kind"]["string"],
            "gender": self.env._("Gender"),
            "grade": self.env._("Grade"),
            "class_number": self.env._("Class"),
            **{name: label["string"] for name, label in student.items()},
            "guardian": self.env._("Guardian"),
            "relation": self.env._("Relation"),
            "phone": self.env._("Phone"),
            "special_groups": self.env._("Special Groups"),
            "left_on": lines["left_on"]["string"],
            "cause": self.env._("Cause"),
            "cause_note": self.env._("Cause, in Words"),
            "whereabouts": self.env._("Whereabouts"),
            "whereabouts_place": self.env._("Where"),
            "measures": self.env._("Measures"),
            "responsible": self.env._("Responsible"),
            "return_by": lines["return_by"]["string"],
            "code": self.env._("School Code"),
            "township": self.env._("Township"),
            "central": self.env._("Central School"),
            "school_year": self.env._("School Year"),
            "season": self.env._("Season"),
        }

    def _edu_signoff_item(self, path, item, position):
        if path == ("rows",):
            return item["case"], item["name"]
        if path == ("totals",):
            return item["grade"], form.grade_words(item["grade"]) or self.env._("No grade")
        return super()._edu_signoff_item(path, item, position)

    def _edu_signoff_text(self, path, value):
        secret = {"id_number": "identity", "national_no": "student_no", "phone": "phone"}
        key = path[-1]
        if key in secret or key == "address":
            return (value and crypto.mask(secret.get(key, "address"), value)) or ""
        if key == "measures":
            return "\n".join(form.measure_words(measure) for measure in value)
        if path[0] == "totals" and isinstance(value, dict) and len(path) == 3:
            genders = dict(
                self.env["edu.student"]._fields["gender"]._description_selection(self.env)
            )
            return ", ".join(
                f"{genders.get(gender, self.env._('Unknown'))} {number}"
                for gender, number in sorted(value.items())
            )
        choices = {
            "kind": ("edu.dropout.report.line", "kind"),
            "gender": ("edu.student", "gender"),
            "season": ("edu.term", "season"),
        }.get(key)
        if choices and value:
            model, name = choices
            labels = self.env[model]._fields[name]._description_selection(self.env)
            return dict(labels).get(value, value)
        return super()._edu_signoff_text(path, value)

    def _edu_signoff_versions(self):
        """Township and bureau compare what was submitted to them; the school all, and the draft."""
        rounds = (
            self.env["edu.dropout.report.version"]
            .search([("report_id", "=", self.id)])
            .mapped("round")
        )
        own = self.env.su or any(
            self.env.user._edu_has_role(role, self) for role in (*FILLERS, *LEADERS)
        )
        return [
            number
            for number in super()._edu_signoff_versions()
            if number in rounds or (own and not number)
        ]

    def action_refresh(self):
        """Records administrator or dean: take in what changed since."""
        self._edu_check_role(FILLERS)
        self._edu_check_open()
        self._edu_refresh()

    @signing
    def action_sign_checked(self):
        """Records administrator: I counted, the classes are signed. Freezes the report.

        :raise ValidationError: with everything that is still missing
        """
        for report in self:
            report._edu_check_role(("records_admin",))
            report._edu_check_open()
            report._edu_raise_problems()
            report._edu_freeze()
            report._edu_sign("checked")

    @signing
    def action_sign_filled(self):
        """Records administrator or dean: I filled it in."""
        for report in self:
            report._edu_check_role(FILLERS)
            report._edu_check_turn({"checked"})
            report._edu_sign("filled")
            report._edu_ask(LEADERS, self.env._("Review the dropout report"))

    @signing
    def action_sign_reviewed(self):
        """Principal or vice principal who neither checked nor filled in: I reviewed it."""
        for report in self:
            report._edu_check_role(LEADERS)
            report._edu_check_turn({"checked", "filled"})
            report._edu_sign("reviewed")
            report.sudo().write({"state": "signed"})
            report._edu_done_asking()

    def _edu_check_turn(self, roles):
        """Raise unless the version is signed in exactly ``roles``."""
        self.ensure_one()
        signed = set(self._edu_signed().mapped("role"))
        if not self._edu_is_open() or signed != roles:
            raise UserError(
                self.env._(
                    "The order is: checked, filled in, reviewed. “%(document)s” is not at this"
                    " point; reload it.",
                    document=self.display_name,
                )
            )

    def _edu_raise_problems(self):
        problems = self.sudo()._edu_problems()
        if problems:
            raise ValidationError(
                self.env._("This is still missing:") + "\n- " + "\n- ".join(problems)
            )

    def _edu_freeze(self):
        """Make the version that everybody signs from what is known now."""
        self.ensure_one()
        report = self.sudo()
        content = report._edu_compose()
        report._edu_store(content)
        version = self.env["edu.dropout.report.version"]._edu_make(report, content)
        self.env["edu.dropout.report.line"].sudo().search(
            [("report_id", "=", report.id), ("version_id", "=", False)]
        ).write({"version_id": version.id})
        report.write({"version_id": version.id})
        report.invalidate_recordset(["line_ids"])

    # Withdrawing: the school itself until it is submitted, then with the bureau's consent

    def action_take_back(self):
        """School: correct what is signed and not submitted; asks why. Everybody signs again."""
        return self.action_ask_withdraw()

    def _edu_check_may_withdraw(self):
        self._edu_check_role((*FILLERS, *LEADERS))
        if self.state in HANDED_IN:
            raise UserError(
                self.env._(
                    "“%(document)s” is submitted: only a report that is signed and not submitted is"
                    " taken back. Ask the bureau to send it back.",
                    document=self.display_name,
                )
            )
        if not (self.state == "signed" or (self._edu_is_open() and self.version_id)):
            raise UserError(
                self.env._("Only a report that is signed and not submitted is taken back.")
            )

    def _edu_after_withdraw(self, reason):
        self.sudo().version_id.write({"outcome": "withdrawn", "withdrawn_reason": reason})
        self._edu_begin_again("returned" if self.is_submitted else "draft", reason, "withdrawn")
        self.sudo()._message_log(body=self.env._("Taken back: %(reason)s", reason=reason))

    def action_ask_back(self):
        """School: ask the bureau to send the submitted report back; says why."""
        self.ensure_one()
        self._edu_check_may_ask_back()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask to Have It Back"),
            "res_model": "edu.dropout.report.return",
            "view_mode": "form",
            "target": "new",
            "context": {"default_report_id": self.id, "default_mode": "ask"},
        }

    def _edu_check_may_ask_back(self):
        self._edu_check_role((*FILLERS, *LEADERS))
        for report in self:
            if report.state not in HANDED_IN:
                raise UserError(
                    self.env._("The school still has this report: take it back, or correct it.")
                )
            if report.recall_at:
                raise UserError(
                    self.env._(
                        "%(person)s asked for it on %(date)s already; the bureau decides.",
                        person=report.recall_by_id.name,
                        date=self.env["edu.policy"]._edu_now(report.recall_at).date(),
                    )
                )

    def _edu_ask_back(self, reason):
        """School: the request, which the bureau grants by sending the report back."""
        self.ensure_one()
        self._edu_check_may_ask_back()
        reason = self._edu_reason(reason)
        self.sudo().write(
            {
                "recall_reason": reason,
                "recall_by_id": self.env.uid,
                "recall_at": fields.Datetime.now(),
            }
        )
        self.sudo()._message_log(body=self.env._("Asked back: %(reason)s", reason=reason))
        self.sudo()._edu_to_do(
            self._edu_people("bureau"),
            self.env["edu.policy"]._edu_today(),
            self.env._("The school asks for its dropout report back"),
            reason,
        )

    def action_keep(self):
        """Bureau: the report stays where it is, though the school asked for it back."""
        for report in self:
            report._edu_check_role(("bureau",))
            if not report.recall_at:
                raise UserError(self.env._("Nobody asked for this report back."))
            report._edu_clear_recall()
            report.sudo()._message_log(body=self.env._("Not sent back: the report stays."))

    def _edu_clear_recall(self):
        asked = self.sudo().filtered("recall_at")
        asked.write({"recall_reason": False, "recall_by_id": False, "recall_at": False})
        asked._edu_done_asking(("bureau",))

    @api.model
    def _edu_reason(self, reason):
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say what has to be corrected."))
        return reason

    def _edu_begin_again(self, state, reason, event):
        report = self.sudo()
        report._edu_clear_recall()
        report._edu_new_signing_round(reason, event)
        report.write({"state": state, "version_id": False})
        report.invalidate_recordset(["line_ids"])
        report._edu_done_asking()
        report._edu_refresh()
