from odoo import api, fields, models
from odoo.tools import SQL

from ..registry.roles import LEADING_GROUP, SCHOOL_ROLES
from .leading_meeting import SCHOOL


class EduLeadingGroup(models.Model):
    """The leading group of every school as it stands today (plan 二(一)1): whether each role of the plan
    is held, by whom and since when, whether the founding document is entered, whether the group has
    met in the term that runs, what it decided and has not done.

    Read by the members for their school, township and bureau for theirs, inspectors for all. Who is in
    it follows from the posts.
    """

    _name = "edu.leading.group"
    _description = "Leading Group"
    _inherit = ["edu.scope.mixin"]
    _auto = False
    _order = "township_id, school_id"
    _rec_name = "school_id"
    _edu_township_fields = ("township_id",)

    school_id = fields.Many2one("edu.school", "School", readonly=True)
    township_id = fields.Many2one("edu.area", "Township", readonly=True)
    term_id = fields.Many2one("edu.term", "Term", readonly=True)

    # Members
    principal_held = fields.Boolean("Principal", readonly=True)
    vice_principal_held = fields.Boolean("Vice Principal", readonly=True)
    dean_held = fields.Boolean("Dean", readonly=True)
    records_admin_held = fields.Boolean("Records Administrator", readonly=True)
    class_count = fields.Integer("Classes", readonly=True)
    teacherless_count = fields.Integer("Classes Without a Teacher", readonly=True)
    missing_count = fields.Integer("Posts Not Held", readonly=True)
    is_complete = fields.Boolean("Complete", readonly=True)
    has_acting = fields.Boolean("Somebody Is Acting", readonly=True)
    missing = fields.Char("Who Is Missing", compute="_compute_members", compute_sudo=True)
    post_ids = fields.Many2many(
        "edu.post", string="Members", compute="_compute_members", compute_sudo=True
    )

    # Founding document
    document_id = fields.Many2one("edu.leading.document", "Founding Document", readonly=True)
    has_document = fields.Boolean("Founding Document Entered", readonly=True)
    document_date = fields.Date(related="document_id.date", string="Dated")
    document_file_ids = fields.Many2many(related="document_id.file_ids", string="Scan")

    # Meetings
    meeting_count = fields.Integer("Meetings This Term", readonly=True)
    dispatch_count = fields.Integer("Dispatches This Term", readonly=True)
    meetings_needed = fields.Integer("Meetings Asked for", readonly=True, aggregator=None)
    is_met = fields.Boolean("Met This Term", readonly=True)
    last_meeting_on = fields.Date("Last Meeting", readonly=True)
    open_decision_count = fields.Integer("Decisions Open", readonly=True)
    late_decision_count = fields.Integer("Decisions Late", readonly=True)
    can_meet = fields.Boolean(compute="_compute_can_meet")

    @property
    def _table_query(self):
        today = self.env["edu.policy"]._edu_today()
        return SQL(
            """
            WITH held AS (
                SELECT p.school_id, p.class_id, p.role, bool_or(p.is_acting) AS acting
                  FROM edu_post p
                  JOIN res_users u ON u.id = p.user_id AND u.active
                 WHERE p.role IN %(roles)s AND p.school_id IS NOT NULL
                   AND p.date_from <= %(today)s AND (p.date_to IS NULL OR p.date_to >= %(today)s)
              GROUP BY p.school_id, p.class_id, p.role
            ), team AS (
                SELECT s.id AS school_id,
                       count(*) FILTER (WHERE k.teacher IS NULL AND k.id IS NOT NULL) AS teacherless,
                       count(k.id) AS classes
                  FROM edu_school s
             LEFT JOIN (SELECT c.id, c.school_id, h.class_id AS teacher
                          FROM edu_class c
                     LEFT JOIN held h ON h.class_id = c.id AND h.role = 'class_teacher'
                         WHERE c.active) k ON k.school_id = s.id
              GROUP BY s.id
            ), met AS (
                SELECT m.school_id,
                       count(*) FILTER (WHERE m.kind = 'meeting' AND m.term_id = %(term)s) AS meetings,
                       count(*) FILTER (WHERE m.kind = 'dispatch' AND m.term_id = %(term)s) AS dispatches,
                       max(m.date) FILTER (WHERE m.kind = 'meeting') AS last_on
                  FROM edu_leading_meeting m
                 WHERE m.state = 'closed'
              GROUP BY m.school_id
            ), decided AS (
                SELECT d.school_id,
                       count(*) AS open,
                       count(*) FILTER (WHERE d.deadline < %(today)s) AS late
                  FROM edu_leading_decision d
                 WHERE d.state = 'open' AND d.meeting_state = 'closed'
              GROUP BY d.school_id
            )
            SELECT s.id, s.id AS school_id, s.area_id AS township_id, %(term)s::integer AS term_id,
                   %(flags)s,
                   team.classes AS class_count,
                   team.teacherless AS teacherless_count,
                   team.teacherless + %(absent)s AS missing_count,
                   team.teacherless + %(absent)s = 0 AS is_complete,
                   EXISTS (SELECT 1 FROM held h WHERE h.school_id = s.id AND h.acting) AS has_acting,
                   document.id AS document_id,
                   document.id IS NOT NULL AS has_document,
                   COALESCE(met.meetings, 0) AS meeting_count,
                   COALESCE(met.dispatches, 0) AS dispatch_count,
                   %(needed)s AS meetings_needed,
                   COALESCE(met.meetings, 0) >= %(needed)s AS is_met,
                   met.last_on AS last_meeting_on,
                   COALESCE(decided.open, 0) AS open_decision_count,
                   COALESCE(decided.late, 0) AS late_decision_count
              FROM edu_school s
              JOIN team ON team.school_id = s.id
         LEFT JOIN met ON met.school_id = s.id
         LEFT JOIN decided ON decided.school_id = s.id
         LEFT JOIN LATERAL (
                       SELECT d.id FROM edu_leading_document d WHERE d.school_id = s.id
                     ORDER BY d.date DESC, d.id DESC LIMIT 1) document ON TRUE
             WHERE s.active
            """,
            roles=LEADING_GROUP,
            today=today,
            term=self.env["edu.term"].sudo()._current(today).id or None,
            needed=self.env["edu.policy"]._current(today).leading_meetings,
            flags=SQL(", ").join(
                SQL("%s AS %s", self._edu_held_sql(role), SQL.identifier(f"{role}_held"))
                for role in SCHOOL_ROLES
            ),
            absent=SQL(" + ").join(
                SQL("(NOT %s)::integer", self._edu_held_sql(role)) for role in SCHOOL_ROLES
            ),
        )

    @api.model
    def _edu_held_sql(self, role):
        """Whether ``role`` is held at school ``s`` or, for it, at its central school."""
        return SQL(
            "EXISTS (SELECT 1 FROM held h WHERE h.role = %s AND h.school_id IN (s.id, s.parent_id))",
            role,
        )

    @api.depends("school_id")
    @api.depends_context("lang")
    def _compute_members(self):
        roles = dict(self.env["edu.post"]._fields["role"]._description_selection(self.env))
        Class = self.env["edu.class"].sudo()
        for group in self:
            posts = group.school_id._edu_leading_posts()
            group.post_ids = posts
            held = set(posts.mapped("role"))
            taught = posts.class_id
            bare = Class.search([("school_id", "=", group.school_id.id)]) - taught
            group.missing = self.env._(", ").join(
                [roles[role] for role in LEADING_GROUP[:-1] if role not in held]
                + [
                    self.env._("class teacher of %(class)s", **{"class": klass.display_name})
                    for klass in bare
                ]
            )

    @api.depends_context("uid")
    def _compute_can_meet(self):
        user = self.env.user
        for group in self:
            group.can_meet = any(user._edu_has_role(role, group) for role in SCHOOL)

    # ------------------------------------------------------------------ actions

    def _edu_action(self, xmlid, **context):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(f"edu_dropout_control.{xmlid}")
        return {
            **action,
            "domain": [("school_id", "=", self.school_id.id)],
            "context": {"default_school_id": self.school_id.id, **context},
        }

    def action_view_meetings(self):
        """Whoever reads the group: its meetings, as far as they are the caller's."""
        return self._edu_action("edu_leading_meeting_action")

    def action_view_decisions(self):
        """Whoever reads the group: its decisions that are not carried out."""
        return self._edu_action("edu_leading_decision_action", search_default_open=1)

    def action_view_documents(self):
        """Whoever reads the group: its founding documents."""
        return self._edu_action("edu_leading_document_action")

    def action_new_meeting(self):
        """The school's staff: the minutes of a new meeting."""
        self._edu_check_role(SCHOOL)
        return {
            "type": "ir.actions.act_window",
            "res_model": "edu.leading.meeting",
            "view_mode": "form",
            "context": {"default_school_id": self.school_id.id},
        }
