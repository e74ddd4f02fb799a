from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

RESULTS = [
    ("pending", "Not looked at yet"),
    ("as_recorded", "As recorded"),
    ("absent", "Not in school"),
    ("elsewhere", "Learns elsewhere"),
    ("data_wrong", "Data wrong"),
    ("not_found", "Nobody could tell"),
]
# what is not said of a school
OF_CHILDREN = ("absent", "elsewhere", "not_found")


class EduSampleLine(models.Model):
    """One child, or one school, that was drawn: how it stood on the books when it was drawn, and what
    somebody saw in person. The bureau records; inspectors read; school and township read their own
    once the review is closed."""

    _name = "edu.sample.line"
    _description = "Drawn in a Random Review"
    _inherit = ["edu.scope.mixin"]
    _order = "review_id, number"
    _edu_class_field = None
    _edu_township_fields = ("township_id",)

    review_id = fields.Many2one(
        "edu.sample.review", "Review", required=True, readonly=True, index=True, ondelete="cascade"
    )
    county_id = fields.Many2one(related="review_id.county_id", store=True, index=True)
    review_state = fields.Selection(related="review_id.state", string="State of the Review")
    is_closed = fields.Boolean(compute="_compute_is_closed", store=True)
    number = fields.Integer("No.", readonly=True, aggregator=None)
    draw_key = fields.Char("Key of the Drawing", readonly=True)

    # as it stood when it was drawn
    student_id = fields.Many2one(
        "edu.student", "Child", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    drawn_number = fields.Integer("Number Drawn", readonly=True, aggregator=None)
    child_name = fields.Char("Name", readonly=True)
    school_id = fields.Many2one(
        "edu.school", "School", required=True, readonly=True, index=True, ondelete="restrict"
    )
    class_id = fields.Many2one("edu.class", "Class", readonly=True, ondelete="restrict")
    township_id = fields.Many2one(
        "edu.area", "Township", required=True, readonly=True, index=True, ondelete="restrict"
    )
    books = fields.Char("As the Register Says", readonly=True)

    # what was seen
    result = fields.Selection(RESULTS, required=True, default="pending", index=True)
    seen_on = fields.Date("Looked at On")
    seen_by = fields.Char("Looked at By", help="Everybody who was there, by name")
    seen_where = fields.Char("Where")
    note = fields.Text("What Was Seen")
    evidence_ids = fields.Many2many(
        "ir.attachment",
        "edu_sample_line_evidence_rel",
        "line_id",
        "attachment_id",
        "Evidence",
        bypass_search_access=True,
    )
    evidence_count = fields.Integer("Files", compute="_compute_evidence_count")
    recorded_by_id = fields.Many2one("res.users", "Recorded By", readonly=True, ondelete="restrict")
    case_id = fields.Many2one("edu.dropout.case", "Case", readonly=True, ondelete="restrict")
    order_id = fields.Many2one(
        "edu.supervision.order", "Follow-up Order", readonly=True, ondelete="set null"
    )
    needs_follow_up = fields.Boolean(compute="_compute_needs_follow_up")

    _drawn_uniq = models.UniqueIndex("(review_id, drawn_number)", "This one is drawn already.")

    _EDU_TYPED = frozenset({"result", "seen_on", "seen_by", "seen_where", "note", "evidence_ids"})

    # ------------------------------------------------------------------ computes

    @api.depends("review_id.state")
    def _compute_is_closed(self):
        for line in self:
            line.is_closed = line.review_id.state == "closed"

    @api.depends("child_name", "school_id")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.child_name or line.sudo().school_id.name or ""

    @api.depends("evidence_ids")
    def _compute_evidence_count(self):
        for line in self:
            line.evidence_count = len(line.evidence_ids)

    @api.depends("result", "case_id", "order_id")
    def _compute_needs_follow_up(self):
        for line in self:
            line.needs_follow_up = line._edu_needs_follow_up()

    def _edu_needs_follow_up(self):
        self.ensure_one()
        return self.result not in ("pending", "as_recorded") and not (self.case_id or self.order_id)

    def _edu_number(self):
        """The number that was drawn. A child that was merged into another entry keeps the one it was
        drawn by."""
        self.ensure_one()
        return self.drawn_number

    # ------------------------------------------------------------------ checks

    @api.constrains("result", "seen_on", "seen_by", "note")
    def _check_result(self):
        today = self.env["edu.policy"]._edu_today()
        for line in self.filtered(lambda line: line.result != "pending"):
            if not line.student_id and line.result in OF_CHILDREN:
                raise ValidationError(self.env._("This is not said of a school."))
            if not line.seen_on or not (line.seen_by or "").strip():
                raise ValidationError(
                    self.env._("%(name)s: say when and by whom.", name=line.display_name)
                )
            drawn = line.review_id.drawn_at
            if line.seen_on > today or (
                drawn and line.seen_on < self.env["edu.policy"]._edu_now(drawn).date()
            ):
                raise ValidationError(
                    self.env._(
                        "%(name)s: it was looked at between the drawing and today.",
                        name=line.display_name,
                    )
                )
            if line.result != "as_recorded" and not (line.note or "").strip():
                raise ValidationError(
                    self.env._("%(name)s: say what was seen.", name=line.display_name)
                )

    # ------------------------------------------------------------------ CRUD

    @api.model
    def _edu_make(self, review, drawn):
        """Lines of what was ``drawn``, [(number, key)], as it stands on the books now. Private."""
        numbers = [number for number, _key in drawn]
        model = "edu.school" if review.population == "schools" else "edu.student"
        found = {record.id: record for record in self.env[model].sudo().browse(numbers)}
        return self.sudo().create(
            [
                {
                    "review_id": review.id,
                    "number": position,
                    "draw_key": digest,
                    "drawn_number": number,
                    **self._edu_books(found[number]),
                }
                for position, (number, digest) in enumerate(drawn, start=1)
            ]
        )

    @api.model
    def _edu_books(self, record):
        if record._name == "edu.school":
            return {
                "school_id": record.id,
                "township_id": record.area_id.id,
                "books": self.env._(
                    "%(count)s children",
                    count=self.env["edu.student"]
                    .sudo()
                    .search_count(
                        [("school_id", "=", record.id), ("enrolment_state", "=", "enrolled")]
                    ),
                ),
            }
        states = dict(record._fields["enrolment_state"]._description_selection(self.env))
        Case = self.env["edu.dropout.case"]
        case = Case.sudo()._edu_open_case(record)
        school = record.school_id or case.school_id
        return {
            "student_id": record.id,
            "child_name": record.name,
            "school_id": school.id,
            "class_id": record.class_id.id,
            "township_id": school.area_id.id,
            "books": ", ".join(
                filter(
                    None, (states.get(record.enrolment_state), case and case._edu_label("state"))
                )
            ),
        }

    def write(self, vals):
        """The bureau, between drawing and closing: what was seen.

        :raise AccessError: for anything else
        """
        if not self.env.su:
            self.check_access("write")
            if vals.keys() - self._EDU_TYPED:
                raise AccessError(self.env._("What was drawn is fixed."))
            self._edu_check_open()
            if "result" in vals:
                self.sudo().write({"recorded_by_id": self.env.uid})
        before = {line: line.sudo().evidence_ids for line in self}
        result = super().write(vals)
        if "evidence_ids" in vals:
            for line in before:
                line.sudo().evidence_ids._edu_hang_on(line)
        return result

    def _edu_check_open(self):
        self.review_id._edu_check_bureau()
        if any(line.review_id.state != "drawn" for line in self):
            raise UserError(self.env._("A closed review stays as it is."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if any(line.review_id.state != "draft" for line in self):
            raise UserError(self.env._("What was drawn is fixed."))

    # ------------------------------------------------------------------ what follows

    def action_raise_case(self):
        """Bureau: the child was not in school, or nobody could tell: its case is raised, or the open one
        told."""
        for line in self:
            line._edu_check_open()
            if not line.student_id or line.result not in ("absent", "not_found"):
                raise UserError(
                    self.env._("A case is raised for a child who was not seen in school.")
                )
            known = line.sudo()
            note = self.env._(
                "Looked at in the random review %(review)s on %(date)s: %(note)s",
                review=known.review_id.name,
                date=known.seen_on,
                note=known.note,
            )
            case = (
                self.env["edu.dropout.case"]
                .sudo()
                ._edu_raise(known.student_id, "manual", missing_since=known.seen_on, note=note)
            )
            known.case_id = case
        return True

    def action_order(self):
        """Bureau: draft a follow-up order to the school about what was found, and open it."""
        self.ensure_one()
        self._edu_check_open()
        if self.result in ("pending", "as_recorded"):
            raise UserError(self.env._("There is nothing to follow up."))
        line = self.sudo()
        if not line.order_id:
            line.order_id = self.env["edu.supervision.order"].create(
                {
                    "school_id": line.school_id.id,
                    "instruction": self.env._(
                        "Random review %(review)s, %(name)s, %(date)s: %(note)s",
                        review=line.review_id.name,
                        name=line.display_name,
                        date=line.seen_on,
                        note=line.note,
                    ),
                }
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": "edu.supervision.order",
            "res_id": line.order_id.id,
            "views": [(False, "form")],
        }
