from odoo import models
from odoo.fields import Domain

from .roles import CLASS_ROLES, LEADING_GROUP


class EduSchool(models.Model):
    """Who is in the leading group of a school: whoever holds one of the plan's roles there (二(一)1)."""

    _inherit = "edu.school"

    def _edu_leading_posts(self, date=None):
        """The posts that make up the leading group on ``date`` (default: today in the county), in the
        order of the plan, as superuser. A teaching point without leaders of its own has those of its
        central school.
        """
        Post = self.env["edu.post"].sudo()
        base = Post._edu_current_domain(date) & Domain("user_id.active", "=", True)
        found = Post
        for school in self.sudo():
            for role in LEADING_GROUP:
                held = base & Domain("role", "=", role)
                posts = Post.search(
                    held & Domain("school_id", "=", school.id),
                    order="is_acting desc, date_from, id",
                )
                if not posts and school.parent_id and role not in CLASS_ROLES:
                    posts = Post.search(
                        held & Domain("school_id", "=", school.parent_id.id),
                        order="is_acting desc, date_from, id",
                    )
                found |= posts
        return found
