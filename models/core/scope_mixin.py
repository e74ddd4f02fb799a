from odoo import models
from odoo.exceptions import AccessError


class EduScopeMixin(models.AbstractModel):
    """Where a record stands, and whether the caller holds a role *there*.

    Access rights add up over all groups of a user, and group rules are OR'd: somebody who teaches
    in school A and is principal of school B passes both ACLs everywhere the rules let either in.
    So every action asks for a role at the record, never for a group alone (design, section 6).
    """

    _name = "edu.scope.mixin"
    _description = "Record with a place in the county"

    _edu_school_fields = ("school_id",)
    _edu_class_field = None
    _edu_township_fields = ()
    # for what is a whole county's and stands in no school and no township
    _edu_county_fields = ()

    def _edu_check_role(self, roles, message=None):
        """Raise AccessError unless the caller holds one of ``roles`` for every record of ``self``.

        :param roles: iterable of role codes of ``edu.post`` ("principal", …)
        :param message: translated sentence that says what the caller tried; optional
        """
        if self.env.su:
            return
        user = self.env.user
        for record in self:
            if any(user._edu_has_role(role, record) for role in roles):
                continue
            labels = dict(self.env["edu.post"]._fields["role"]._description_selection(self.env))
            raise AccessError(
                (message or self.env._("You cannot do this here."))
                + "\n"
                + self.env._(
                    "It takes one of these posts at this place: %(roles)s. Ask the county"
                    " administrator if you hold the post and it is not entered.",
                    roles=", ".join(labels.get(role, role) for role in roles),
                )
            )
