from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .student import ON_BOOKS

ACTORS = ("bureau", "county_admin")
# Typed before it is carried out; nothing else is, and nothing afterwards
TYPED = frozenset("county_id document decided_on document_ids reason line_ids".split())


class EduReorganisation(models.Model):
    """Classes or whole schools are divided, merged or closed (撤点并校), by a decision of the bureau:
    children, expected entrants, open cases, tasks, running checks, class teachers and access go to the
    new place in one step, and the county's totals stay as they were.

    What is closed stays where it was made: closed checks, signed sheets and reports of the old school
    are changed by nobody. Who could read them through a post at the old school loses that post; the
    leaders of the receiving school act for the school that is gone (``edu.school.successor_ids``).

    Bureau (its county) and county administrator enter and carry out; inspectors read. A room to the
    right adds its part through the hooks of the lines.
    """

    _name = "edu.reorganisation"
    _description = "Reorganisation of schools and classes"
    _inherit = ["mail.thread"]
    _order = "decided_on desc, id desc"
    _rec_name = "document"

    county_id = fields.Many2one(
        "edu.area",
        "County",
        required=True,
        ondelete="restrict",
        domain=[("level", "=", "county")],
        default=lambda self: self._default_county_id(),
    )
    document = fields.Char(
        "Decision (name and number)", required=True, tracking=True, help="of the bureau"
    )
    decided_on = fields.Date("Date of the Decision", required=True, tracking=True)
    document_ids = fields.Many2many(
        "ir.attachment",
        "edu_reorganisation_document_rel",
        string="Decision (file)",
        bypass_search_access=True,
        copy=False,
    )
    reason = fields.Text()
    line_ids = fields.One2many(
        "edu.reorganisation.line", "reorganisation_id", "What Goes Where", copy=False
    )
    state = fields.Selection(
        [("draft", "Being prepared"), ("done", "Carried out")],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        tracking=True,
    )
    done_on = fields.Date("Carried Out on", readonly=True, copy=False)
    done_by_id = fields.Many2one(
        "res.users", "Carried Out by", readonly=True, copy=False, ondelete="restrict"
    )
    ended_post_ids = fields.Many2many(
        "edu.post",
        "edu_reorganisation_post_rel",
        string="Posts That Ended",
        readonly=True,
        copy=False,
    )
    unplaced_post_ids = fields.Many2many(
        "edu.post",
        string="Without a Post Afterwards",
        compute="_compute_unplaced_post_ids",
        compute_sudo=True,
        help="Their holders have no other post: the county administrator appoints them, or nobody"
        " need",
    )
    problems = fields.Text("Still in the Way", compute="_compute_problems")
    totals = fields.Text("County Before and After", readonly=True, copy=False)

    @api.model
    def _default_county_id(self):
        county = self.env.user.sudo().edu_bureau_area_ids.county_id[:1]
        if county or not self.env.user.has_group("edu_dropout_control.group_county_admin"):
            return county
        counties = self.env["edu.area"].search([("level", "=", "county")], limit=2)
        return counties if len(counties) == 1 else counties[:0]

    @api.depends(*TYPED, "state")
    def _compute_problems(self):
        for record in self:
            saved = record._origin.sudo()
            problems = saved and record.state == "draft" and saved._edu_problems()
            record.problems = "\n".join(problems or []) or False

    @api.depends(*TYPED, "state", "ended_post_ids.user_id")
    def _compute_unplaced_post_ids(self):
        """As things stand: who is appointed meanwhile, or has left, is no longer listed."""
        Post = self.env["edu.post"]
        today = self.env["edu.policy"]._edu_today()
        for record in self:
            ended = record.ended_post_ids
            if record.state == "draft":
                ended = record._edu_ending_posts()
            lasting = Post.search(
                Domain("user_id", "in", ended.user_id.ids)
                & Domain("id", "not in", ended.ids)
                & (Domain("date_to", "=", False) | Domain("date_to", ">", today))
            )
            record.unplaced_post_ids = ended.filtered(
                lambda post, lasting=lasting: (
                    post.user_id.active and post.user_id not in lasting.user_id
                )
            )

    def _edu_ending_posts(self):
        """Posts that end with what is closed: those at whole schools, but not the class teachers',
        who go along, unless their class goes into another. ``self`` is one sudo'ed record."""
        today = self.env["edu.policy"]._edu_today()
        lines = self.line_ids
        schools = lines.filtered(lambda line: not line.from_class_id).from_school_id
        classes = lines.filtered(lambda line: line.to_class_id and not line.student_ids)
        return self.env["edu.post"].search(
            (
                Domain("school_id", "in", schools.ids) & Domain("class_id", "=", False)
                | Domain("class_id", "in", classes.from_class_id.ids)
            )
            & Domain("date_from", "<=", today)
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", today))
        )

    @api.constrains("decided_on")
    def _check_decided_on(self):
        today = self.env["edu.policy"]._edu_today()
        for record in self:
            if record.decided_on and record.decided_on > today:
                raise ValidationError(self.env._("The decision lies in the future."))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._edu_refuse_protected(vals)
        records = super().create(vals_list)
        records._edu_keep_files()
        return records

    def write(self, vals):
        if not self.env.su:
            self._edu_refuse_protected(vals)
            if TYPED & vals.keys():
                self._edu_ensure_draft()
        result = super().write(vals)
        if "document_ids" in vals:
            self._edu_keep_files()
        return result

    def _edu_refuse_protected(self, vals):
        if not self.env.su and {
            "state",
            "done_on",
            "done_by_id",
            "totals",
            "ended_post_ids",
        } & {name for name in vals if vals[name] and vals[name] != "draft"}:
            raise AccessError(self.env._("The state follows from what was carried out."))

    def _edu_ensure_draft(self):
        for record in self:
            if record.state != "draft":
                raise UserError(
                    self.env._("%(document)s is carried out.", document=record.document)
                )

    def _edu_keep_files(self):
        """Fresh uploads of the caller hang on the decision; files of other records do not."""
        for record in self:
            record.sudo().document_ids._edu_hang_on(record)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        self._edu_ensure_draft()

    # ------------------------------------------------------------------ carrying out

    def action_run(self):
        """Bureau or county administrator of all schools concerned: everything in one step, or
        nothing.

        :raise UserError: naming all that is in the way; or when the county's totals would change
        """
        self.ensure_one()
        self.check_access("write")
        lines = self.line_ids
        (lines.from_school_id | lines.to_school_id)._edu_check_role(ACTORS)
        record = self.sudo()
        record._edu_ensure_draft()
        self.env.flush_all()
        # of two who press at once, the second starts again and finds it done
        self.env.cr.execute(
            SQL("UPDATE edu_reorganisation SET state = state WHERE id = %s", self.id)
        )
        record._edu_before_run()
        problems = record._edu_problems()
        if problems:
            raise UserError(
                self.env._(
                    "Still in the way:\n%(problems)s",
                    problems="\n".join(f"• {problem}" for problem in problems),
                )
            )
        before = record._edu_totals()
        posts = record._edu_ending_posts()
        moved = 0
        for line in record.line_ids._edu_in_order():
            moved += line._edu_carry_out()
        record._edu_close_schools()
        record._edu_after_run()
        after = record._edu_totals()
        if before != after:
            raise UserError(
                self.env._(
                    "The county's totals would change; nothing was written.\nBefore: %(before)s\n"
                    "After: %(after)s",
                    before=self._edu_totals_text(before),
                    after=self._edu_totals_text(after),
                )
            )
        record.write(
            {
                "state": "done",
                "done_on": self.env["edu.policy"]._edu_today(),
                "done_by_id": self.env.uid,
                "ended_post_ids": [Command.set(posts.ids)],
                "totals": self.env._(
                    "%(moved)s children moved. Before: %(before)s. After: %(after)s.",
                    moved=moved,
                    before=self._edu_totals_text(before),
                    after=self._edu_totals_text(after),
                ),
            }
        )
        if unplaced := record.unplaced_post_ids:
            record._message_log(
                body=self.env._(
                    "Posts that end today, their holders having no other: %(posts)s",
                    posts=self.env._(", ").join(unplaced.mapped("display_name")),
                )
            )
        return True

    def _edu_problems(self):
        """What keeps it from being carried out, as sentences. Rooms to the right add theirs to the
        lines."""
        self.ensure_one()
        problems = []
        if not self.document_ids:
            problems.append(self.env._("the decision is not attached"))
        if not self.line_ids:
            problems.append(self.env._("nothing is said of what goes where"))
        for line in self.line_ids:
            problems += [
                self.env._("%(line)s: %(problem)s", line=line.display_name, problem=problem)
                for problem in line._edu_problems()
            ]
        return problems

    def _edu_totals(self):
        """{figure: number} of the county, which must not change. Rooms to the right add theirs."""
        self.ensure_one()
        self.env.flush_all()
        [(children,)] = self.env.execute_query(
            SQL(
                """SELECT count(*) FROM edu_student s JOIN edu_school school ON school.id = s.school_id
                    WHERE s.active AND school.county_id = %s AND s.enrolment_state IN %s""",
                self.county_id.id,
                ON_BOOKS,
            )
        )
        return {"children": children}

    @api.model
    def _edu_totals_text(self, totals):
        labels = self._edu_totals_labels()
        return self.env._(", ").join(
            f"{labels.get(name, name)} {number}" for name, number in totals.items()
        )

    @api.model
    def _edu_totals_labels(self):
        return {"children": self.env._("children on the books")}

    def _edu_close_schools(self):
        """Whole schools are closed: their posts end today, their zone and whoever sent children to
        them go to the receiving school, which acts for them from now on."""
        Post, School = self.env["edu.post"], self.env["edu.school"]
        today = self.env["edu.policy"]._edu_today()
        for line in self.line_ids.filtered(lambda line: not line.from_class_id):
            school, target = line.from_school_id, line.to_school_id
            receiving = self.line_ids.filtered(
                lambda other, school=school: other.from_school_id == school
            ).to_school_id
            posts = Post.search(
                [
                    ("school_id", "=", school.id),
                    "|",
                    ("date_to", "=", False),
                    ("date_to", ">", today),
                ]
            )
            coming = posts.filtered(lambda post: post.date_from > today)
            coming.unlink()
            (posts - coming).write({"date_to": today})
            archived = School.with_context(active_test=False)
            archived.search([("successor_ids", "in", school.ids)]).successor_ids = [
                Command.link(other.id) for other in receiving
            ]
            target.zone_area_ids = [Command.link(area.id) for area in school.zone_area_ids]
            School.search([("junior_school_id", "=", school.id)]).junior_school_id = target
            School.search([("parent_id", "=", school.id)]).parent_id = target
            school.write(
                {
                    "active": False,
                    "successor_ids": [Command.set(receiving.ids)],
                    "zone_area_ids": [Command.clear()],
                }
            )
            self.env["edu.class"].search([("school_id", "=", school.id)]).active = False
            school._message_log(
                body=self.env._(
                    "Closed by %(document)s; its children go to %(schools)s.",
                    document=self.document,
                    schools=self.env._(", ").join(receiving.mapped("name")),
                )
            )
        self.env.registry.clear_cache()

    def _edu_before_run(self):
        """Hook: hold what must not change meanwhile. ``self`` is sudo'ed."""

    def _edu_after_run(self):
        """Hook: everything has moved. ``self`` is sudo'ed."""
