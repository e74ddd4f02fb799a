from odoo import api, fields, models

from .roles import AREA_ROLES, CLASS_ROLES, COUNTY_ROLES, ROLES, SCHOOL_ROLES

# Schools that are closed stay in scope: what they signed is read on
CLOSED_TOO = {"active_test": False}


class ResUsers(models.Model):
    """Scope per role, from the posts held today. Record rules read these fields; one role's scope
    is never mixed with another's (design, section 6)."""

    _inherit = "res.users"

    edu_post_ids = fields.One2many("edu.post", "user_id", "Posts")
    edu_duty_told_on = fields.Date(
        "Last Reminder of Duties", readonly=True, copy=False, prefetch=False
    )
    edu_class_teacher_class_ids = fields.Many2many("edu.class", compute="_compute_edu_scope")
    edu_class_teacher_school_ids = fields.Many2many(
        "edu.school", compute="_compute_edu_scope", context=CLOSED_TOO
    )
    edu_records_admin_school_ids = fields.Many2many(
        "edu.school", compute="_compute_edu_scope", context=CLOSED_TOO
    )
    edu_dean_school_ids = fields.Many2many(
        "edu.school", compute="_compute_edu_scope", context=CLOSED_TOO
    )
    edu_vice_principal_school_ids = fields.Many2many(
        "edu.school", compute="_compute_edu_scope", context=CLOSED_TOO
    )
    edu_principal_school_ids = fields.Many2many(
        "edu.school", compute="_compute_edu_scope", context=CLOSED_TOO
    )
    edu_township_school_ids = fields.Many2many(
        "edu.school", compute="_compute_edu_scope", context=CLOSED_TOO
    )
    edu_township_area_ids = fields.Many2many("edu.area", compute="_compute_edu_scope")
    edu_bureau_school_ids = fields.Many2many(
        "edu.school", compute="_compute_edu_scope", context=CLOSED_TOO
    )
    edu_bureau_area_ids = fields.Many2many("edu.area", compute="_compute_edu_scope")
    edu_student_aid_school_ids = fields.Many2many(
        "edu.school", compute="_compute_edu_scope", context=CLOSED_TOO
    )
    edu_student_aid_area_ids = fields.Many2many("edu.area", compute="_compute_edu_scope")
    edu_inspector_school_ids = fields.Many2many(
        "edu.school", compute="_compute_edu_scope", context=CLOSED_TOO
    )
    edu_inspector_area_ids = fields.Many2many("edu.area", compute="_compute_edu_scope")

    @api.model
    def _edu_scope_field_names(self):
        return (
            ["edu_class_teacher_class_ids"]
            + [f"edu_{role}_school_ids" for role, _label in ROLES if role != "county_admin"]
            + [f"edu_{role}_area_ids" for role in AREA_ROLES]
        )

    @api.depends("edu_post_ids.role", "edu_post_ids.date_from", "edu_post_ids.date_to")
    def _compute_edu_scope(self):
        Post = self.env["edu.post"].sudo()
        School = self.env["edu.school"].sudo().with_context(active_test=False)
        Area = self.env["edu.area"].sudo()
        current = Post.search(Post._edu_current_domain() & fields.Domain("user_id", "in", self.ids))
        for user in self:
            posts = current.filtered(lambda post, user=user: post.user_id.id == user.id)

            def held(role, posts=posts):
                return posts.filtered(lambda post: post.role == role)

            for role in CLASS_ROLES:
                classes = held(role).class_id
                user[f"edu_{role}_class_ids"] = classes
                user[f"edu_{role}_school_ids"] = classes.school_id
            for role in SCHOOL_ROLES:
                schools = held(role).school_id
                points = schools and School.search(
                    [("parent_id", "in", schools.ids), ("kind", "=", "teaching_point")]
                )
                # who took over a school that is closed acts for it
                gone = schools and School.search(
                    [("successor_ids", "in", (schools | points).ids), ("active", "=", False)]
                )
                user[f"edu_{role}_school_ids"] = schools | (points or School) | (gone or School)
            for role in AREA_ROLES:
                places = held(role).area_id
                townships = places and Area.search(
                    [("id", "child_of", places.ids), ("level", "=", "township")]
                )
                user[f"edu_{role}_area_ids"] = townships or Area
                user[f"edu_{role}_school_ids"] = (
                    School.search([("area_id", "in", townships.ids)]) if townships else School
                )

    def _edu_has_role(self, role, record):
        """Whether the user holds ``role`` at the place of ``record`` (one) today."""
        self.ensure_one()
        record.ensure_one()
        user, record = self.sudo(), record.sudo()
        if role == "county_admin":
            return user.has_group("edu_dropout_control.group_county_admin")

        def ids(names):
            # a record's own id stands for it where it is itself the place
            return {
                record.id if name == "id" else record[name].id
                for name in names
                if name == "id" or record[name]
            }

        if role in CLASS_ROLES:
            names = (record._edu_class_field,) if record._edu_class_field else ()
            return bool(ids(names) & set(user[f"edu_{role}_class_ids"].ids))
        if ids(record._edu_school_fields) & set(user[f"edu_{role}_school_ids"].ids):
            return True
        if role not in AREA_ROLES:
            return False
        areas = user[f"edu_{role}_area_ids"]
        return bool(
            ids(record._edu_township_fields) & set(areas.ids)
            or (
                role in COUNTY_ROLES
                and record._edu_county_fields
                and ids(record._edu_county_fields) & set(areas.county_id.ids)
            )
        )

    def _edu_post_label(self, role, record):
        """The post in which the user acts on ``record`` as ``role``, as put under a signature."""
        self.ensure_one()
        domain = self.env["edu.post"]._edu_current_domain() & fields.Domain(
            [("user_id", "=", self.id), ("role", "=", role)]
        )
        posts = self.env["edu.post"].sudo().search(domain)
        record = record.sudo()
        klass = record._edu_class_field and record._edu_class_field != "id"
        here = posts.filtered(
            lambda post: (
                (klass and post.class_id == record[record._edu_class_field])
                or any(
                    post.school_id == (record if name == "id" else record[name])
                    for name in record._edu_school_fields
                )
            )
        )
        return (here or posts)[:1]._edu_label() if posts else self.name
