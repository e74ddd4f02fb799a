import base64
import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ...tools.canonical import sha256_hex
from ...tools.draw import draw


class EduSampleReview(models.Model):
    """The bureau looks for itself: children or schools drawn at random by the system, each looked at in
    person (县区一季度一复核, and with another kind the term survey for the city).

    Nobody chooses: population, seed and order of the drawing are kept, so that anybody draws the same
    sample again (``tools/draw.py``); once drawn it is fixed. The bureau of the county prepares, draws,
    records and closes; inspectors read. What was found becomes a case or a follow-up order before it is
    closed; schools and townships then read their own lines.
    """

    _name = "edu.sample.review"
    _description = "Random Review"
    _inherit = [
        "edu.bureau.document.mixin",
        "edu.hand.in.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "edu.duty.mixin",
    ]
    _edu_duty_fields = ("state", "deadline", "first_submitted_at", "drawn_by_id")
    _order = "date_to desc, id desc"
    _mail_post_access = "read"

    name = fields.Char("Document Number", readonly=True, copy=False)
    kind_id = fields.Many2one(
        "edu.report.kind",
        "Kind",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("form", "=", "sample")],
        default=lambda self: self.env["edu.report.kind"].search([("form", "=", "sample")], limit=1),
    )
    date = fields.Date(
        "Day of the Period",
        required=True,
        default=lambda self: self.env["edu.policy"]._edu_today(),
        copy=False,
    )
    term_id = fields.Many2one(
        "edu.term", compute="_compute_period", store=True, index=True, precompute=True
    )
    date_from = fields.Date("From", compute="_compute_period", store=True, precompute=True)
    date_to = fields.Date("Until", compute="_compute_period", store=True, precompute=True)
    deadline = fields.Date(compute="_compute_deadline", store=True, precompute=True)
    population = fields.Selection(
        [
            ("enrolled", "Children on the registry"),
            ("missing", "Children suspected or dropped out"),
            ("returned", "Children who were brought back"),
            ("schools", "Schools"),
        ],
        "Drawn From",
        required=True,
        compute="_compute_from_kind",
        store=True,
        readonly=False,
        precompute=True,
    )
    size = fields.Integer(
        "How Many",
        required=True,
        compute="_compute_from_kind",
        store=True,
        readonly=False,
        precompute=True,
    )
    township_ids = fields.Many2many(
        "edu.area",
        "edu_sample_review_township_rel",
        "review_id",
        "township_id",
        "Only Townships",
        domain=[("level", "=", "township")],
        help="Empty: the whole county",
    )
    state = fields.Selection(
        [("draft", "Being Prepared"), ("drawn", "Drawn"), ("closed", "Closed")],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
    )

    # The drawing
    seed = fields.Char(readonly=True, copy=False)
    drawn_at = fields.Datetime("Drawn On", readonly=True, copy=False)
    drawn_by_id = fields.Many2one(
        "res.users", "Drawn By", readonly=True, copy=False, ondelete="restrict"
    )
    population_text = fields.Text(readonly=True, copy=False, prefetch=False)
    population_count = fields.Integer("Size of the Population", readonly=True, copy=False)
    population_hash = fields.Char("Hash of the Population", readonly=True, copy=False)
    population_file = fields.Binary("Numbers of the Population", compute="_compute_population_file")
    population_name = fields.Char(compute="_compute_population_file")
    line_ids = fields.One2many("edu.sample.line", "review_id", "Drawn", copy=False)

    # The result
    conclusion = fields.Text(copy=False)
    closed_at = fields.Datetime("Closed On", readonly=True, copy=False)
    closed_by_id = fields.Many2one(
        "res.users", "Closed By", readonly=True, copy=False, ondelete="restrict"
    )
    pending_count = fields.Integer("Still to Be Looked at", compute="_compute_counts")
    fine_count = fields.Integer("As Recorded", compute="_compute_counts")
    finding_count = fields.Integer("Found Wanting", compute="_compute_counts")
    share = fields.Float("As Recorded (%)", compute="_compute_counts", digits=(5, 1))

    _size_positive = models.Constraint("CHECK(size > 0)", "At least one is drawn.")
    _name_uniq = models.UniqueIndex("(name)", "This document number is taken.")

    _EDU_TYPED = frozenset(
        {"kind_id", "date", "population", "size", "township_ids", "conclusion", "line_ids"}
    )
    _EDU_LATER = frozenset({"conclusion", "line_ids"})

    # ------------------------------------------------------------------ computes

    @api.depends("kind_id", "date")
    def _compute_period(self):
        Term = self.env["edu.term"]
        for review in self:
            term = Term._current(review.date)
            review.term_id = term
            review.date_from, review.date_to = (
                review.kind_id._edu_period(review.date, term)
                if review.kind_id
                else (review.date,) * 2
            )

    @api.depends("kind_id", "date_to", "term_id")
    def _compute_deadline(self):
        today = self.env["edu.policy"]._edu_today()
        for review in self:
            review.deadline = review.kind_id and review.kind_id._edu_due(
                review.date_to, review.term_id, today
            )

    @api.depends("kind_id")
    def _compute_from_kind(self):
        for review in self:
            review.population = review.kind_id.sample_population or "enrolled"
            review.size = review.kind_id.sample_size or 1

    @api.depends("name", "kind_id", "date_from", "term_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        Call = self.env["edu.report.call"]
        for review in self:
            words = Call._edu_period_words_of(review.kind_id, review.date_from, review.term_id)
            review.display_name = " ".join(filter(None, (review.name, review.kind_id.name, words)))

    @api.depends("population_hash")
    def _compute_population_file(self):
        for review in self:
            text = review.sudo().population_text
            review.population_file = text and base64.b64encode(f"{text}\n".encode())
            review.population_name = f"population-{review.id}.txt"

    @api.depends("line_ids.result")
    def _compute_counts(self):
        for review in self:
            results = review.line_ids.mapped("result")
            seen = len(results) - results.count("pending")
            review.pending_count = results.count("pending")
            review.fine_count = results.count("as_recorded")
            review.finding_count = seen - review.fine_count
            review.share = 100 * review.fine_count / seen if seen else 0

    # ------------------------------------------------------------------ CRUD

    def _edu_refusal(self, why, field=""):
        if why == "bureau":
            return self.env._("Random reviews are the county bureau's.")
        if why == "typed":
            return self.env._(
                "“%(field)s” follows from the drawing; it is not typed in.", field=field
            )
        return self.env._(
            "“%(review)s” is drawn: it is fixed, whatever came out.", review=self.display_name
        )

    def write(self, vals):
        if not self.env.su and self._EDU_TYPED & vals.keys():
            self._edu_check_bureau()
            if any(review.state == "closed" for review in self):
                raise UserError(self.env._("A closed review stays as it is."))
        return super().write(vals)

    # ------------------------------------------------------------------ the drawing

    def _edu_population(self):
        """Numbers (ids) of everybody who could be drawn, in order."""
        self.ensure_one()
        review = self.sudo()
        self.env.flush_all()
        townships = review.township_ids
        place = SQL("school.active AND school.county_id = %s", review.county_id.id)
        if townships:
            place = SQL("%s AND school.area_id IN %s", place, tuple(townships.ids))
        states = {
            "missing": ("suspected", "verifying", "persuading"),
            "returned": ("returned", "observing"),
        }
        if review.population == "schools":
            query = SQL("SELECT school.id FROM edu_school school WHERE %s ORDER BY 1", place)
        elif review.population == "enrolled":
            query = SQL(
                "SELECT student.id FROM edu_student student"
                " JOIN edu_school school ON school.id = student.school_id"
                " WHERE student.active AND student.enrolment_state = 'enrolled' AND %s ORDER BY 1",
                place,
            )
        else:
            query = SQL(
                "SELECT DISTINCT kase.student_id FROM edu_dropout_case kase"
                " JOIN edu_school school ON school.id = kase.school_id"
                " WHERE kase.state IN %s AND %s ORDER BY 1",
                states[review.population],
                place,
            )
        return [number for (number,) in self.env.execute_query(query)]

    def action_draw(self):
        """Bureau: draw the sample, once. The seed comes from the machine's own randomness.

        :raise UserError: it is drawn already, or nobody could be drawn
        """
        for review in self:
            review._edu_check_bureau()
            review.sudo().lock_for_update()
            review._edu_check_draft()
            numbers = review._edu_population()
            if not numbers:
                raise UserError(self.env._("There is nobody to be drawn."))
            text = "\n".join(map(str, numbers))
            seed = secrets.token_hex(16)
            today = self.env["edu.policy"]._edu_today()
            Sequence = self.env["ir.sequence"].sudo().with_context(ir_sequence_date=today)
            known = review.sudo()
            known.write(
                {
                    "name": Sequence.next_by_code("edu.sample.review"),
                    "state": "drawn",
                    "seed": seed,
                    "drawn_at": fields.Datetime.now(),
                    "drawn_by_id": self.env.uid,
                    "population_text": text,
                    "population_count": len(numbers),
                    "population_hash": sha256_hex(text),
                }
            )
            known.line_ids._edu_make(known, draw(seed, numbers, known.size))
        return True

    def action_redraw(self):
        """Whoever reads the review: draw again from the seed and the population that were kept, and say
        whether the same come out."""
        self.ensure_one()
        self.check_access("read")
        review = self.sudo()
        if not review.seed:
            raise UserError(self.env._("Nothing is drawn yet."))
        numbers = [int(line) for line in (review.population_text or "").split()]
        again = draw(review.seed, numbers, review.size)
        kept = [(line._edu_number(), line.draw_key) for line in review.line_ids]
        same = again == kept and sha256_hex(review.population_text or "") == review.population_hash
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if same else "danger",
                "title": self.env._("Drawn again"),
                "message": self.env._(
                    "Identical: the same %(count)s of %(population)s, in the same order.",
                    count=len(kept),
                    population=review.population_count,
                )
                if same
                else self.env._(
                    "Not identical: the sample, its seed or its population was altered after the"
                    " drawing."
                ),
                "sticky": not same,
            },
        }

    # ------------------------------------------------------------------ closing

    def action_close(self):
        """Bureau: everybody was looked at, what was found goes on somewhere, the conclusion is written.

        :raise ValidationError: with everything that is still missing
        """
        now = fields.Datetime.now()
        for review in self:
            review._edu_check_bureau()
            if review.state != "drawn":
                raise UserError(self.env._("Only what was drawn is closed."))
            known = review.sudo()
            missing = [
                self.env._("%(name)s: not looked at yet", name=line.display_name)
                for line in known.line_ids
                if line.result == "pending"
            ]
            missing += [
                self.env._("%(name)s: neither a case nor a follow-up order", name=line.display_name)
                for line in known.line_ids
                if line._edu_needs_follow_up()
            ]
            if not (known.conclusion or "").strip():
                missing.append(self.env._("The conclusion"))
            if missing:
                raise ValidationError(
                    self.env._("This is still missing:") + "\n- " + "\n- ".join(missing)
                )
            known.write(
                {
                    "state": "closed",
                    "closed_at": now,
                    "closed_by_id": self.env.uid,
                    **known._edu_handed_in(now),
                }
            )
        return True

    def _edu_duty_query(self):
        """Closed by the end of the period, by who drew it."""
        return SQL(
            """
            SELECT 'sample_review' AS kind, review.id AS res_id, 0 AS slot, review.deadline,
                   (review.first_submitted_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS done_on,
                   review.drawn_by_id AS user_id, NULL::integer AS school_id,
                   review.county_id AS area_id, NULL::integer AS class_id
              FROM edu_sample_review review
            """,
            tz=self.env["edu.policy"]._edu_tz_name(),
        )

    def _edu_file_name(self):
        self.ensure_one()
        review = self.sudo().with_context(lang="zh_CN")
        return f"{review.kind_id.name}-{review.county_id.name}-{review.date_to:%Y%m%d}"
