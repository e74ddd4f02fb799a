from markupsafe import Markup

from odoo import api, models
from odoo.fields import Domain

from .outcomes import MISSING


class EduDigest(models.AbstractModel):
    """One message an evening to each bureau officer and township clerk, with the children of their
    scope that became missing since the last one. Names, no numbers; nothing when there is nothing.

    Run by a cron; nobody calls it.
    """

    _name = "edu.digest"
    _description = "Daily digest of suspected dropouts"

    @api.model
    def _cron_send(self):
        """Evening, county time: send the digests and remember what was told."""
        records = self._edu_digest_records()
        items = [self._edu_digest_item(record) for record in records]
        idle = self._edu_digest_idle()
        if items or idle:
            for user in self._edu_recipients():
                mine = [item for item in items if self._edu_concerns(user, item)]
                schools = idle.school_id & user.edu_bureau_school_ids
                if mine or schools:
                    self._edu_send(user, mine, schools)
        for record in records:
            record.digested = True
        idle.idle_digested = True

    @api.model
    def _edu_digest_records(self):
        """What became missing and is in no digest yet: lines of roster checks, absences. A room to
        the right may add records that have a boolean ``digested`` and know ``_edu_digest_item``."""
        lines = (
            self.env["edu.roster.check.line"]
            .sudo()
            .search(
                [
                    ("outcome", "in", MISSING),
                    ("digested", "=", False),
                    ("term_id.state", "=", "open"),
                ]
            )
        )
        absences = (
            self.env["edu.absence"]
            .sudo()
            .search([("raised", "=", True), ("digested", "=", False), ("kind", "=", "unexcused")])
        )
        return [*lines, *absences]

    @api.model
    def _edu_digest_idle(self):
        """Roster checks that are not begun although the school was reminded twice, and that no
        digest has named yet."""
        Check = self.env["edu.roster.check"].sudo()
        return Check.search(
            Check._edu_idle_domain()
            & Domain("reminded_again_on", "!=", False)
            & Domain("idle_digested", "=", False)
        )

    @api.model
    def _edu_digest_item(self, record):
        """What the digest says of one record, and whom it concerns."""
        if record._name == "edu.absence":
            since, outcome = record.streak_from, "suspected"
        else:
            since, outcome = record.missing_since, record.outcome
        return {
            "student": record.student_id,
            "school": record.school_id,
            "class": record.class_id,
            "outcome": outcome,
            "since": since,
            "townships": record.residence_township_id
            | record.household_township_id
            | record.school_township_id,
        }

    @api.model
    def _edu_recipients(self):
        """Everybody who holds a post in the bureau or a township today."""
        Post = self.env["edu.post"].sudo()
        posts = Post.search(
            Post._edu_current_domain() & Domain("role", "in", ("bureau", "township"))
        )
        return posts.user_id.filtered("active")

    @api.model
    def _edu_concerns(self, user, item):
        return bool(
            item["school"] & user.edu_bureau_school_ids
            or item["townships"] & user.edu_township_area_ids
        )

    @api.model
    def _edu_send(self, user, items, idle_schools):
        """Send one message to one person, in the person's language: children grouped by school, and
        the schools that have not begun their roster check."""
        env = self.with_context(lang=user.lang or self.env.lang).env
        labels = dict(env["edu.roster.check.line"]._fields["outcome"]._description_selection(env))
        by_school = {}
        for item in items:
            by_school.setdefault(item["school"], {}).setdefault(item["student"], item)
        body = Markup()
        for school in sorted(by_school, key=lambda school: school.code):
            rows = Markup().join(
                Markup("<li>%s</li>")
                % env._(
                    "%(child)s, %(klass)s: %(outcome)s, since %(date)s",
                    child=student.name,
                    klass=item["class"].with_env(env).display_name or env._("no class yet"),
                    outcome=labels[item["outcome"]],
                    date=item["since"] or "",
                )
                for student, item in by_school[school].items()
            )
            body += Markup("<p><b>%s</b></p><ul>%s</ul>") % (school.name, rows)
        number = sum(len(children) for children in by_school.values())
        if number:
            subject = env._(
                "%(count)s children newly suspected of having dropped out", count=number
            )
        else:
            subject = env._("Schools that have not begun their roster check")
        if idle_schools:
            body += Markup("<p><b>%s</b> %s</p>") % (
                env._(
                    "%(count)s schools have not begun their roster check:", count=len(idle_schools)
                ),
                env._(", ").join(idle_schools.sudo().sorted("code").mapped("name")),
            )
        env["mail.thread"].sudo().message_notify(
            partner_ids=user.partner_id.ids,
            subject=subject,
            body=body,
            author_id=env.ref("base.partner_root").id,
        )
