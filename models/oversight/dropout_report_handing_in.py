from odoo import fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..core.signoff import SIGNATURES
from .dropout_report import FILLERS, HANDED_IN, LEADERS, RECIPIENTS


class EduDropoutReportHandingIn(models.Model):
    """A signed report on its way: to township and bureau, received, accepted or sent back; who is asked
    for what, and what is due."""

    _inherit = "edu.dropout.report"

    def action_submit(self):
        """Principal or vice principal: hand the signed report to township and bureau, at once.

        :raise ValidationError: with what is missing, when it is not signed by all three
        """
        now = fields.Datetime.now()
        for report in self:
            report._edu_check_role(LEADERS)
            if report._edu_is_open():
                report._edu_raise_not_signed()
            if report.state != "signed":
                raise UserError(
                    self.env._(
                        "“%(document)s” has been submitted already.", document=report.display_name
                    )
                )
            report.sudo().write({"state": "submitted", **report._edu_handed_in(now)})
            report.sudo().version_id.write(
                {"outcome": "submitted", "submitted_at": now, "submitted_by_id": self.env.uid}
            )
            report._edu_ask(RECIPIENTS, self.env._("Receive the dropout report"))

    def _edu_raise_not_signed(self):
        problems = self.sudo()._edu_problems()
        signed = set(self._edu_signed().mapped("role"))
        roles = dict(self.env["edu.signoff"]._fields["role"]._description_selection(self.env))
        problems += [
            self.env._("Signature: %(role)s", role=roles[role])
            for role in SIGNATURES
            if role not in signed
        ]
        raise ValidationError(self.env._("This is still missing:") + "\n- " + "\n- ".join(problems))

    def action_receive(self):
        """Township or bureau, each for itself: the report has arrived."""
        now = fields.Datetime.now()
        for report in self:
            report._edu_check_role(RECIPIENTS)
            if report.state not in HANDED_IN:
                raise UserError(self.env._("There is nothing to receive."))
            report._edu_note_receipt(now)

    def _edu_note_receipt(self, now):
        version = self.sudo().version_id
        for role in RECIPIENTS:
            if self.env.user._edu_has_role(role, self) and not version[f"{role}_received_at"]:
                version.write({f"{role}_received_at": now, f"{role}_received_by_id": self.env.uid})
                self.env["edu.signoff"]._edu_event(self, "received", post=role)
                self._edu_done_asking((role,))
                if role == "bureau" and self.state == "submitted":
                    self.sudo().write({"state": "received"})

    def action_receive_paper(self):
        """Bureau or school, for a township without a log-in: it has received the paper. Asks who
        signed for it, with the scan; the version says that this was entered for it."""
        return self.action_ask_behalf("received")

    def _edu_check_may_enter(self, role):
        super()._edu_check_may_enter(role)
        version = self.sudo().version_id
        if not version.submitted_at or version.township_received_at:
            raise UserError(self.env._("There is nothing to receive."))

    def _edu_signoff_people(self, role):
        return (
            self._edu_people("township")
            if role == "received"
            else super()._edu_signoff_people(role)
        )

    def _edu_after_behalf(self, signoff):
        super()._edu_after_behalf(signoff)
        self.sudo().version_id.write(
            {
                "township_received_at": signoff.signed_at,
                "township_received_by_id": self.env.uid,
                "township_on_paper": True,
            }
        )

    def action_accept(self):
        """Bureau: the report is in order."""
        now = fields.Datetime.now()
        for report in self:
            report._edu_check_decidable()
            report._edu_note_receipt(now)
            report.sudo().version_id.write(
                {"outcome": "accepted", "decided_at": now, "decided_by_id": self.env.uid}
            )
            report.sudo().write({"state": "accepted"})

    def action_return(self):
        """Bureau: ask why, then return the report (``edu.dropout.report.return``)."""
        self.ensure_one()
        self._edu_check_returnable()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Return to the School"),
            "res_model": "edu.dropout.report.return",
            "view_mode": "form",
            "target": "new",
            "context": {"default_report_id": self.id, "default_reason": self.recall_reason},
        }

    def _edu_is_returnable(self):
        """An accepted report goes back only where the school asked for it."""
        self.ensure_one()
        return self.state in ("submitted", "received") or bool(
            self.state == "accepted" and self.recall_at
        )

    def _edu_check_returnable(self):
        self._edu_check_role(("bureau",))
        for report in self:
            if not report._edu_is_returnable():
                raise UserError(
                    self.env._(
                        "Only a report that was submitted is returned; an accepted one only where"
                        " the school asks for it."
                    )
                )

    def _edu_check_decidable(self):
        self._edu_check_role(("bureau",))
        for report in self:
            if report.state not in ("submitted", "received"):
                raise UserError(
                    self.env._("Only a report that was submitted is accepted or returned.")
                )

    def _edu_return(self, reason):
        """Bureau: return the report with ``reason``; the school corrects it and all sign again."""
        self.ensure_one()
        self._edu_check_returnable()
        reason = self._edu_reason(reason)
        now = fields.Datetime.now()
        self._edu_note_receipt(now)
        self.sudo().version_id.write(
            {
                "outcome": "returned",
                "decided_at": now,
                "decided_by_id": self.env.uid,
                "return_reason": reason,
            }
        )
        self._edu_begin_again("returned", reason, "returned")
        self.sudo()._message_log(body=self.env._("Returned: %(reason)s", reason=reason))
        self._edu_ask(FILLERS, self.env._("Correct the returned dropout report"), note=reason)

    # ------------------------------------------------------------------
    # Asking people
    # ------------------------------------------------------------------

    def _edu_people(self, role):
        self.ensure_one()
        Post = self.env["edu.post"]
        school = self.sudo().school_id
        if role in RECIPIENTS:
            return Post._holders(role, area=school.area_id)
        return Post._holders(role, school=school)

    def _edu_ask(self, roles, summary, note=""):
        """Give the holders of the posts a to-do each; those of earlier steps are over."""
        today = self.env["edu.policy"]._edu_today()
        self._edu_duty_later()
        for report in self.sudo():
            report._edu_done_asking()
            people = self.env["res.users"].union(*(report._edu_people(role) for role in roles))
            report._edu_to_do(people, max(report.deadline or today, today), summary, note)

    def _edu_remind(self, person):
        """Put “hand it in” into the to-do lists of those who work on the report at the school."""
        summary = self.env._("Hand in the dropout report")
        note = self.env._("%(person)s asks for it.", person=person.name)
        for report in self.sudo():
            waiting = report.activity_ids.filtered(lambda activity: activity.summary == summary)
            roles = LEADERS if report.state == "signed" else FILLERS
            people = report._edu_people(roles[0]) or report._edu_people(roles[1])
            today = self.env["edu.policy"]._edu_today()
            report._edu_to_do(people - waiting.user_id, today, summary, note)
            report._message_log(body=note)

    def _edu_done_asking(self, roles=None):
        """Take away the to-dos given by ``_edu_ask``, of all or of the holders of ``roles``."""
        if roles is None:
            return super()._edu_done_asking()
        for report in self:
            users = self.env["res.users"].union(*(report._edu_people(role) for role in roles))
            super(EduDropoutReportHandingIn, report)._edu_done_asking(users)

    def _edu_duty_query(self):
        """Handed in by the policy's day (plan, 二(三)2): once filled in, by who leads the school and had
        no hand in it."""
        return SQL(
            """
            SELECT 'dropout_report' AS kind, report.id AS res_id, 0 AS slot, report.deadline,
                   (report.first_submitted_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS done_on,
                   leader.user_id,
                   report.school_id, report.township_id AS area_id, NULL::integer AS class_id
              FROM edu_dropout_report report
              JOIN edu_term term ON term.id = report.term_id
              JOIN edu_school school ON school.id = report.school_id
         LEFT JOIN LATERAL (
                   SELECT post.user_id FROM edu_post post
                    WHERE report.version_id IS NOT NULL AND 'filled' = ANY(
                          SELECT signed.role FROM edu_signoff signed
                           WHERE signed.res_model = 'edu.dropout.report'
                             AND signed.res_id = report.id AND signed.round = report.signoff_round)
                      AND NOT EXISTS (
                          SELECT 1 FROM edu_signoff signed
                           WHERE signed.res_model = 'edu.dropout.report'
                             AND signed.res_id = report.id AND signed.round = report.signoff_round
                             AND signed.role <> 'reviewed' AND signed.person_id = post.user_id)
                      AND %(acts_for)s
                      AND post.role IN %(leaders)s AND post.date_from <= %(today)s
                      AND (post.date_to IS NULL OR post.date_to >= %(today)s)
                 ORDER BY post.school_id <> report.school_id, post.role, post.date_from, post.id
                    LIMIT 1) leader ON TRUE
             WHERE term.state = 'open' OR report.first_submitted_at IS NOT NULL
            """,
            acts_for=self.env["edu.post"]._edu_acts_for_sql("post", "school"),
            tz=self.env["edu.policy"]._edu_tz_name(),
            leaders=LEADERS,
            today=self.env["edu.policy"]._edu_today(),
        )
