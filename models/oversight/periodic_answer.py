from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL


class EduPeriodicAnswer(models.Model):
    """One question that a periodic report was asked, as it then read, and the answer. Read like the
    report; who fills in the report types the answer and nothing else."""

    _name = "edu.periodic.answer"
    _description = "Answer in a Periodic Report"
    _inherit = ["edu.scope.mixin"]
    _order = "report_id, sequence, id"
    _edu_township_fields = ("township_id",)

    report_id = fields.Many2one(
        "edu.periodic.report", required=True, readonly=True, index=True, ondelete="cascade"
    )
    school_id = fields.Many2one(related="report_id.school_id", store=True, index=True)
    township_id = fields.Many2one(related="report_id.township_id", store=True, index=True)
    is_submitted = fields.Boolean(related="report_id.is_submitted", store=True)
    question_id = fields.Many2one(
        "edu.report.question",
        "Asked by the Kind",
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    sequence = fields.Integer(readonly=True)
    name = fields.Char("Question", required=True, readonly=True)
    answer_type = fields.Selection(
        [("text", "Words"), ("number", "A whole number"), ("yes_no", "Yes or no")],
        "Answered by",
        required=True,
        readonly=True,
        default="text",
    )
    is_required = fields.Boolean("Must Be Answered", readonly=True)
    value_text = fields.Text("Answer")
    value_number = fields.Integer("Number", compute="_compute_value_number", store=True)
    value_choice = fields.Selection([("yes", "Yes"), ("no", "No")], "Yes or No")

    _EDU_TYPED = frozenset({"value_text", "value_choice"})

    @api.depends("value_text", "answer_type")
    def _compute_value_number(self):
        for answer in self:
            number = answer.answer_type == "number" and answer._edu_value()
            answer.value_number = number or 0

    @api.constrains("value_text", "answer_type")
    def _check_number(self):
        for answer in self.filtered(lambda answer: answer.answer_type == "number"):
            if answer.value_text and answer._edu_value() is None:
                raise ValidationError(
                    self.env._("“%(question)s” takes a whole number.", question=answer.name)
                )

    def _edu_value(self):
        """The answer: text, whole number or None."""
        self.ensure_one()
        if self.answer_type == "yes_no":
            return self.value_choice or None
        text = (self.value_text or "").strip()
        if self.answer_type == "number":
            # full-width digits are digits
            return int(text) if text.isdecimal() and len(text) < 10 else None
        return text or None

    @api.model
    def _edu_make(self, reports):
        """Ask ``reports``, which were made a moment ago, the questions of their kind, set-based and in
        the language of the forms."""
        if not reports:
            return
        self.env.execute_query(
            SQL(
                """
                INSERT INTO edu_periodic_answer (
                    report_id, school_id, township_id, is_submitted, question_id, sequence, name,
                    answer_type, is_required, create_uid, create_date, write_uid, write_date)
                SELECT report.id, report.school_id, report.township_id, FALSE, question.id,
                       question.sequence,
                       COALESCE(question.name ->> 'zh_CN', question.name ->> 'en_US'),
                       question.answer_type, question.is_required, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM edu_periodic_report report
                  JOIN edu_report_question question
                    ON question.kind_id = report.kind_id AND question.active
                 WHERE report.id IN %(ids)s
             RETURNING id
                """,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                ids=tuple(reports.ids),
            )
        )

    def write(self, vals):
        """Who fills in the report: the answer.

        :raise AccessError: for anything else
        """
        if not self.env.su:
            self.check_access("write")
            if vals.keys() - self._EDU_TYPED:
                raise AccessError(self.env._("What a report asks is the bureau's."))
            self.report_id._edu_check_editable()
        return super().write(vals)
