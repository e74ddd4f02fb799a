from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from .dropout_case import EVERYBODY


class EduVisit(models.Model):
    """One attempt to reach a family: who went, whom they met, what was said, what follows
    (plan 二(三)5, 劝返记录).

    Whoever works on the case records; inspectors read. The author corrects a record during the
    policy's days after entry; then it stands, and notes are added below it. Nobody deletes.
    """

    _name = "edu.visit"
    _description = "Persuasion record"
    _inherit = ["edu.case.place.mixin", "edu.entry.mixin", "mail.thread"]
    _order = "visited_at desc, id desc"
    _mail_post_access = "write"
    _edu_event_day = "visited_on"
    _edu_paper_files = "paper_scan_ids"

    case_id = fields.Many2one(domain=[("state", "!=", "excluded")])

    # When, how, who
    visited_at = fields.Datetime("When", required=True, default=fields.Datetime.now, index=True)
    visited_on = fields.Date("Day", compute="_compute_visited_on", store=True, index=True)
    method = fields.Selection(
        [
            ("home", "Home visit"),
            ("phone", "Telephone"),
            ("video", "Video call"),
            ("workplace", "At the workplace"),
            ("school", "At school"),
            ("other", "Other"),
        ],
        required=True,
        default="home",
    )
    place = fields.Char()
    visitor_ids = fields.Many2many(
        "res.users",
        "edu_visit_visitor_rel",
        string="Visitors",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    visitor_names = fields.Text(
        "Visitors Without Log-in", help="One a line: village cadres, police, doctors…"
    )
    visitors = fields.Char("Who Went", compute="_compute_visitors")
    met = fields.Char("Who Was Met", help="Name and relation to the child")

    # What was found and said
    situation = fields.Text("What Was Found")
    cause_found_id = fields.Many2one(
        "edu.code",
        "Cause Found",
        ondelete="restrict",
        domain=[("kind", "=", "cause"), ("code", "!=", "confidential")],
    )
    whereabouts_found_id = fields.Many2one(
        "edu.code",
        "Where the Child Is",
        ondelete="restrict",
        domain=[("kind", "=", "whereabouts"), ("code", "!=", "confidential")],
    )
    said = fields.Text("What Was Said and Offered")
    attitude = fields.Selection(
        [
            ("willing", "Willing"),
            ("hesitant", "Hesitant"),
            ("refusing", "Refusing"),
            ("absent", "Not met"),
        ],
        string="Attitude of the Guardian",
    )
    child_attitude = fields.Selection(
        [
            ("willing", "Willing"),
            ("hesitant", "Hesitant"),
            ("refusing", "Refusing"),
            ("absent", "Not met"),
        ],
        string="Attitude of the Child",
    )
    result = fields.Selection(
        [
            ("promised", "Return promised"),
            ("considering", "Family considers it"),
            ("refused", "Refused"),
            ("not_reached", "Nobody reached"),
            ("moved", "Moved away"),
            ("help_needed", "Help needed first"),
            ("back", "Child goes back to school"),
        ],
        required=True,
    )
    next_step = fields.Text()
    next_visit_on = fields.Date("Next Visit on")

    # Proof
    photo_ids = fields.Many2many(
        "ir.attachment", "edu_visit_photo_rel", string="Photographs", bypass_search_access=True
    )
    photo_count = fields.Integer(compute="_compute_photo_count")
    paper_scan_ids = fields.Many2many(
        "ir.attachment", "edu_visit_scan_rel", string="Signed Original", bypass_search_access=True
    )

    _case_day_idx = models.Index("(case_id, visited_on)")

    # ------------------------------------------------------------------ computes

    @api.depends("visited_at")
    def _compute_visited_on(self):
        Policy = self.env["edu.policy"]
        for visit in self:
            visit.visited_on = visit.visited_at and Policy._edu_now(visit.visited_at).date()

    @api.depends("visitor_ids", "visitor_names")
    def _compute_visitors(self):
        for visit in self:
            visit.visitors = "、".join(visit._edu_visitor_names())

    def _edu_visitor_names(self):
        """Names of all who went, those with a log-in first."""
        self.ensure_one()
        lines = (line.strip() for line in (self.visitor_names or "").splitlines())
        return [*self.sudo().visitor_ids.mapped("name"), *filter(None, lines)]

    @api.depends("photo_ids")
    def _compute_photo_count(self):
        for visit in self:
            visit.photo_count = len(visit.photo_ids)

    @api.depends("visited_on", "method", "student_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        methods = dict(self._fields["method"]._description_selection(self.env))
        for visit in self:
            visit.display_name = " ".join(
                filter(
                    None,
                    (
                        fields.Date.to_string(visit.visited_on),
                        visit.sudo().student_id.name,
                        methods.get(visit.method),
                    ),
                )
            )

    # ------------------------------------------------------------------ checks

    @api.constrains("method", "visitor_ids", "visitor_names", "visited_at")
    def _check_visitors(self):
        for visit in self:
            policy = self.env["edu.policy"]._current(visit.visited_on)
            needed = policy.home_visit_min_visitors if visit.method == "home" else 1
            if len(visit._edu_visitor_names()) < needed:
                raise ValidationError(
                    self.env._(
                        "This kind of visit takes at least %(count)s visitors. People without a"
                        " log-in are named one a line.",
                        count=needed,
                    )
                )

    @api.constrains("visited_at")
    def _check_visited_at(self):
        for visit in self:
            if visit.visited_at > fields.Datetime.now() + timedelta(minutes=5):
                raise ValidationError(self.env._("A visit is recorded after it took place."))

    @api.constrains("next_visit_on")
    def _check_next_visit_on(self):
        for visit in self:
            if visit.next_visit_on and visit.next_visit_on < visit.visited_on:
                raise ValidationError(self.env._("The next visit cannot lie before this one."))

    @api.onchange("visited_at", "case_id")
    def _onchange_visited_at(self):
        since = self.case_id.missing_since
        if since and self.visited_on and self.visited_on < since:
            return {
                "warning": {
                    "title": self.env._("Before the child was missing"),
                    "message": self.env._(
                        "The child is missing since %s only. Check the date of the visit.",
                        fields.Date.to_string(since),
                    ),
                }
            }
        return None

    # ------------------------------------------------------------------ create, write

    @api.model_create_multi
    def create(self, vals_list):
        """Whoever works on the case. Cause and whereabouts found go into the case."""
        if not self.env.su:
            for vals in vals_list:
                self._edu_refuse_protected(vals)
        now = fields.Datetime.now()
        visits = super(EduVisit, self.with_context(mail_create_nosubscribe=True)).create(
            [{"entered_at": now, **self._edu_mask(vals)} for vals in vals_list]
        )
        if not self.env.su:
            visits._edu_check_case()
            visits.check_access("create")
        visits._edu_own_files()
        for visit, vals in zip(visits, vals_list, strict=True):
            visit._edu_tell_case(vals)
        return visits.with_env(self.env)

    def write(self, vals):
        """The author, during the policy's days after entry.

        :raise AccessError: anybody else, or later
        """
        typed = {
            key
            for key in vals
            if key in self._fields and not key.startswith(("message_", "website_"))
        }
        if not self.env.su and typed:
            if "case_id" in vals:
                raise AccessError(self.env._("A record stays with its case."))
            self._edu_refuse_protected(vals)
            self._edu_check_correctable()
        result = super().write(self._edu_mask(vals))
        if typed:
            self._edu_own_files()
            for visit in self:
                visit._edu_tell_case(vals)
        return result

    @api.model
    def _edu_refuse_protected(self, vals):
        """:raise AccessError: when a user's ``vals`` hold what the server itself sets"""
        if field := self._edu_refused(self._edu_set_by_server() & vals.keys()):
            raise AccessError(
                self.env._("“%(field)s” is set by the system; it is not typed in.", field=field)
            )

    def _edu_check_case(self):
        """A user records on cases of the own scope that are open, or for a day when they were."""
        for visit in self:
            case = visit.case_id
            case.check_access("read")
            case._edu_check_role(EVERYBODY)
            over = case.closed_on or (case.state == "excluded" and case.excluded_on)
            if over and visit.visited_on > over:
                raise UserError(
                    self.env._(
                        "%(case)s is over since %(date)s: no later visit belongs to it.",
                        case=case.display_name,
                        date=fields.Date.to_string(over),
                    )
                )

    @api.model
    def _edu_mask(self, vals):
        """Restricted entries stand in the case, where principal and bureau read them; here stands
        that there is one."""
        vals = dict(vals)
        for name in ("cause_found_id", "whereabouts_found_id"):
            code = self.env["edu.code"].sudo().browse(vals.get(name) or [])
            if code.restricted:
                vals[name] = self.env.ref(f"edu_dropout_control.code_{code.kind}_confidential").id
        return vals

    def _edu_tell_case(self, vals):
        """Cause and whereabouts found in this visit become those of the open case."""
        self.ensure_one()
        case = self.case_id.sudo()
        if case.closed_on or case.state == "excluded":
            return
        values = {
            name: vals[found]
            for name, found in (
                ("cause_id", "cause_found_id"),
                ("whereabouts_id", "whereabouts_found_id"),
            )
            if vals.get(found)
        }
        if values:
            case.write(values)

    def _edu_own_files(self):
        """Files of a visit stand behind its rules. Only the caller's own fresh uploads are taken."""
        for visit in self:
            (visit.photo_ids | visit.paper_scan_ids)._edu_hang_on(visit)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("Persuasion records are not deleted. Add a note instead."))

    def _search_display_name(self, operator, value):
        return Domain("student_id.name", operator, value)
