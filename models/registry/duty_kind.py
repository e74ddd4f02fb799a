from odoo import fields, models

from .roles import ROLES

CHAINS = [("education", "Education"), ("administration", "Administration")]

# The steps of each chain, lowest first; roles of one step stand in for each other (design, section 5).
# Villages have no log-in and no post (``edu.post._check_place``): the administrative chain begins at the
# township, which is told which village and which cadre it has to tell (``_edu_duty_told``).
STEPS = {
    "education": (
        ("class_teacher",),
        ("records_admin", "dean"),
        ("vice_principal",),
        ("principal",),
        ("bureau",),
    ),
    "administration": (("township",), ("bureau",)),
}


class EduDutyKind(models.Model):
    """What there is to be done by a date: who does it first, and along which chain it climbs when it
    is late. Records are data of the addon, named by code in ``_edu_duty_query`` of a model.

    Everybody with a post reads; the county administrator renames them and chooses their icon.
    """

    _name = "edu.duty.kind"
    _description = "Kind of duty"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, readonly=True)
    sequence = fields.Integer(default=10)
    chain = fields.Selection(CHAINS, required=True, default="education", readonly=True)
    role = fields.Selection(
        ROLES,
        "First Held By",
        required=True,
        readonly=True,
        help="Who holds it where the record names nobody; without a holder, the next of the chain",
    )
    activity_type_id = fields.Many2one(
        "mail.activity.type", "To-do", required=True, ondelete="restrict"
    )

    _code_uniq = models.UniqueIndex("(code)", "There is a kind of duty with this code already.")
