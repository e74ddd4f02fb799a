from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .dropout_report import FILLERS, LEADERS


class EduReportStatus(models.Model):
    """Who owes what, and how it stands: one row for each addressee of each call, annex 1 of the term
    and periodic reports alike. Without all signatures and without having been handed in a report
    counts as not submitted.

    Schools read their own rows, townships and bureau theirs, inspectors all. Township and bureau
    remind.
    """

    _name = "edu.report.status"
    _description = "Submission of Reports"
    _inherit = ["edu.hand.in.mixin", "edu.scope.mixin"]
    _auto = False
    _order = "deadline desc, call_id desc, township_id, school_id"
    _rec_name = "owner_name"
    _edu_township_fields = ("township_id",)
    _depends = {
        "edu.report.call": ["kind_id", "county_id", "term_id", "scope", "state"],
        "edu.report.kind": ["form"],
        "edu.school": ["name", "active", "area_id", "county_id"],
        "edu.periodic.report": ["state", "deadline", "first_submitted_at", "reminded_on"],
        "edu.dropout.report": ["state", "deadline", "first_submitted_at", "reminded_on"],
    }

    call_id = fields.Many2one("edu.report.call", "Call for Reports", readonly=True)
    kind_id = fields.Many2one("edu.report.kind", "Report", readonly=True)
    term_id = fields.Many2one("edu.term", "Term", readonly=True)
    county_id = fields.Many2one("edu.area", "County", readonly=True)
    school_id = fields.Many2one("edu.school", "School", readonly=True)
    township_id = fields.Many2one("edu.area", "Township", readonly=True)
    owner_name = fields.Char("Who Owes It", readonly=True)
    periodic_id = fields.Many2one("edu.periodic.report", readonly=True)
    dropout_id = fields.Many2one("edu.dropout.report", readonly=True)
    state = fields.Selection(
        [
            ("missing", "Not Begun"),
            ("draft", "Being Prepared"),
            ("signed", "Signed"),
            ("submitted", "Submitted"),
            ("received", "Received"),
            ("returned", "Sent Back"),
            ("accepted", "Accepted"),
        ],
        readonly=True,
    )
    standing = fields.Selection(
        [
            ("open", "Not submitted"),
            ("returned", "Sent back"),
            ("submitted", "Submitted"),
            ("accepted", "Accepted"),
        ],
        "How It Stands",
        readonly=True,
    )
    is_submitted = fields.Boolean("Handed In", readonly=True)
    reminded_on = fields.Date("Reminded on", readonly=True)

    @property
    def _table_query(self):
        standing = SQL(
            "CASE WHEN state = 'accepted' THEN 'accepted' WHEN state = 'returned' THEN 'returned'"
            " WHEN state IN ('submitted', 'received') THEN 'submitted' ELSE 'open' END"
        )
        return SQL(
            """
            SELECT owed.*, %(standing)s AS standing, first_submitted_at IS NOT NULL AS is_submitted
              FROM (
                SELECT report.id * 2::bigint AS id, report.call_id, report.kind_id, report.term_id,
                       report.county_id, report.school_id, report.township_id,
                       COALESCE(school.name, area.name) AS owner_name, report.deadline,
                       report.state, report.first_submitted_at,
                       COALESCE(report.is_late, FALSE) AS is_late, report.late_seconds,
                       report.id AS periodic_id, NULL::integer AS dropout_id, report.reminded_on
                  FROM edu_periodic_report report
             LEFT JOIN edu_school school ON school.id = report.school_id
             LEFT JOIN edu_area area ON area.id = report.township_id
                 UNION ALL
                SELECT (call.id * 1000000::bigint + school.id) * 2 + 1, call.id, call.kind_id,
                       call.term_id, call.county_id, school.id, school.area_id, school.name,
                       COALESCE(report.deadline, %(deadline)s),
                       COALESCE(report.state, 'missing'), report.first_submitted_at,
                       COALESCE(report.is_late, FALSE), report.late_seconds,
                       NULL::integer, report.id, report.reminded_on
                  FROM edu_report_call call
                  JOIN edu_report_kind kind ON kind.id = call.kind_id AND kind.form = 'dropout'
                  JOIN edu_term term ON term.id = call.term_id
                  JOIN edu_school school ON %(asked)s
             LEFT JOIN edu_dropout_report report
                    ON report.term_id = call.term_id AND report.school_id = school.id
                 WHERE call.state = 'issued' AND (school.active OR report.id IS NOT NULL)
              ) owed
            """,
            standing=standing,
            deadline=self.env["edu.term"]._edu_deadline_sql("report_deadline"),
            asked=self.env["edu.report.call"]._edu_school_sql(),
        )

    def action_open_report(self):
        """Open the report, where the caller may read it."""
        self.ensure_one()
        self.check_access("read")
        row = self.sudo()
        report = (row.periodic_id or row.dropout_id).sudo(False).with_env(self.env)
        if not report or not report.has_access("read"):
            raise UserError(
                self.env._("%(owner)s has not handed in its report yet.", owner=row.owner_name)
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": report._name,
            "res_id": report.id,
            "views": [(False, "form")],
        }

    def action_remind(self):
        """Bureau or township: remind who has not handed in or has to correct, one message a person that
        names everything that is waited for."""
        self._edu_check_role(("bureau", "township"))
        waiting = self.sudo().filtered(lambda row: row.standing in ("open", "returned"))
        Report = self.env["edu.dropout.report"]
        asked = {}
        for row in waiting:
            if not row.periodic_id and not row.dropout_id:
                Report._edu_prepare(row.term_id, row.school_id)
                row.invalidate_recordset(["dropout_id"])
            for person in row._edu_waits_for():
                asked.setdefault(person, self.browse().sudo())
                asked[person] |= row
        for person, rows in asked.items():
            rows._edu_remind_person(person)
        today = self.env["edu.policy"]._edu_today()
        for reports in (waiting.periodic_id, waiting.dropout_id):
            reports.write({"reminded_on": today})
        note = self.env._("%(person)s asks for it.", person=self.env.user.name)
        for reports in (waiting.periodic_id, waiting.dropout_id):
            if reports:
                reports._message_log_batch(bodies=dict.fromkeys(reports.ids, note))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if asked else "info",
                "message": self.env._(
                    "%(owners)s reports are waited for; %(people)s people were reminded.",
                    owners=len(waiting),
                    people=len(asked),
                ),
            },
        }

    def _edu_waits_for(self):
        """Users whose turn it is."""
        self.ensure_one()
        if self.periodic_id:
            return self.periodic_id._edu_people_to_act()
        report = self.dropout_id
        roles = LEADERS if report.state == "signed" else FILLERS
        return report._edu_people(roles[0]) or report._edu_people(roles[1])

    def _edu_remind_person(self, person):
        """One message to ``person`` (a user) about all of ``self``, in the person's language."""
        rows = self.with_context(lang=person.lang or self.env.lang)
        env = rows.env
        items = Markup().join(
            Markup("<li>%s</li>")
            % env._(
                "%(report)s, %(owner)s, due %(date)s",
                report=row.call_id.display_name,
                owner=row.owner_name,
                date=row.deadline,
            )
            for row in rows
        )
        env["mail.thread"].message_notify(
            partner_ids=person.partner_id.ids,
            subject=env._("%(count)s reports are waited for", count=len(rows)),
            body=Markup("<p>%s</p><ul>%s</ul>")
            % (
                env._("%(person)s asks for what is not handed in yet:", person=self.env.user.name),
                items,
            ),
            author_id=self.env.user.partner_id.id,
        )
