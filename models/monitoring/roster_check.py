import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, mute_logger

from ..core.notes import log_notes
from ..core.signing import signing
from ..registry.office import in_office_language
from ..registry.student import ON_BOOKS
from .outcomes import GONE, MISSING, PRESENT
from .status_kinds import OF_OUTCOME

# Children expected from another school are not looked for when these hold
NOT_EXPECTED = ("deceased", "abroad", "transferred_out")
# Filling so many checks at once, PostgreSQL counts what it fills
ANALYZE_FROM = 20
BEGIN = "edu_dropout_control.activity_roster_begin"

#: name of the bus message and of the channels that the progress of a check is told on
PROGRESS = "edu_roster_progress"


class EduRosterCheck(models.Model):
    """The full check of one school in one term: registry against who really came (二(三)1), done
    by the term's deadline (二(三)2).

    Read by the school's staff, its township, bureau and inspectors; class teachers read the check
    of their school. Nobody writes directly. Bureau and county administrator open a term; the
    records administrator or dean refreshes, closes, and reopens with a reason.
    """

    _name = "edu.roster.check"
    _description = "Roster check"
    _inherit = [
        "edu.scope.mixin",
        "edu.signoff.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "edu.duty.mixin",
    ]
    _edu_duty_fields = ("state", "school_id", "check_deadline", "closed_on")
    _order = "term_id desc, school_id"
    _mail_post_access = "read"
    _edu_signoff_posts = {"checked": ("records_admin", "dean")}

    term_id = fields.Many2one("edu.term", required=True, index=True, ondelete="restrict")
    school_id = fields.Many2one("edu.school", required=True, index=True, ondelete="restrict")
    area_id = fields.Many2one(
        related="school_id.area_id", string="Township", store=True, index=True
    )
    state = fields.Selection(
        [("draft", "Not begun"), ("open", "Open"), ("closed", "Check completed")],
        required=True,
        default="draft",
        index=True,
        readonly=True,
        tracking=True,
    )
    check_deadline = fields.Date(
        "Check by", compute="_compute_check_deadline", store=True, index=True
    )
    opened_on = fields.Date(readonly=True)
    closed_on = fields.Date(readonly=True)
    closed_by_id = fields.Many2one("res.users", "Closed by", readonly=True, ondelete="restrict")
    reminded_on = fields.Date("Reminded on", readonly=True, copy=False)
    reminded_again_on = fields.Date("Reminded Again on", readonly=True, copy=False)
    idle_digested = fields.Boolean(readonly=True, copy=False)
    sheet_ids = fields.One2many("edu.roster.sheet", "check_id", "Classes")
    line_ids = fields.One2many("edu.roster.check.line", "check_id", "Children")

    deadline_state = fields.Selection(
        [
            ("late", "Late"),
            ("due_soon", "Due soon"),
            ("on_time", "On time"),
            ("done", "Done in time"),
            ("done_late", "Done late"),
        ],
        "Deadline",
        compute="_compute_deadline_state",
        search="_search_deadline_state",
    )
    days_left = fields.Integer(compute="_compute_deadline_state", aggregator=None)

    line_count = fields.Integer("Number of Children", compute="_compute_counts")
    unmarked_count = fields.Integer("Still to Mark", compute="_compute_counts")
    present_count = fields.Integer("Here", compute="_compute_counts")
    missing_count = fields.Integer("Suspected", compute="_compute_counts")
    other_count = fields.Integer("Accounted for", compute="_compute_counts")
    sheet_count = fields.Integer("Number of Classes", compute="_compute_counts")
    signed_count = fields.Integer("Classes Signed", compute="_compute_counts")
    progress = fields.Integer("Marked (%)", compute="_compute_counts", aggregator="avg")
    can_close = fields.Boolean(compute="_compute_can_close")

    _school_term_uniq = models.UniqueIndex(
        "(school_id, term_id)", "The school has a roster check in this term already."
    )

    @api.depends("school_id", "term_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for check in self:
            check.display_name = f"{check.school_id.name or ''} {check.term_id.display_name or ''}"

    @api.depends("line_ids.outcome", "sheet_ids.state")
    def _compute_counts(self):
        names = (
            "line_count",
            "unmarked_count",
            "present_count",
            "missing_count",
            "other_count",
            "sheet_count",
            "signed_count",
        )
        counts = {check_id: dict.fromkeys(names, 0) for check_id in self.ids}
        for check, outcome, number in (
            self.env["edu.roster.check.line"]
            .sudo()
            ._read_group([("check_id", "in", self.ids)], ["check_id", "outcome"], ["__count"])
        ):
            count = counts[check.id]
            count["line_count"] += number
            if outcome == "unmarked":
                count["unmarked_count"] += number
            elif outcome in PRESENT:
                count["present_count"] += number
            elif outcome in MISSING:
                count["missing_count"] += number
            else:
                count["other_count"] += number
        for check, state, number in (
            self.env["edu.roster.sheet"]
            .sudo()
            ._read_group(
                [("check_id", "in", self.ids), ("line_ids", "!=", False)],
                ["check_id", "state"],
                ["__count"],
            )
        ):
            counts[check.id]["sheet_count"] += number
            if state == "signed":
                counts[check.id]["signed_count"] += number
        for check in self:
            count = counts.get(check.id) or dict.fromkeys(names, 0)
            for name in names:
                check[name] = count[name]
            check.progress = (
                100 * (count["line_count"] - count["unmarked_count"]) // count["line_count"]
                if count["line_count"]
                else 0
            )

    @api.depends_context("uid")
    @api.depends("state")
    def _compute_can_close(self):
        user = self.env.user
        for check in self:
            check.can_close = any(
                user._edu_has_role(role, check) for role in ("records_admin", "dean")
            )

    @api.depends(
        "term_id.check_deadline",
        "term_id.opening_ids.check_deadline",
        "term_id.opening_ids.school_id",
        "term_id.opening_ids.grade",
        "school_id.grade_from",
        "school_id.grade_to",
    )
    def _compute_check_deadline(self):
        """The county's, or that of the last grade of a school that opens on another day."""
        for term, checks in self.grouped("term_id").items():
            schools = term.opening_ids.school_id
            for check in checks:
                check.check_deadline = (
                    term._edu_deadline("check_deadline", check.school_id)
                    if check.school_id in schools
                    else term.check_deadline
                )

    # How it stands with the deadline depends on today, so it is never stored

    @api.depends("state", "check_deadline", "closed_on")
    def _compute_deadline_state(self):
        dates = self.env["edu.policy"]._edu_due_dates()
        for check in self:
            deadline, closed = check.check_deadline, check.state == "closed"
            check.days_left = (deadline - dates[0]).days if deadline and not closed else 0
            check.deadline_state = check._edu_deadline_state(deadline, *dates)

    @api.model
    def _edu_deadline_state(self, deadline, today, soon):
        """How it stands with ``deadline``, of the check or of one of its classes."""
        self.ensure_one()
        if self.state == "closed":
            late = deadline and self.closed_on and self.closed_on > deadline
            return "done_late" if late else "done"
        if not deadline or deadline > soon:
            return "on_time"
        return "late" if deadline < today else "due_soon"

    def _search_deadline_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today, soon = self.env["edu.policy"]._edu_due_dates()
        running = Domain("state", "!=", "closed")
        late_ids = SQL(
            "SELECT id FROM edu_roster_check WHERE state = 'closed' AND closed_on > check_deadline"
        )
        domains = {
            "late": running & Domain("check_deadline", "<", today),
            "due_soon": running
            & Domain("check_deadline", ">=", today)
            & Domain("check_deadline", "<=", soon),
            "on_time": running
            & (Domain("check_deadline", ">", soon) | Domain("check_deadline", "=", False)),
            "done": Domain("state", "=", "closed") & Domain("id", "not in", late_ids),
            "done_late": Domain("id", "in", late_ids),
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    def _field_to_sql(self, alias, field_expr, query=None):
        """Makes the deadline groupable, on the county's date."""
        if field_expr != "deadline_state":
            return super()._field_to_sql(alias, field_expr, query)
        today, soon = self.env["edu.policy"]._edu_due_dates()
        return SQL(
            "CASE WHEN %(state)s = 'closed' AND %(closed)s > %(deadline)s THEN 'done_late'"
            " WHEN %(state)s = 'closed' THEN 'done'"
            " WHEN %(deadline)s < %(today)s THEN 'late'"
            " WHEN %(deadline)s <= %(soon)s THEN 'due_soon' ELSE 'on_time' END",
            state=self._field_to_sql(alias, "state", query),
            closed=self._field_to_sql(alias, "closed_on", query),
            deadline=self._field_to_sql(alias, "check_deadline", query),
            today=today,
            soon=soon,
        )

    # Filling: one line per child on the registry or expected

    def action_refresh(self):
        """Records administrator, dean, bureau: take in children and classes that came since."""
        self._edu_check_role(("records_admin", "dean", "bureau"))
        for check in self:
            if check.state == "closed":
                raise UserError(self.env._("This roster check is closed."))
        return self.sudo()._edu_fill()

    def _edu_fill(self):
        """Give every child of the checks a line, set-based. Private, on sudo'ed checks; doing it
        again changes nothing.

        A child whose sheet is signed waits until the sheet is reopened (``_edu_open_items`` says
        so). Lines still unmarked follow their child: into another class, or away with it.

        :return: number of lines added
        """
        checks = self.filtered(lambda check: check.state != "closed")
        if not checks:
            return 0
        self.env.flush_all()
        filled = checks.filtered("sheet_ids")
        # those that are not begun are written to by _edu_begin, which claims them as well
        checks.filtered(lambda check: check.state != "draft")._edu_claim()
        checks._edu_make_sheets()
        if len(checks) >= ANALYZE_FROM:
            # the planner would go by a table that was empty
            self._edu_analyze("edu_roster_check", "edu_roster_sheet")
        added = filled._edu_refill() + (checks - filled)._edu_fill_first()
        if added and len(checks) >= ANALYZE_FROM:
            self._edu_analyze("edu_roster_check_line")
        checks._edu_carry_proofs()
        checks._edu_carry_changes()
        begun = checks._edu_begin()
        begun._edu_duty_later()
        self.env.invalidate_all(flush=False)
        log_notes(self.browse(), dict.fromkeys(begun.ids, self.env._("The roster check is open.")))
        return added

    def _edu_fill_first(self):
        """Lines of checks that have none: of all children, as they come.

        :return: number of lines added
        """
        if not self:
            return 0
        added = self._edu_insert_lines(SQL("(%s)", self._edu_children_sql()))
        # who has no class was given no sheet, and seldom is there anybody
        self._edu_make_rest_sheets(SQL("edu_roster_check_line WHERE sheet_id = 0"))
        self.env.cr.execute(
            SQL(
                """
                UPDATE edu_roster_check_line l
                   SET sheet_id = sh.id
                  FROM edu_roster_sheet sh
                 WHERE l.sheet_id = 0 AND sh.check_id = l.check_id AND sh.class_id IS NULL
                """
            )
        )
        return added

    def _edu_refill(self):
        """Checks that have lines: those follow their children, and new children are added.

        :return: number of lines added
        """
        if not self:
            return 0
        children = self._edu_list_children()
        self._edu_make_rest_sheets(SQL("%s WHERE class_id IS NULL", children))
        self._edu_follow_children(children)
        added = self._edu_insert_lines(
            SQL(
                """(SELECT * FROM %s child
                     WHERE NOT EXISTS (SELECT 1 FROM edu_roster_check_line l
                                        WHERE l.check_id = child.check_id
                                          AND l.student_id = child.student_id)
                    -- the offset keeps the planner from asking child by child
                    OFFSET 0)""",
                children,
            )
        )
        self.env.cr.execute(SQL("DROP TABLE %s", children))
        return added

    @api.model
    def _edu_analyze(self, *tables):
        """Tell the planner roughly how large tables are; autovacuum does it thoroughly."""
        self.env.cr.execute(SQL("SET LOCAL default_statistics_target = 10"))
        for table in tables:
            self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
        self.env.cr.execute(SQL("SET LOCAL default_statistics_target TO DEFAULT"))

    def _edu_claim(self):
        """Lines are about to be made of children who are there now: see ``_edu_claim_all``."""
        self.env.cr.execute(SQL("UPDATE edu_roster_check SET id = id WHERE id = ANY(%s)", self.ids))

    @api.model
    def _edu_claim_all(self):
        """A child or an entrant is about to be deleted, which its lines do not hinder: they have no
        foreign key, since PostgreSQL would lock each child of the county when a term opens. Whoever
        deletes looks for lines, and whoever makes lines has written to their checks, and to the term
        of new ones. So does this: of two at once PostgreSQL sends one back, and Odoo tries it again.
        """
        for table in ("edu_term", "edu_roster_check"):
            self.env.cr.execute(
                SQL("UPDATE %s SET id = id WHERE state <> 'closed'", SQL.identifier(table))
            )

    def _edu_begin(self):
        """Checks that were not begun are open from today on.

        :return: those that were not
        """
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE edu_roster_check
                   SET state = 'open', opened_on = %(today)s, write_uid = %(uid)s,
                       write_date = %(now)s
                 WHERE id IN %(checks)s AND state = 'draft'
             RETURNING id
                """,
                today=self.env["edu.policy"]._edu_today(),
                checks=tuple(self.ids),
                **self._edu_who(),
            )
        )
        return self.browse(sorted(check_id for (check_id,) in rows))

    @api.model
    def _edu_who(self):
        return {"uid": self.env.uid, "now": fields.Datetime.now()}

    @api.model
    def _edu_make(self, term, schools):
        """A check of ``term`` for each of ``schools`` that has none, set-based. Private: the caller
        has asked whose schools these are.

        :return: the checks of ``schools`` in ``term``, new and old, as superuser
        """
        self.env.flush_all()
        # see _edu_claim_all: whoever deletes a child knows nothing of new checks
        self.env.cr.execute(SQL("UPDATE edu_term SET id = id WHERE id = %s", term.id))
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO edu_roster_check (
                    term_id, school_id, area_id, state, check_deadline, signoff_round,
                    create_uid, create_date, write_uid, write_date)
                SELECT term.id, school.id, school.area_id, 'draft', %(deadline)s, 1,
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM edu_term term, edu_school school
                 WHERE term.id = %(term)s AND school.id IN %(schools)s
              ORDER BY school.code, school.id
           ON CONFLICT DO NOTHING
                """,
                deadline=term._edu_deadline_sql("check_deadline"),
                term=term.id,
                schools=tuple(schools.ids or [0]),
                **self._edu_who(),
            )
        )
        self.env.invalidate_all(flush=False)
        return self.sudo().search([("term_id", "=", term.id), ("school_id", "in", schools.ids)])

    def _edu_list_children(self):
        """Who belongs on the lists of ``self``, in a table of this transaction: the steps of
        filling share it, and the planner knows its size.

        :return: its name, as SQL
        """
        name = SQL.identifier("edu_roster_child_tmp")
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", name))
        self.env.cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE %s ON COMMIT DROP AS %s",
                name,
                self._edu_children_sql(),
            )
        )
        self._edu_analyze("edu_roster_child_tmp")
        return name

    def _edu_children_sql(self):
        """Who belongs on the lists of ``self``: (check, student, class, grade, entrant, origin), and
        what the line copies of check and child."""
        return SQL(
            """
            SELECT %(of_check)s, s.id AS student_id, COALESCE(k.id, ek.id) AS class_id,
                   COALESCE(NULLIF(e.grade, 0), s.grade) AS grade, e.id AS entrant_id,
                   CASE WHEN s.enrolment_state = 'expected' OR e.id IS NOT NULL
                        THEN 'entrant' ELSE 'registry' END AS origin,
                   s.enrolment_state AS registry_state, %(of_child)s
              FROM edu_roster_check c
              JOIN edu_student s ON s.school_id = c.school_id
               AND s.active AND s.enrolment_state IN %(on_list)s
               AND (s.expected_school_id IS NULL OR s.expected_school_id = c.school_id)
         LEFT JOIN edu_class k ON k.id = s.class_id AND k.school_id = c.school_id AND k.active
         LEFT JOIN (edu_entrant e
               LEFT JOIN edu_class ek ON ek.id = e.class_id AND ek.school_id = e.school_id
                     AND ek.active)
                ON e.student_id = s.id AND e.term_id = c.term_id AND e.school_id = c.school_id
             WHERE c.id IN %(checks)s
            UNION ALL
            SELECT %(of_check)s, s.id, ek.id, e.grade, e.id, 'entrant', s.enrolment_state, %(of_child)s
              FROM edu_roster_check c
              JOIN edu_entrant e ON e.term_id = c.term_id AND e.school_id = c.school_id
              JOIN edu_student s ON s.id = e.student_id AND s.school_id != c.school_id
               AND s.active AND s.enrolment_state NOT IN %(not_expected)s
         LEFT JOIN edu_class ek ON ek.id = e.class_id AND ek.school_id = c.school_id AND ek.active
             WHERE c.id IN %(checks)s
            """,
            on_list=ON_BOOKS,
            not_expected=NOT_EXPECTED,
            of_check=SQL(
                "c.id AS check_id, c.term_id, c.school_id, c.area_id AS school_township_id"
            ),
            of_child=SQL(
                """s.placement IN ('home', 'remote') AS at_home,
                   substr(s.name_pinyin, strpos(s.name_pinyin, ' ') + 1) AS name_pinyin,
                   s.residence_township_id, s.household_township_id"""
            ),
            checks=tuple(self.ids or [0]),
        )

    def _edu_make_sheets(self):
        """A sheet per active class. Open sheets are called as their class is now."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE edu_roster_sheet sh
                   SET grade = k.grade, class_number = k.number
                  FROM edu_class k
                 WHERE k.id = sh.class_id AND sh.check_id IN %s AND sh.state = 'open'
                   AND (sh.grade, sh.class_number) IS DISTINCT FROM (k.grade, k.number)
                """,
                tuple(self.ids),
            )
        )
        self._edu_insert_sheets(
            SQL(
                """
                SELECT c.id, c.term_id, c.school_id, k.id, k.grade, k.number
                  FROM edu_roster_check c
                  JOIN edu_class k ON k.school_id = c.school_id AND k.active
                 WHERE c.id IN %s
              ORDER BY c.id, k.grade, k.number
                """,
                tuple(self.ids),
            )
        )

    @api.model
    def _edu_make_rest_sheets(self, children):
        """A sheet for children without a class, in each check that has any.

        :param children: FROM and WHERE that find these children with their ``check_id``, as SQL
        """
        self._edu_insert_sheets(
            SQL(
                """
                SELECT c.id, c.term_id, c.school_id, NULL::integer, 0, 0
                  FROM edu_roster_check c
                 WHERE c.id IN (SELECT check_id FROM %s)
              ORDER BY c.id
                """,
                children,
            )
        )

    @api.model
    def _edu_insert_sheets(self, sheets):
        """Open sheets of these (check, term, school, class, grade, number); those there are stay."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO edu_roster_sheet (
                    check_id, term_id, school_id, class_id, grade, class_number, state,
                    signoff_round, create_uid, create_date, write_uid, write_date)
                SELECT sheet.*, 'open', 1, %(uid)s, %(now)s::timestamp, %(uid)s, %(now)s::timestamp
                  FROM (%(sheets)s) sheet
           ON CONFLICT DO NOTHING
                """,
                sheets=sheets,
                **self._edu_who(),
            )
        )

    def _edu_follow_children(self, children):
        """Unmarked lines on open sheets: away with a child that is no longer looked for here, and
        over to the class in which it now stands."""
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM edu_roster_check_line l
                 USING edu_roster_sheet sh
                 WHERE l.check_id IN %(checks)s AND l.outcome = 'unmarked'
                   AND sh.id = l.sheet_id AND sh.state = 'open'
                   AND NOT EXISTS (SELECT 1 FROM %(children)s child
                                    WHERE child.check_id = l.check_id
                                      AND child.student_id = l.student_id)
                """,
                checks=tuple(self.ids),
                children=children,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE edu_roster_check_line l
                   SET sheet_id = new.id, class_id = child.class_id, grade = child.grade,
                       entrant_id = child.entrant_id, origin = child.origin,
                       registry_state = child.registry_state
                  FROM %(children)s child, edu_roster_sheet old, edu_roster_sheet new
                 WHERE l.check_id = child.check_id AND l.student_id = child.student_id
                   AND l.outcome = 'unmarked' AND l.origin != 'added'
                   AND old.id = l.sheet_id AND old.state = 'open'
                   AND new.check_id = l.check_id AND new.state = 'open'
                   AND new.class_id IS NOT DISTINCT FROM child.class_id
                   AND (l.sheet_id != new.id OR l.grade IS DISTINCT FROM child.grade
                        OR l.registry_state IS DISTINCT FROM child.registry_state
                        OR l.entrant_id IS DISTINCT FROM child.entrant_id)
                """,
                children=children,
            )
        )

    def _edu_insert_lines(self, children):
        """A line for each of ``children``; those whose sheet is signed are left out. Who has no class,
        in a check that has no sheet for that, gets the sheet 0, which does not exist.

        :param children: ``_edu_children_sql``, or a table of it, without those who have a line
        :return: number of lines added
        :raise ConcurrencyError: somebody else added one of them a moment ago; the transaction is
            tried again by Odoo and finds it
        """
        insert = SQL(
            """
                INSERT INTO edu_roster_check_line (
                    check_id, sheet_id, term_id, school_id, school_township_id, class_id,
                    grade, student_id, entrant_id, origin, registry_state, at_home, name_pinyin,
                    residence_township_id, household_township_id, outcome, receipt_pending,
                    digested)
                SELECT child.check_id, COALESCE(sh.id, 0), child.term_id, child.school_id,
                       child.school_township_id, child.class_id, child.grade, child.student_id,
                       child.entrant_id, child.origin, child.registry_state, child.at_home,
                       child.name_pinyin, child.residence_township_id, child.household_township_id,
                       'unmarked', FALSE, FALSE
                  FROM %(children)s child
             LEFT JOIN edu_roster_sheet sh ON sh.check_id = child.check_id
                   AND COALESCE(sh.class_id, 0) = COALESCE(child.class_id, 0)
                 WHERE COALESCE(sh.state, 'open') = 'open'
                """,
            children=children,
        )
        try:
            # ON CONFLICT would take twice the time
            with self.env.cr.savepoint(flush=False), mute_logger("odoo.sql_db"):
                self.env.cr.execute(insert)
                return self.env.cr.rowcount
        except psycopg2.errors.UniqueViolation as error:
            raise ConcurrencyError(str(error)) from error

    def _edu_carry_proofs(self):
        """What the last check of a suspended child had approved and still holds comes along with
        its proof, where nothing is said yet: it need not be typed again."""
        self.env.cr.execute(
            SQL(
                """
                WITH last AS MATERIALIZED (
                    SELECT DISTINCT ON (l.id) l.id AS line_id, o.id AS old_id, o.approved_by,
                           o.valid_until, o.evidence
                      FROM edu_roster_check_line o
                      JOIN edu_roster_check_line l ON l.student_id = o.student_id
                       AND l.check_id = ANY(%(checks)s) AND l.check_id != o.check_id
                       AND l.outcome = 'unmarked' AND l.registry_state = 'suspended'
                     WHERE o.outcome IN ('suspended', 'postponed') AND o.valid_until >= %(today)s
                  ORDER BY l.id, o.id DESC
                ), files AS (
                    INSERT INTO edu_roster_line_attachment_rel (line_id, attachment_id)
                    SELECT last.line_id, rel.attachment_id
                      FROM last
                      JOIN edu_roster_line_attachment_rel rel ON rel.line_id = last.old_id
               ON CONFLICT DO NOTHING
                )
                UPDATE edu_roster_check_line l
                   SET approved_by = last.approved_by, valid_until = last.valid_until,
                       evidence = last.evidence
                  FROM last
                 WHERE l.id = last.line_id AND l.approved_by IS NULL AND l.valid_until IS NULL
                   AND l.evidence IS NULL
                """,
                checks=self.ids,
                today=self.env["edu.policy"]._edu_today(),
            )
        )

    def _edu_carry_changes(self):
        """Status changes in force say to unmarked lines who approved, where the child learns, and
        until when."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE edu_roster_check_line l
                   SET valid_until = change.valid_until,
                       approved_by = CASE WHEN change.kind IN ('suspension', 'postponement')
                                          THEN change.decided_as END,
                       destination = CASE WHEN change.kind IN ('elsewhere', 'other_county')
                                          THEN change.other_school END
                  FROM edu_status_change change
                 WHERE change.state = 'in_force' AND change.student_id = l.student_id
                   AND change.valid_until >= %(today)s
                   AND change.kind IN ('suspension', 'postponement', 'elsewhere', 'other_county')
                   AND l.check_id IN %(checks)s AND l.outcome = 'unmarked'
                   AND l.approved_by IS NULL AND l.destination IS NULL
                """,
                today=self.env["edu.policy"]._edu_today(),
                checks=tuple(self.ids),
            )
        )

    def _edu_waiting_children(self):
        """Number of children who belong on the list and have no line (their sheet is signed)."""
        self.ensure_one()
        self.env.flush_all()
        [(number,)] = self.env.execute_query(
            SQL(
                """
                SELECT count(*) FROM (%(children)s) child WHERE NOT EXISTS (
                    SELECT 1 FROM edu_roster_check_line l
                     WHERE l.check_id = child.check_id AND l.student_id = child.student_id)
                """,
                children=self._edu_children_sql(),
            )
        )
        return number

    # Closing

    def _edu_open_items(self):
        """What keeps the check from closing, as sentences; none when nothing is open.

        Rooms to the right add theirs.
        """
        self.ensure_one()
        check = self.sudo()
        items = []
        for sheet in check.sheet_ids.filtered("line_ids"):
            unmarked = sheet.line_ids.filtered(lambda line: line.outcome == "unmarked")
            if unmarked:
                items.append(
                    self.env._(
                        "%(sheet)s: %(count)s children are not marked yet (%(names)s).",
                        sheet=sheet.display_name,
                        count=len(unmarked),
                        names=sheet._edu_names(unmarked),
                    )
                )
            elif sheet.state != "signed":
                items.append(
                    self.env._("%(sheet)s is marked but not signed.", sheet=sheet.display_name)
                )
        items += check._edu_unapproved_items()
        waiting = check._edu_waiting_children()
        if waiting:
            items.append(
                self.env._(
                    "%(count)s children came to the list later and have no line: reopen the sheet"
                    " of their class and press Refresh.",
                    count=waiting,
                )
            )
        return items

    def _edu_unapproved_items(self):
        """Findings that rest on a status change which is not entered, or not approved, or holds no
        more."""
        Change = self.env["edu.status.change"]
        found = Change._edu_of_lines(self.line_ids)
        states = dict(Change._fields["state"]._description_selection(self.env))
        items = []
        for line in self.line_ids.filtered(lambda line: line.outcome in OF_OUTCOME):
            change = found.get(line)
            if not change:
                items.append(
                    self.env._(
                        "%(child)s (%(outcome)s): no status change is entered. Press “Prepare Status"
                        " Changes”, and have it approved.",
                        child=line.student_name,
                        outcome=line._edu_outcome_label(),
                    )
                )
            elif not change._edu_satisfies(line):
                overdue = change.is_overdue
                held = change.state in ("approved", "in_force")
                items.append(
                    self.env._(
                        "%(child)s (%(outcome)s): nobody has answered by %(date)s. Mark the child as"
                        " suspected, or attach the receipt.",
                        child=line.student_name,
                        outcome=line._edu_outcome_label(),
                        date=change.answer_due,
                    )
                    if overdue
                    else self.env._(
                        "%(child)s (%(outcome)s): the proof has to be looked at again this term.",
                        child=line.student_name,
                        outcome=line._edu_outcome_label(),
                    )
                    if held
                    else self.env._(
                        "%(child)s (%(outcome)s): the status change is “%(state)s”; it has to be"
                        " approved.",
                        child=line.student_name,
                        outcome=line._edu_outcome_label(),
                        state=states[change.state],
                    )
                )
        return items

    def action_prepare_changes(self):
        """Records administrator, dean: enter the status changes on which findings rest and that are
        not under way yet."""
        self._edu_check_role(("records_admin", "dean"))
        return self.line_ids.filtered(
            lambda line: line.outcome in OF_OUTCOME
        ).action_prepare_change()

    def action_show_open_items(self):
        """Whoever reads the check: what is still open."""
        self.ensure_one()
        self.check_access("read")
        items = self._edu_open_items()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if items else "success",
                "title": self.display_name,
                "message": "\n".join(items)
                or self.env._("Nothing is open: the check can be closed."),
                "sticky": bool(items),
            },
        }

    @signing
    def action_close(self):
        """Records administrator or dean: close the check, sign it as checked, carry out what it
        found, bring the ledgers up to date.

        :raise UserError: naming everything that is still open
        """
        for check in self:
            check._edu_check_role(("records_admin", "dean"))
            sudo = check.sudo()
            sudo._edu_lock()
            if sudo.state != "open":
                raise UserError(self.env._("This roster check is not open."))
            items = sudo._edu_open_items()
            if items:
                raise UserError(
                    self.env._(
                        "Still open:\n%(items)s", items="\n".join(f"• {item}" for item in items)
                    )
                )
            sudo.write(
                {
                    "state": "closed",
                    "closed_on": self.env["edu.policy"]._edu_today(),
                    "closed_by_id": self.env.uid,
                }
            )
            check._edu_sign("checked")
            sudo._edu_apply(sudo.line_ids)
            sudo._edu_tell_progress()
        return True

    def _edu_signoff_content(self):
        """What the records administrator answers for: the classes as signed, and the totals."""
        self.ensure_one()
        outcomes = self.line_ids.grouped("outcome")
        return {
            "school_id": self.school_id.code,
            "term_id": self.term_id.name,
            "sheet_ids": [
                {
                    "sheet": sheet.id,
                    "heads": sheet.heads,
                    "hash": sheet._edu_signed("checked")[-1:].hash or None,
                }
                for sheet in self.sheet_ids.sorted("id")
            ],
            "line_ids": {outcome: len(outcomes[outcome]) for outcome in sorted(outcomes)},
        }

    def _edu_signoff_expected(self):
        return ("checked",) if self.state == "closed" else ()

    _edu_signoff_skipped = frozenset({"sheet"})

    def _edu_signoff_words(self):
        outcomes = dict(
            self.env["edu.roster.check.line"]._fields["outcome"]._description_selection(self.env)
        )
        return {
            "school_id": self.env._("School"),
            "term_id": self.env._("Term"),
            "line_ids": self.env._("Children"),
            "sheet_ids": self.env._("Classes"),
            "heads": self.env._("Heads"),
            "hash": self.env._("Signature of the Class"),
            **outcomes,
        }

    def _edu_signoff_item(self, path, item, position):
        if path != ("sheet_ids",):
            return super()._edu_signoff_item(path, item, position)
        sheet = self.env["edu.roster.sheet"].sudo().browse(item["sheet"]).exists()
        return item["sheet"], sheet.display_name or self.env._("A class no longer here")

    def _edu_signoff_text(self, path, value):
        if path[-1] == "hash":
            return (value or "")[:12]
        return super()._edu_signoff_text(path, value)

    def _edu_signoff_related(self):
        return [self.sheet_ids]

    def _edu_lock(self):
        """See ``edu.roster.sheet._edu_lock``."""
        self.env.flush_all()
        self.sheet_ids._edu_lock()
        self.env.cr.execute(
            SQL("UPDATE edu_roster_check SET state = state WHERE id IN %s", tuple(self.ids or [0]))
        )
        self.invalidate_recordset()

    def action_ask_reopen(self):
        """Records administrator: asks for the reason, then ``_edu_reopen``."""
        self.ensure_one()
        self._edu_check_role(("records_admin",))
        return self.env["edu.roster.reopen"]._edu_action(self)

    def _edu_reopen(self, reason):
        """Open a closed check again; the caller has asked for the post. Its sheets stay signed
        until they are reopened one by one.

        :raise UserError: without a reason, or when the term is over
        """
        for check in self.sudo():
            if check.state != "closed":
                raise UserError(self.env._("This roster check is not closed."))
            if check.term_id.state == "closed":
                raise UserError(self.env._("The term is over; its checks stay as they are."))
            if not (reason or "").strip():
                raise UserError(self.env._("Say why: the reason is kept."))
            check.write({"state": "open", "closed_on": False, "closed_by_id": False})
            check._message_log(body=self.env._("Reopened: %(reason)s", reason=reason))
            check._edu_new_signing_round(reason)
            check._edu_tell_progress()

    # Live progress

    @api.model
    def _edu_progress_channels(self):
        """What whoever looks at the progress listens to: the checks of open terms that they read."""
        if not self.env["edu.roster.progress"].has_access("read"):
            return []
        checks = self.search([("term_id.state", "=", "open"), ("state", "!=", "closed")])
        return [(check, PROGRESS) for check in checks]

    def _edu_tell_progress(self):
        """Tell whoever looks at the progress that it is another one, once this transaction is
        committed. No figure goes out: each browser reads again what its user may see."""
        for check in self:
            self.env["bus.bus"]._sendone((check, PROGRESS), PROGRESS, {"check_id": check.id})

    # What is due (plan, 二(三)2)

    def _edu_duty_query(self):
        return SQL(
            """
            SELECT 'roster_check' AS kind, roster.id AS res_id, 0 AS slot,
                   roster.check_deadline AS deadline, roster.closed_on AS done_on,
                   NULL::integer AS user_id, roster.school_id, roster.area_id,
                   NULL::integer AS class_id
              FROM edu_roster_check roster
              JOIN edu_term term ON term.id = roster.term_id
             WHERE term.state = 'open' OR roster.state = 'closed'
            """
        )

    # Schools that have not begun

    @api.model
    def _edu_idle_domain(self):
        """Running checks of open terms with children, of whom nobody is marked."""
        return (
            Domain("term_id.state", "=", "open")
            & Domain("state", "!=", "closed")
            & Domain("line_ids", "any", [("outcome", "=", "unmarked")])
            & ~Domain("line_ids", "any", [("outcome", "!=", "unmarked")])
        )

    @api.model
    @in_office_language
    def _cron_remind_begin(self):
        """Mornings: the records administrator of a school that has not begun after the policy's
        days has a to-do, and after the policy's second number of days the principal too; the bureau
        reads of those in its digest. Once a step."""
        Policy = self.env["edu.policy"]
        today = Policy._edu_today()
        waiting = self.sudo().search(
            self._edu_idle_domain() & Domain("reminded_again_on", "=", False)
        )
        for first_day, checks in waiting.grouped(
            lambda check: check.term_id._edu_first_day(check.school_id)
        ).items():
            policy = Policy._current(first_day)
            passed = (today - first_day).days
            if passed >= policy.begin_remind_again_days:
                checks._edu_remind_begin(("records_admin", "principal"), passed)
                checks.write({"reminded_again_on": today})
            elif passed >= policy.begin_remind_days:
                checks = checks.filtered(lambda check: not check.reminded_on)
                checks._edu_remind_begin(("records_admin",), passed)
                checks.write({"reminded_on": today})

    def _edu_remind_begin(self, roles, passed):
        """A to-do for the first holder of each of ``roles``, unless it is there; where nobody keeps
        the records, for the dean, or whoever leads the school.

        :param passed: days since the school opened
        """
        Post = self.env["edu.post"]
        for check in self:
            school = check.school_id
            users = self.env["res.users"]
            for role in roles:
                for stand_in in (role, "dean", "vice_principal", "principal"):
                    holder = Post._holders(stand_in, school=school)[:1]
                    if holder:
                        users |= holder
                        break
            users -= check._edu_begin_activities().user_id
            check._edu_to_do(
                users,
                check.check_deadline,
                "",
                self.env._(
                    "%(days)s days of term have passed; the check has to be done by %(date)s.",
                    days=passed,
                    date=check.check_deadline,
                ),
                BEGIN,
            )

    def _edu_begin_activities(self):
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("activity_type_id", "=", self.env.ref(BEGIN).id),
            ]
        )

    def _edu_has_begun(self):
        """The school marks: its reminders are done. Private, on sudo'ed checks."""
        reminded = self.filtered(lambda check: check.reminded_on or check.reminded_again_on)
        if reminded:
            reminded._edu_begin_activities().action_feedback(
                feedback=self.env._("The school has begun.")
            )

    # What was found takes effect

    def _edu_apply(self, lines):
        """Carry out findings of a closed check: who came is enrolled here, who left is taken off,
        ledgers follow. Private, on sudo'ed lines; doing it again changes nothing."""
        self.ensure_one()
        # a transfer within the county has moved the child already
        lines = lines.filtered(
            lambda line: line.outcome not in GONE or line.student_id.school_id == self.school_id
        )
        self._edu_await_answers(lines)
        self._edu_apply_present(lines.filtered(lambda line: line.outcome in PRESENT))
        states = {
            "deceased": "deceased",
            "abroad": "abroad",
            "transfer_out": "transferred_out",
            "suspended": "suspended",
            "postponed": "suspended",
        }
        for outcome, state in states.items():
            group = lines.filtered(
                lambda line, outcome=outcome: line.outcome == outcome and not line.receipt_pending
            )
            group.student_id._edu_set_state(
                state,
                self.env._(
                    "Roster check %(check)s: %(outcome)s",
                    check=self.display_name,
                    outcome=group[:1]._edu_outcome_label() if group else "",
                ),
            )
        self._edu_apply_ledger(lines)

    def _edu_await_answers(self, lines):
        """A transfer that is approved and not answered yet does not take the child off."""
        leaving = lines.filtered(
            lambda line: line.outcome == "transfer_out" and not line.receipt_pending
        )
        found = self.env["edu.status.change"]._edu_of_lines(leaving)
        leaving.filtered(lambda line: line in found and found[line].state == "approved").write(
            {"receipt_pending": True}
        )

    def _edu_apply_present(self, lines):
        """Children who are here and do not stand here, or not as enrolled, are enrolled here."""
        coming = lines.filtered(
            lambda line: (
                line.student_id.school_id != self.school_id
                or line.student_id.enrolment_state != "enrolled"
                or line.student_id.expected_school_id
                or (line.class_id and line.student_id.class_id != line.class_id)
            )
        )
        for (klass, grade), group in coming.grouped(
            lambda line: (line.class_id, line.grade or line.student_id.grade)
        ).items():
            group.student_id._edu_move(self.school_id, klass, grade, "enrolled")
        new = coming.student_id.filtered(
            lambda student: not student.national_no and student.registry_completion == "none"
        )
        new.write({"registry_completion": "to_apply"})

    def _edu_apply_ledger(self, lines):
        """The ledger of school-age children: on it who belongs here, off it who left for good."""
        Ledger = self.env["edu.ledger"]
        date = self.closed_on or self.env["edu.policy"]._edu_today()
        gone = lines.filtered(lambda line: line.outcome in GONE and not line.receipt_pending)
        here = lines - gone
        Ledger._edu_enter(
            "school_age",
            here.student_id,
            date,
            self.env._("Roster check %(check)s", check=self.display_name),
            school=self.school_id,
        )
        labels = dict(lines._fields["outcome"]._description_selection(self.env))
        changes = self.env["edu.status.change"]._edu_of_lines(gone)
        for line in gone:
            change = changes.get(line)
            Ledger._edu_strike_off(
                "school_age",
                line.student_id,
                date,
                labels[line.outcome],
                change._edu_proof_text() if change else line.evidence,
            )

    def action_view_lines(self):
        """Whoever reads the check: its children, or those of the group asked for by the context."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "edu_dropout_control.edu_roster_check_line_action"
        )
        action["domain"] = [("check_id", "=", self.id)]
        action["context"] = {
            f"search_default_{name}": 1
            for name in ("unmarked", "missing")
            if self.env.context.get("edu_show") == name
        }
        return action
