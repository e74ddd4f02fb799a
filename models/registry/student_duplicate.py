from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..core.set_writer import copy_rows
from .office import in_office_language

CANDIDATES = "edu_duplicate_numbers"


class EduStudentDuplicate(models.Model):
    """Two entries that may be one child: the identity number of one stands in the student number of
    the other, or name, birth date and a guardian's phone are the same.

    Found as a set, nightly and whenever somebody opens the list. Read by the records administrator of
    the school where both stand, and by the bureau; they merge the two, or say that these are two
    children, which is remembered.
    """

    _name = "edu.student.duplicate"
    _description = "Possible double entry"
    _inherit = ["edu.scope.mixin"]
    _order = "state, school_id, id"
    _rec_name = "student_id"
    _edu_school_fields = ("school_id", "other_school_id")

    student_id = fields.Many2one(
        "edu.student", "Child", required=True, readonly=True, index=True, ondelete="cascade"
    )
    other_id = fields.Many2one(
        "edu.student", "Other Entry", required=True, readonly=True, index=True, ondelete="cascade"
    )
    school_id = fields.Many2one(related="student_id.school_id", store=True, index=True)
    other_school_id = fields.Many2one(
        related="other_id.school_id", string="School of the Other", store=True, index=True
    )
    class_id = fields.Many2one(related="student_id.class_id")
    other_class_id = fields.Many2one(related="other_id.class_id", string="Class of the Other")
    birthdate = fields.Date(related="student_id.birthdate")
    rule = fields.Selection(
        [
            ("number", "Identity number"),
            ("family", "Name, birth date and guardian's phone"),
        ],
        "The Same",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [
            ("open", "To work off"),
            ("merged", "Merged"),
            ("distinct", "Two children"),
            ("gone", "No longer alike"),
        ],
        required=True,
        readonly=True,
        default="open",
        index=True,
    )
    found_on = fields.Date(required=True, readonly=True)
    decided_by_id = fields.Many2one("res.users", "Decided by", readonly=True, ondelete="restrict")
    decided_on = fields.Date("Decided on", readonly=True)

    _pair_uniq = models.UniqueIndex("(student_id, other_id)", "These two stand here already.")
    _pair_order = models.Constraint("CHECK(student_id < other_id)", "The older entry stands first.")

    # -- finding ----------------------------------------------------------------------------------

    @api.model
    def _edu_find(self, schools=None):
        """Look for double entries among the children of ``schools`` (sudo'ed; None: of every county,
        each for itself); pairs that are alike no more are closed.

        :return: how many are open
        """
        self.env.flush_all()
        school_ids = schools.ids if schools is not None else None
        self._edu_stage_numbers(school_ids)
        today = self.env["edu.policy"]._edu_today()
        self.env.cr.execute(
            SQL(
                """WITH child AS (
                       SELECT child.*, school.county_id
                         FROM edu_student child JOIN edu_school school ON school.id = child.school_id
                        WHERE child.active AND child.merged_into_id IS NULL
                          AND (%(all)s OR child.school_id = ANY(%(schools)s))),
                   alike AS (
                       SELECT least(one.id, other.id) AS one, greatest(one.id, other.id) AS other,
                              'number' AS rule
                         FROM %(numbers)s given
                         JOIN child one ON one.id = given.id
                         JOIN edu_student other ON other.id_number_digest = given.digest
                         JOIN edu_school school ON school.id = other.school_id
                        WHERE other.id <> one.id AND other.active AND other.merged_into_id IS NULL
                          AND school.county_id = one.county_id
                          AND (%(all)s OR other.school_id = ANY(%(schools)s))
                        UNION ALL
                       SELECT one.id, other.id, 'family'
                         FROM child one
                         JOIN edu_student other ON other.birthdate = one.birthdate
                          AND split_part(other.name_pinyin, ' ', 1)
                              = split_part(one.name_pinyin, ' ', 1)
                         JOIN edu_school school ON school.id = other.school_id
                        WHERE other.id > one.id AND other.active AND other.merged_into_id IS NULL
                          AND school.county_id = one.county_id
                          AND (%(all)s OR other.school_id = ANY(%(schools)s))
                          AND EXISTS (SELECT FROM edu_guardian mine JOIN edu_guardian theirs
                                          ON theirs.phone_digest = mine.phone_digest
                                       WHERE mine.student_id = one.id
                                         AND theirs.student_id = other.id)),
                   found AS (
                       SELECT DISTINCT ON (one, other) one, other, rule
                         FROM alike ORDER BY one, other, rule DESC),
                   gone AS (
                       UPDATE edu_student_duplicate pair
                          SET state = 'gone', write_uid = %(uid)s, write_date = %(now)s
                         FROM edu_student one, edu_student other
                        WHERE pair.state = 'open' AND one.id = pair.student_id
                          AND other.id = pair.other_id
                          AND (%(all)s OR (one.school_id = ANY(%(schools)s)
                                           AND other.school_id = ANY(%(schools)s)))
                          AND NOT EXISTS (SELECT FROM found WHERE found.one = pair.student_id
                                             AND found.other = pair.other_id))
                   INSERT INTO edu_student_duplicate AS pair
                          (student_id, other_id, school_id, other_school_id, rule, state, found_on,
                           create_uid, create_date, write_uid, write_date)
                   SELECT one.id, other.id, one.school_id, other.school_id, found.rule, 'open',
                          %(today)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                     FROM found JOIN edu_student one ON one.id = found.one
                     JOIN edu_student other ON other.id = found.other
                    ORDER BY one.id, other.id
                       ON CONFLICT (student_id, other_id) DO UPDATE
                      SET state = 'open', rule = EXCLUDED.rule, found_on = EXCLUDED.found_on,
                          write_uid = EXCLUDED.write_uid, write_date = EXCLUDED.write_date
                    WHERE pair.state = 'gone'""",
                all=school_ids is None,
                schools=school_ids or [],
                numbers=SQL.identifier(CANDIDATES),
                uid=self.env.uid,
                now=self.env.cr.now(),
                today=today,
            )
        )
        self.invalidate_model(flush=False)
        return self.sudo().search_count([("state", "=", "open")])

    def _edu_stage_numbers(self, school_ids):
        """For children without an identity number: the digest of what stands in their student number.
        They are few; only digests go into the transaction's temporary table."""
        Student = self.env["edu.student"].sudo()
        rows = []
        keyring = Student._edu_keyring()
        children = Student.browse(self._edu_without_number(school_ids))
        for id_, number in children._edu_secret_clear("national_no").items():
            if number and number[:1] == "G":
                rows.append((id_, keyring.digest("identity", number[1:])))
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS pg_temp.%s", SQL.identifier(CANDIDATES)))
        self.env.cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE %s (id int, digest text) ON COMMIT DROP",
                SQL.identifier(CANDIDATES),
            )
        )
        copy_rows(self.env.cr, CANDIDATES, ("id", "digest"), rows)

    def _edu_without_number(self, school_ids):
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM edu_student
                    WHERE id_number_digest IS NULL AND national_no_digest IS NOT NULL AND active
                      AND (%s OR school_id = ANY(%s))""",
                school_ids is None,
                school_ids or [],
            )
        )
        return [row[0] for row in rows]

    @api.model
    def action_find(self):
        """Records administrator, bureau: look among the children of the own schools, and show what
        there is."""
        self.check_access("read")
        user = self.env.user.sudo()
        for schools in (user.edu_records_admin_school_ids, user.edu_bureau_school_ids):
            if schools:
                self._edu_find(schools)
        return self.env["ir.actions.act_window"]._for_xml_id(
            "edu_dropout_control.edu_student_duplicate_action"
        )

    @api.model
    @in_office_language
    def _cron_find(self):
        """Nightly: every county."""
        self._edu_find()

    # -- deciding ---------------------------------------------------------------------------------

    def _edu_check_may_decide(self):
        (self.sudo().student_id | self.sudo().other_id).with_env(self.env)._edu_check_may_merge()

    def action_merge(self):
        """Records administrator of both, bureau: ask how the two become one."""
        self.ensure_one()
        return (self.student_id | self.other_id).action_merge()

    def action_distinct(self):
        """Records administrator of both, bureau: these are two children; never asked again."""
        for pair in self:
            pair._edu_check_may_decide()
            if pair.sudo().state not in ("open", "gone"):
                raise UserError(self.env._("This was decided already."))
        self._edu_decided("distinct")
        return True

    def action_reopen(self):
        """Records administrator of both, bureau: they may be one child after all."""
        for pair in self:
            pair._edu_check_may_decide()
            if pair.sudo().state != "distinct":
                raise UserError(self.env._("There is nothing to take up again."))
        self.sudo().write({"state": "open", "decided_by_id": False, "decided_on": False})
        return True

    def _edu_decided(self, state):
        self.sudo().write(
            {
                "state": state,
                "decided_by_id": self.env.uid,
                "decided_on": self.env["edu.policy"]._edu_today(),
            }
        )
