from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..casework.dropout_case import UNDECIDED
from ..monitoring.outcomes import GONE, PRESENT

FOLLOWED = (*UNDECIDED, "persuading")
#: registry states of children who left for good
LEFT = ("transferred_out", "completed", "graduated", "deceased", "abroad")
#: a kind of disagreement, its words, and the column that names the record where it is put right
KINDS = [
    ("state_no_case", "Dropped out by the registry, no case of it", "student_id"),
    ("case_not_state", "Dropout by its case, not by the registry", "case_id"),
    ("case_no_ledger", "Followed in a case, not on the ledger", "case_id"),
    ("ledger_no_case", "On the ledger, not followed in a case", "ledger_id"),
    ("present_followed", "Counted as present, followed as missing", "case_id"),
    ("not_school_age", "In school, not on the ledger of school-age children", "student_id"),
    ("left_school_age", "Left for good, still on the ledger of school-age children", "ledger_id"),
    ("poor_not_marked", "On the poverty list, no poor household by the registry", "student_id"),
    ("poor_not_listed", "Poor household by the registry, not on the poverty list", "student_id"),
    ("report_no_ledger", "Named in the report, was not on the ledger then", "report_id"),
    ("ledger_no_report", "Was on the ledger then, not named in the report", "report_id"),
]
PLACES = {code: place for code, _label, place in KINDS}
MODELS = {
    "student_id": "edu.student",
    "case_id": "edu.dropout.case",
    "ledger_id": "edu.ledger",
    "report_id": "edu.dropout.report",
}


class EduConsistency(models.Model):
    """Where registry, cases, ledgers, poverty list and reports disagree about a child, one row for a
    child and a disagreement: what inspectors look for first, found before they come.

    A view of PostgreSQL, so that a row is gone as soon as the disagreement is. Each row opens the record
    where it is put right. Read by the school's leaders and records administrator for their school,
    townships and bureau for theirs, inspectors for all.
    """

    _name = "edu.consistency"
    _description = "Disagreement between registers"
    _auto = False
    _order = "kind, school_id, student_id"
    _rec_name = "student_id"
    _depends = {
        "edu.student": [
            "school_id",
            "class_id",
            "grade",
            "enrolment_state",
            "active",
            "special_group_ids",
            "residence_township_id",
            "household_township_id",
            "school_township_id",
        ],
        "edu.dropout.case": ["student_id", "school_id", "state", "kind", "missing_since"],
        "edu.ledger": ["student_id", "school_id", "kind", "date_on", "date_off"],
        "edu.roster.check": ["state", "closed_on", "term_id", "school_id"],
        "edu.roster.check.line": ["check_id", "student_id", "outcome", "marked_at"],
        "edu.comparison": ["kind", "state", "term_id", "county_id", "township_id", "village_id"],
        "edu.comparison.row": ["comparison_id", "match_student_id", "is_listed"],
        "edu.dropout.report": ["state", "term_id", "school_id", "version_id"],
        "edu.dropout.report.line": ["report_id", "version_id", "student_id", "kind"],
        "edu.dropout.report.version": ["frozen_at"],
        "edu.term": ["state"],
        "edu.code": ["is_poor"],
    }

    kind = fields.Selection(
        [(code, label) for code, label, _place in KINDS], "Disagreement", readonly=True
    )
    student_id = fields.Many2one("edu.student", "Child", readonly=True)
    school_id = fields.Many2one("edu.school", readonly=True)
    class_id = fields.Many2one("edu.class", readonly=True)
    grade = fields.Integer(readonly=True, aggregator=None)
    residence_township_id = fields.Many2one("edu.area", "Township of Residence", readonly=True)
    household_township_id = fields.Many2one(
        "edu.area", "Township of Household Registration", readonly=True
    )
    school_township_id = fields.Many2one("edu.area", "Township of the School", readonly=True)
    case_id = fields.Many2one("edu.dropout.case", "Case", readonly=True)
    ledger_id = fields.Many2one("edu.ledger", "Ledger Entry", readonly=True)
    report_id = fields.Many2one("edu.dropout.report", "Report", readonly=True)

    @property
    def _table_query(self):
        """One branch a kind, each (kind, student, school that answers, case, ledger entry, report).

        Materialised: just after a bulk import PostgreSQL may still take the tables for empty, and would
        look for disagreements anew for each child.
        """
        return SQL(
            """
            WITH followed AS (
                SELECT id, student_id, school_id, state, kind, missing_since,
                       CASE WHEN state = 'persuading' THEN 'dropout' ELSE 'suspected' END AS ledger
                  FROM edu_dropout_case WHERE state IN %(followed)s
            ), checked AS (
                SELECT c.id, c.school_id, c.closed_on
                  FROM edu_roster_check c JOIN edu_term t ON t.id = c.term_id
                 WHERE c.state = 'closed' AND t.state = 'open'
            ), poor AS (
                SELECT DISTINCT rel.edu_student_id AS student_id
                  FROM edu_code_edu_student_rel rel
                  JOIN edu_code code ON code.id = rel.edu_code_id AND code.is_poor
            ), listed AS (
                SELECT DISTINCT row.match_student_id AS student_id
                  FROM edu_comparison_row row
                  JOIN edu_comparison list ON list.id = row.comparison_id
                  JOIN edu_term t ON t.id = list.term_id
                 WHERE list.kind = 'poverty' AND list.state = 'compared' AND t.state = 'open'
                   AND row.is_listed AND row.match_student_id IS NOT NULL
            ), named AS (
                SELECT report.id AS report_id, line.student_id, report.school_id, stand.day,
                       CASE WHEN line.kind IN ('dropout', 'never_enrolled')
                            THEN 'dropout' ELSE 'suspected' END AS ledger
                  FROM edu_dropout_report report
                  JOIN edu_term t ON t.id = report.term_id AND t.state = 'open'
                  JOIN edu_dropout_report_version version ON version.id = report.version_id
            CROSS JOIN LATERAL (
                       SELECT (version.frozen_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date
                              AS day) stand
             LEFT JOIN edu_dropout_report_line line ON line.version_id = report.version_id
                 WHERE report.state IN ('submitted', 'received', 'accepted')
            ), found AS MATERIALIZED (
                SELECT 1 AS number, 'state_no_case' AS kind, s.id AS student_id, s.school_id,
                       NULL::integer AS case_id, NULL::integer AS ledger_id,
                       NULL::integer AS report_id
                  FROM edu_student s
                 WHERE s.active AND s.enrolment_state = 'dropped_out' AND NOT EXISTS (
                       SELECT 1 FROM followed f WHERE f.student_id = s.id)
                UNION ALL
                SELECT 2, 'case_not_state', s.id, f.school_id, f.id, NULL, NULL
                  FROM followed f JOIN edu_student s ON s.id = f.student_id
                 WHERE f.state = 'persuading' AND f.kind = 'dropout'
                   AND s.enrolment_state <> 'dropped_out'
                UNION ALL
                SELECT 3, 'case_no_ledger', f.student_id, f.school_id, f.id, NULL, NULL
                  FROM followed f
                 WHERE NOT EXISTS (
                       SELECT 1 FROM edu_ledger l
                        WHERE l.student_id = f.student_id AND l.kind = f.ledger
                          AND l.date_off IS NULL)
                UNION ALL
                SELECT CASE l.kind WHEN 'dropout' THEN 4 ELSE 5 END, 'ledger_no_case',
                       l.student_id, l.school_id, NULL, l.id, NULL
                  FROM edu_ledger l
                 WHERE l.kind IN ('dropout', 'suspected') AND l.date_off IS NULL AND NOT EXISTS (
                       SELECT 1 FROM followed f
                        WHERE f.student_id = l.student_id AND f.ledger = l.kind)
                UNION ALL
                SELECT 6, 'present_followed', f.student_id, f.school_id, f.id, NULL, NULL
                  FROM followed f
                  JOIN edu_roster_check_line line ON line.student_id = f.student_id
                  JOIN checked c ON c.id = line.check_id
                 WHERE line.outcome IN %(present)s AND f.missing_since <= COALESCE(
                       (line.marked_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date, c.closed_on)
                UNION ALL
                SELECT 7, 'not_school_age', s.id, s.school_id, NULL, NULL, NULL
                  FROM edu_student s
                  JOIN checked c ON c.school_id = s.school_id
                  JOIN edu_roster_check_line line
                    ON line.check_id = c.id AND line.student_id = s.id
                 WHERE s.active AND s.enrolment_state = 'enrolled'
                   AND line.outcome NOT IN %(gone)s AND NOT EXISTS (
                       SELECT 1 FROM edu_ledger l
                        WHERE l.student_id = s.id AND l.kind = 'school_age' AND l.date_off IS NULL)
                UNION ALL
                SELECT 8, 'left_school_age', l.student_id, l.school_id, NULL, l.id, NULL
                  FROM edu_ledger l JOIN edu_student s ON s.id = l.student_id
                 WHERE l.kind = 'school_age' AND l.date_off IS NULL
                   AND s.enrolment_state IN %(left)s
                UNION ALL
                SELECT 9, 'poor_not_marked', s.id, s.school_id, NULL, NULL, NULL
                  FROM listed JOIN edu_student s ON s.id = listed.student_id AND s.active
                 WHERE s.enrolment_state NOT IN %(left)s
                   AND NOT EXISTS (SELECT 1 FROM poor WHERE poor.student_id = s.id)
                UNION ALL
                SELECT 10, 'poor_not_listed', s.id, s.school_id, NULL, NULL, NULL
                  FROM poor JOIN edu_student s ON s.id = poor.student_id AND s.active
                  JOIN edu_area area ON area.id = s.household_township_id
                 WHERE s.enrolment_state NOT IN %(left)s
                   AND NOT EXISTS (SELECT 1 FROM listed WHERE listed.student_id = s.id)
                   AND EXISTS (
                       SELECT 1 FROM edu_comparison list
                         JOIN edu_term t ON t.id = list.term_id
                        WHERE list.kind = 'poverty' AND list.state = 'compared'
                          AND t.state = 'open' AND list.village_id IS NULL
                          AND list.county_id = area.county_id
                          AND (list.township_id IS NULL OR list.township_id = area.id))
                UNION ALL
                SELECT 11, 'report_no_ledger', n.student_id, n.school_id, NULL, NULL, n.report_id
                  FROM named n
                 WHERE n.student_id IS NOT NULL AND NOT EXISTS (
                       SELECT 1 FROM edu_ledger l
                        WHERE l.student_id = n.student_id AND l.kind = n.ledger
                          AND l.date_on <= n.day AND (l.date_off IS NULL OR l.date_off >= n.day))
                UNION ALL
                SELECT 12, 'ledger_no_report', l.student_id, l.school_id, NULL, l.id, day.report_id
                  FROM (SELECT DISTINCT report_id, school_id, day FROM named) day
                  JOIN edu_ledger l ON l.school_id = day.school_id
                 WHERE l.kind IN ('dropout', 'suspected')
                   AND l.date_on < day.day AND (l.date_off IS NULL OR l.date_off > day.day)
                   AND NOT EXISTS (
                       SELECT 1 FROM named n
                        WHERE n.report_id = day.report_id AND n.student_id = l.student_id)
            )
            SELECT DISTINCT ON (s.id, found.number)
                   s.id::bigint * 16 + found.number AS id, found.kind, found.student_id,
                   found.school_id, s.class_id, s.grade, s.residence_township_id,
                   s.household_township_id, school.area_id AS school_township_id, found.case_id,
                   found.ledger_id, found.report_id
              FROM found
              JOIN edu_student s ON s.id = found.student_id
              JOIN edu_school school ON school.id = found.school_id
          ORDER BY s.id, found.number
            """,
            followed=FOLLOWED,
            present=PRESENT,
            gone=GONE,
            left=LEFT,
            tz=self.env["edu.policy"]._edu_tz_name(),
        )

    def action_open(self):
        """Whoever reads the row: the record where it is put right.

        :raise UserError: when that record is not the caller's to read
        """
        self.ensure_one()
        self.check_access("read")
        name = PLACES[self.kind]
        record = self.env[MODELS[name]].browse(self.sudo()[name].id)
        if not record.has_access("read"):
            raise UserError(
                self.env._("What is to be put right is not yours to see: tell the bureau.")
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
