from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .outcomes import MISSING, PRESENT
from .roster_check_line import MARKERS
from .status_kinds import EACH_TERM

OCCASIONS = [
    ("monthly", "Month"),
    ("festival", "After Spring Festival"),
    ("exam", "Before the grade 9 examination"),
]
EXAM_GRADE = 9
# Whose heads may be looked for in a class
IN_CLASS = ("enrolled", "expected", "dropped_out")


class EduRosterRepeat(models.Model):
    """A repeat check of one class within the term: monthly, after Spring Festival, before the grade 9
    examination. It starts from what the last check found and holds only what changed since.

    Bureau, records administrator and dean start it for their schools. The class
    teacher, or records administrator and dean, enter heads and changes and sign; then it is frozen.
    The school's leaders, its township, bureau and inspectors read.
    """

    _name = "edu.roster.repeat"
    _description = "Repeat check"
    _inherit = ["edu.scope.mixin", "mail.thread"]
    _order = "date desc, school_id, grade, class_id"
    _edu_class_field = "class_id"

    term_id = fields.Many2one("edu.term", required=True, readonly=True, ondelete="restrict")
    school_id = fields.Many2one(
        "edu.school", required=True, readonly=True, index=True, ondelete="restrict"
    )
    class_id = fields.Many2one(
        "edu.class", required=True, readonly=True, index=True, ondelete="restrict"
    )
    grade = fields.Integer(readonly=True, aggregator=None)
    occasion = fields.Selection(OCCASIONS, required=True, readonly=True)
    date = fields.Date(required=True, readonly=True, index=True)
    state = fields.Selection(
        [("open", "Open"), ("signed", "Signed")],
        required=True,
        default="open",
        readonly=True,
        index=True,
        tracking=True,
    )
    line_ids = fields.One2many("edu.roster.repeat.line", "repeat_id", "Changes")
    expected_count = fields.Integer("Heads to Count", compute="_compute_expected")
    away_names = fields.Text("Away at the Last Check", compute="_compute_expected")
    heads = fields.Integer("Heads Counted", aggregator=None)
    registry_count = fields.Integer("On the Registry", compute="_compute_expected")
    registered_count = fields.Integer("Registered for the Examination", aggregator=None)
    explanation = fields.Text(
        help="Why fewer or more are registered for the examination than stand on the registry."
    )
    signed_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    signed_at = fields.Datetime(readonly=True)
    can_mark = fields.Boolean(compute="_compute_can_mark")

    _class_uniq = models.UniqueIndex(
        "(class_id, term_id, occasion, date)", "The class has this repeat check already."
    )

    _EDU_FREE = frozenset({"heads", "registered_count", "explanation", "line_ids"})

    @api.depends("class_id", "occasion", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["occasion"]._description_selection(self.env))
        for repeat in self:
            repeat.display_name = (
                f"{repeat.class_id.sudo().display_name or ''} {labels.get(repeat.occasion, '')}"
                f" {repeat.date or ''}"
            )

    @api.depends("class_id", "line_ids.outcome", "line_ids.student_id", "state")
    def _compute_expected(self):
        """What the last check leaves to be expected, with the changes entered here."""
        found = self._origin._edu_last_findings()
        for repeat in self:
            last = found.get(repeat._origin.id, {})
            now = {
                **last,
                **{
                    line.student_id.id: line.outcome
                    for line in repeat.line_ids
                    if not line.automatic and line.student_id.id in last
                },
            }
            repeat.expected_count = sum(outcome in PRESENT for outcome in now.values())
            repeat.registry_count = len(last)
            away = (
                self.env["edu.student"]
                .sudo()
                .browse(student for student, outcome in last.items() if outcome not in PRESENT)
            )
            repeat.away_names = self.env._(", ").join(away.mapped("name"))

    @api.depends("state")
    @api.depends_context("uid")
    def _compute_can_mark(self):
        user = self.env.user
        for repeat in self:
            repeat.can_mark = repeat.state == "open" and any(
                user._edu_has_role(role, repeat) for role in MARKERS
            )

    def write(self, vals):
        """Heads, registrations and changes, while the check is open; the rest follows from starting
        and signing."""
        if not self.env.su:
            if vals.keys() - self._EDU_FREE:
                raise AccessError(self.env._("Only heads, registrations and changes are entered."))
            self._edu_check_role(MARKERS)
            self._edu_ensure_open()
        return super().write(vals)

    def _edu_ensure_open(self):
        for repeat in self.sudo():
            if repeat.state != "open":
                raise UserError(
                    self.env._("%(check)s is signed and frozen.", check=repeat.display_name)
                )

    def _edu_last_findings(self):
        """{repeat id: {student id: what the last check of the term found}} of the children in the
        class today; who came since counts as here. Children taught at home are not counted."""
        if not self.ids:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT r.id, s.id,
                       CASE WHEN EXISTS (
                            SELECT 1 FROM edu_status_change change
                             WHERE change.student_id = s.id AND change.state = 'in_force'
                               AND change.kind IN %(away)s) THEN 'elsewhere'
                            ELSE COALESCE(repeated.outcome, line.outcome, 'arrived') END
                  FROM edu_roster_repeat r
                  JOIN edu_student s ON s.class_id = r.class_id AND s.active
                   AND s.enrolment_state IN %(in_class)s
                   AND s.placement NOT IN ('home', 'remote')
             LEFT JOIN LATERAL (
                       SELECT rl.outcome FROM edu_roster_repeat_line rl
                         JOIN edu_roster_repeat earlier ON earlier.id = rl.repeat_id
                        WHERE rl.student_id = s.id AND earlier.term_id = r.term_id
                          AND earlier.state = 'signed' AND NOT rl.automatic
                          AND (earlier.date, earlier.id) < (r.date, r.id)
                     ORDER BY earlier.date DESC, earlier.id DESC LIMIT 1) repeated ON TRUE
             LEFT JOIN LATERAL (
                       SELECT l.outcome FROM edu_roster_check_line l
                        WHERE l.student_id = s.id AND l.term_id = r.term_id
                          AND l.outcome != 'unmarked'
                     ORDER BY l.marked_at DESC NULLS LAST LIMIT 1) line ON TRUE
                 WHERE r.id IN %(ids)s
                """,
                ids=tuple(self.ids),
                in_class=IN_CLASS,
                away=EACH_TERM,
            )
        )
        found = {}
        for repeat, student, outcome in rows:
            found.setdefault(repeat, {})[student] = outcome
        return found

    # Starting

    @api.model
    def _edu_start(self, term, occasion, date, schools):
        """Give each class of ``schools`` its repeat check, set-based, with the children who came to or
        left the class since the last one. Private: the caller has asked for the post. Doing it
        again adds only what is missing.

        :return: the new checks, as superuser
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO edu_roster_repeat (
                    term_id, school_id, class_id, grade, occasion, date, state,
                    create_uid, create_date, write_uid, write_date)
                SELECT %(term)s, k.school_id, k.id, k.grade, %(occasion)s, %(date)s, 'open',
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM edu_class k
                 WHERE k.active AND k.school_id IN %(schools)s
                   AND (%(occasion)s != 'exam' OR k.grade = %(exam)s)
                   AND EXISTS (SELECT 1 FROM edu_student s
                                WHERE s.class_id = k.id AND s.active
                                  AND s.enrolment_state IN %(in_class)s)
              ORDER BY k.school_id, k.grade, k.number
           ON CONFLICT DO NOTHING
             RETURNING id
                """,
                term=term.id,
                occasion=occasion,
                date=date,
                schools=tuple(schools.ids or [0]),
                exam=EXAM_GRADE,
                in_class=IN_CLASS,
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        ids = tuple(repeat_id for (repeat_id,) in rows)
        if ids:
            self.env.cr.execute(self._edu_moves_sql(ids))
        self.env.invalidate_all(flush=False)
        return self.sudo().browse(ids)

    def _edu_moves_sql(self, ids):
        """Who came to or left a class since the term's check, and is in no earlier repeat check."""
        return SQL(
            """
            WITH moved AS (
                SELECT r.id AS repeat_id, s.id AS student_id, 'joined' AS outcome
                  FROM edu_roster_repeat r
                  JOIN edu_student s ON s.class_id = r.class_id AND s.active
                   AND s.enrolment_state IN %(in_class)s
                 WHERE r.id IN %(ids)s AND NOT EXISTS (
                       SELECT 1 FROM edu_roster_check_line l
                        WHERE l.student_id = s.id AND l.term_id = r.term_id
                          AND l.class_id = r.class_id)
                UNION ALL
                SELECT r.id, s.id, 'left'
                  FROM edu_roster_repeat r
                  JOIN edu_roster_check_line l ON l.class_id = r.class_id
                   AND l.term_id = r.term_id AND l.outcome IN %(present)s
                  JOIN edu_student s ON s.id = l.student_id
                 WHERE r.id IN %(ids)s AND (
                       s.class_id IS DISTINCT FROM r.class_id OR NOT s.active
                       OR s.enrolment_state NOT IN %(in_class)s))
            INSERT INTO edu_roster_repeat_line (
                repeat_id, school_id, class_id, student_id, outcome, automatic,
                create_uid, create_date, write_uid, write_date)
            SELECT r.id, r.school_id, r.class_id, moved.student_id, moved.outcome, TRUE,
                   r.create_uid, r.create_date, r.create_uid, r.create_date
              FROM moved JOIN edu_roster_repeat r ON r.id = moved.repeat_id
             WHERE NOT EXISTS (
                   SELECT 1 FROM edu_roster_repeat_line told
                     JOIN edu_roster_repeat earlier ON earlier.id = told.repeat_id
                    WHERE told.student_id = moved.student_id AND told.outcome = moved.outcome
                      AND earlier.class_id = r.class_id AND earlier.term_id = r.term_id)
            """,
            ids=ids,
            in_class=IN_CLASS,
            present=PRESENT,
        )

    # Signing

    def action_sign(self):
        """Class teacher, records administrator, dean: what stands here is all that changed.

        :raise UserError: heads that do not agree, or registrations that are not explained
        """
        self._edu_check_role(MARKERS)
        self._edu_ensure_open()
        for repeat in self:
            if repeat.heads != repeat.expected_count:
                raise UserError(
                    self.env._(
                        "You counted %(heads)s heads; by the last check and the changes entered here"
                        " %(expected)s children should be here. Enter who is missing or back.",
                        heads=repeat.heads,
                        expected=repeat.expected_count,
                    )
                )
            if (
                repeat.occasion == "exam"
                and repeat.registered_count != repeat.registry_count
                and not (repeat.explanation or "").strip()
            ):
                raise UserError(
                    self.env._(
                        "%(registered)s children are registered for the examination, %(registry)s"
                        " stand on the registry: explain the difference.",
                        registered=repeat.registered_count,
                        registry=repeat.registry_count,
                    )
                )
            sudo = repeat.sudo()
            sudo.write(
                {
                    "state": "signed",
                    "signed_by_id": self.env.uid,
                    "signed_at": fields.Datetime.now(),
                }
            )
            lines = sudo.line_ids.filtered(lambda line: not line.automatic)
            missing = lines.filtered(lambda line: line.outcome in MISSING)
            if missing:
                missing._edu_on_missing()
            found = (lines - missing).filtered(lambda line: line.outcome != line.before)
            if found:
                found._edu_on_found()
        return True
