from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

# How many duties a message names; the list in the application has them all
NAMED = 20


class EduDutyDigest(models.AbstractModel):
    """One message a day to each person with duties that are late, due soon or passed on to them: in the
    inbox, or by e-mail for who has chosen that, however many there are. On working days only.

    Run by a cron; nobody calls it.
    """

    _name = "edu.duty.digest"
    _description = "Daily reminder of duties"

    @api.model
    def _cron_send(self):
        """Mornings, county time. A second run on the same day sends nothing."""
        Policy = self.env["edu.policy"]
        today = Policy._edu_today()
        if not Policy._edu_is_workday(today):
            return
        for user_id, numbers in self._edu_counts(today).items():
            user = self.env["res.users"].sudo().browse(user_id)
            self._edu_send(user, *numbers)
            user.edu_duty_told_on = today

    @api.model
    def _edu_counts(self, today):
        """{user: (late, due soon, passed on)} of who was not told today."""
        _today, soon = self.env["edu.policy"]._edu_due_dates()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT person.id, sum(own.late)::integer, sum(own.soon)::integer,
                       sum(own.passed)::integer
                  FROM (
                    SELECT user_id, (deadline < %(today)s)::integer AS late,
                           (deadline >= %(today)s)::integer AS soon, 0 AS passed
                      FROM edu_duty WHERE state = 'open' AND deadline <= %(soon)s
                    UNION ALL
                    SELECT step.user_id, 0, 0, 1
                      FROM edu_duty_step step
                      JOIN edu_duty duty ON duty.id = step.duty_id AND duty.state = 'open'
                  ) own
                  JOIN res_users person ON person.id = own.user_id AND person.active
                   AND person.edu_duty_told_on IS DISTINCT FROM %(today)s
              GROUP BY person.id
              ORDER BY person.id
                """,
                today=today,
                soon=soon,
            )
        )
        return {row[0]: row[1:] for row in rows}

    @api.model
    def _edu_send(self, user, late, soon, passed):
        env = self.with_context(lang=user.lang or self.env.lang).env
        Duty = env["edu.duty"].with_user(user).sudo(False)
        _today, last = env["edu.policy"]._edu_due_dates()
        duties = Duty.search(
            [("user_id", "=", user.id), ("state", "=", "open"), ("deadline", "<=", last)],
            limit=NAMED,
        )
        rows = Markup().join(
            Markup("<li>%s</li>")
            % env._(
                "%(date)s: %(duty)s",
                date=fields.Date.to_string(duty.deadline),
                duty=" · ".join(filter(None, (duty.display_name, duty.told))),
            )
            for duty in duties
        )
        more = late + soon - len(duties)
        body = Markup("<ul>%s</ul>") % rows if duties else Markup()
        if more:
            body += Markup("<p>%s</p>") % env._("… and %(count)s more", count=more)
        if passed:
            body += Markup("<p>%s</p>") % env._(
                "%(count)s duties of others are late and were passed on to you.", count=passed
            )
        body += Markup(
            '<p><a href="/odoo/action-edu_dropout_control.edu_duty_my_action">%s</a></p>'
        ) % (env._("Open my duties"))
        env["mail.thread"].sudo().message_notify(
            partner_ids=user.partner_id.ids,
            subject=env._("Duties: %(late)s late, %(soon)s due soon", late=late, soon=soon),
            body=body,
            author_id=env.ref("base.partner_root").id,
        )
