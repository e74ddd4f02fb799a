from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .roles import CLASS_ROLES, ROLES, SCHOOL_ROLES


class EduPost(models.Model):
    """Who holds which role where, from when to when. A post gives the access group and the scope,
    and takes both away on the day after its last.

    The county administrator appoints everybody; principal and records administrator appoint the
    class teachers of their own school. Everybody with a post reads them: who answers is no secret.
    """

    _name = "edu.post"
    _description = "Post"
    _inherit = ["edu.scope.mixin", "mail.thread"]
    _order = "date_from desc, id desc"
    _edu_class_field = "class_id"

    user_id = fields.Many2one(
        "res.users",
        "Person",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    role = fields.Selection(ROLES, required=True, index=True, tracking=True)
    area_id = fields.Many2one("edu.area", index=True, ondelete="restrict", tracking=True)
    school_id = fields.Many2one(
        "edu.school",
        index=True,
        ondelete="restrict",
        compute="_compute_school_id",
        store=True,
        readonly=False,
        tracking=True,
    )
    class_id = fields.Many2one("edu.class", index=True, ondelete="restrict", tracking=True)
    date_from = fields.Date("From", required=True, default=fields.Date.context_today, tracking=True)
    date_to = fields.Date("Until", tracking=True, help="Last day of the post; empty while it lasts")
    is_acting = fields.Boolean("Acting", tracking=True)
    is_external = fields.Boolean("From Outside the Education System")
    section = fields.Char(help="Section of the bureau (股室)")
    is_current = fields.Boolean(
        "Held Today", compute="_compute_is_current", search="_search_is_current"
    )

    _dates_order = models.Constraint(
        "CHECK(date_to IS NULL OR date_to >= date_from)", "A post ends after it began."
    )
    _user_dates_idx = models.Index("(user_id, role, date_from, date_to)")

    @api.depends("class_id")
    def _compute_school_id(self):
        for post in self:
            post.school_id = post.class_id.school_id or post.school_id

    @api.depends("date_from", "date_to")
    def _compute_is_current(self):
        today = self.env["edu.policy"]._edu_today()
        for post in self:
            post.is_current = bool(
                post.date_from
                and post.date_from <= today
                and (not post.date_to or post.date_to >= today)
            )

    def _search_is_current(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = self._edu_current_domain()
        return domain if True in value else ~domain

    @api.depends("user_id", "role", "class_id", "school_id", "area_id", "is_acting")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for post in self:
            post.display_name = f"{post.user_id.name or ''}, {post._edu_label()}"

    def _edu_label(self):
        """The post as it is put under a signature: place, role, whether acting."""
        self.ensure_one()
        roles = dict(self._fields["role"]._description_selection(self.env))
        place = [self.school_id.name or self.area_id.name or ""]
        if self.class_id:
            place.append(self.class_id.display_name)
        label = " ".join([*filter(None, place), roles.get(self.role, "")])
        return self.env._("%(post)s (acting)", post=label) if self.is_acting else label

    @api.constrains("role", "area_id", "school_id", "class_id")
    def _check_place(self):
        for post in self:
            if post.role in CLASS_ROLES:
                if not post.class_id or post.area_id:
                    raise ValidationError(self.env._("A class teacher's post is at a class."))
            elif post.role in SCHOOL_ROLES:
                if not post.school_id or post.class_id or post.area_id:
                    raise ValidationError(self.env._("This post is at a school."))
            elif not post.area_id or post.school_id or post.class_id:
                raise ValidationError(self.env._("This post is at a township or county."))
            if post.area_id.level == "village":
                raise ValidationError(
                    self.env._(
                        "Villages have no log-in: the post is at the township. Name the cadre of"
                        " %(village)s in the case; the township is reminded to tell them.",
                        village=post.area_id.name,
                    )
                )
            if post.role == "township" and post.area_id.level != "township":
                raise ValidationError(self.env._("A township clerk's post is at a township."))

    @api.model
    def _edu_current_domain(self, date=None):
        """Posts held on ``date`` (default: today in the county)."""
        date = date or self.env["edu.policy"]._edu_today()
        return Domain("date_from", "<=", date) & (
            Domain("date_to", "=", False) | Domain("date_to", ">=", date)
        )

    @api.model
    def _edu_acts_for_sql(self, post, school):
        """SQL: whether the post with the alias ``post`` is at the school with the alias ``school``, at
        its central school, or at one that took it over, it being closed."""
        return SQL(
            """(%(post)s.school_id IN (%(school)s.id, %(school)s.parent_id)
                OR NOT %(school)s.active AND %(post)s.school_id IN (
                   SELECT taken.successor_id FROM edu_school_successor_rel taken
                    WHERE taken.school_id = %(school)s.id))""",
            post=SQL.identifier(post),
            school=SQL.identifier(school),
        )

    @api.model
    def _holders(self, role, school=None, area=None, klass=None, date=None):
        """Who holds ``role`` at the place on ``date``: active users, acting ones first.

        An area role is looked for at the area, else at the next area above it. Without own
        holders a teaching point's school roles fall to its central school, those of a school that is
        closed to the schools that took it over.
        """
        Post = self.sudo()
        base = Domain("role", "=", role) & Domain("user_id.active", "=", True)
        base &= self._edu_current_domain(date)
        order = "is_acting desc, date_from, id"
        if klass is not None:
            return Post.search(base & Domain("class_id", "in", klass.ids), order=order).user_id
        if school is not None:
            users = Post.search(base & Domain("school_id", "in", school.ids), order=order).user_id
            if not users and school.parent_id:
                users = self._holders(role, school=school.parent_id, date=date)
            gone = school.filtered(lambda school: not school.active)
            if not users and gone.successor_ids:
                users = self._holders(role, school=gone.successor_ids, date=date)
            return users
        users = self.env["res.users"]
        while area and not users:
            users = Post.search(base & Domain("area_id", "in", area.ids), order=order).user_id
            area = area.parent_id
        return users

    # Groups follow posts

    @api.model_create_multi
    def create(self, vals_list):
        posts = super().create(vals_list)
        posts._edu_sync(posts.user_id)
        return posts

    def write(self, vals):
        users = self.user_id
        before = {(post.user_id, post.role) for post in self}
        result = super().write(vals)
        if not self.env.su:
            self.check_access("write")
        self._edu_sync(users | self.user_id, before)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_take_groups(self):
        # the rows still stand: take them out of the count by hand
        self._edu_sync(self.user_id, {(post.user_id, post.role) for post in self}, without=self)

    @api.model
    def _edu_sync(self, users, before=(), without=None):
        """Give ``users`` the groups of the posts they hold today, and take those they hold no more.

        Groups that never came from a post stay (the administrator of the installation).

        :param before: pairs (user, role) that a post gave until now
        :param without: posts that are about to go
        """
        Post = self.sudo().with_context(active_test=False)
        without = without.ids if without else []
        all_posts = Post.search([("user_id", "in", users.ids), ("id", "not in", without)])
        current = {(post.user_id, post.role) for post in all_posts if post.is_current}
        ever = {(post.user_id, post.role) for post in all_posts} | set(before)
        groups = {role: self.env.ref(f"edu_dropout_control.group_{role}") for role, _label in ROLES}
        for user in users.sudo():
            give = [groups[role].id for role in groups if (user, role) in current]
            take = [
                groups[role].id
                for role in groups
                if (user, role) in ever and (user, role) not in current
            ]
            held = set(user.group_ids.ids)
            commands = [fields.Command.link(gid) for gid in give if gid not in held]
            commands += [fields.Command.unlink(gid) for gid in take if gid in held]
            if commands:
                user.write({"group_ids": commands})
        cron = self.env.ref("edu_dropout_control.cron_duties", raise_if_not_found=False)
        if cron:  # duties of who came or left find their holder at once, not only at night
            cron.sudo()._trigger()
        self.env.registry.clear_cache()
        self.env["res.users"].invalidate_model(
            self.env["res.users"]._edu_scope_field_names(), flush=False
        )

    @api.model
    def _cron_sync_posts(self):
        """Daily: groups of posts that began or ended since yesterday. The scope itself ends at
        midnight without it (see ``ir.rule``)."""
        today = self.env["edu.policy"]._edu_today()
        recent = today - timedelta(days=7)
        posts = self.sudo().search(
            Domain("date_from", ">=", recent) & Domain("date_from", "<=", today)
            | Domain("date_to", ">=", recent) & Domain("date_to", "<", today)
        )
        self._edu_sync(posts.user_id)
