from odoo import fields, models


class EduPolicy(models.Model):
    _inherit = "edu.policy"

    registry_days = fields.Integer(
        "Missing Registry Entry Completed Within (days)", default=30, required=True, tracking=True
    )
    comparison_similarity = fields.Integer(
        "Similar Names From (%)", default=60, required=True, tracking=True
    )

    begin_remind_days = fields.Integer(
        "Reminded to Begin the Check After (days)", default=5, required=True, tracking=True
    )
    begin_remind_again_days = fields.Integer(
        "Reminded Again After (days)", default=8, required=True, tracking=True
    )

    leave_teacher_days = fields.Integer(
        "Leave Approved by the Class Teacher up to (school days)",
        default=3,
        required=True,
        tracking=True,
    )
    leave_proof_days = fields.Integer(
        "Leave Needs a Proof Beyond (school days)", default=3, required=True, tracking=True
    )
    leave_own_short = fields.Boolean(
        "Class Teacher Approves Short Leave That They Entered", default=True, tracking=True
    )

    destination_days = fields.Integer(
        "Destination of Graduates Known Within (days)", default=60, required=True, tracking=True
    )

    import_now_rows = fields.Integer(
        "Rows Imported at Once",
        default=2000,
        required=True,
        tracking=True,
        help="A longer file is imported in the background",
    )

    _leave_days_positive = models.Constraint(
        "CHECK(leave_teacher_days > 0 AND leave_proof_days > 0)",
        "Days of leave are at least 1.",
    )
    warning_high_points = fields.Integer(
        "Early Warning Is High From (points)", default=60, required=True, tracking=True
    )
    warning_middle_points = fields.Integer(
        "Early Warning Is Middle From (points)", default=30, required=True, tracking=True
    )
    warning_trial_days = fields.Integer(
        "Warning Rules Are Judged After (days)", default=180, required=True, tracking=True
    )

    _warning_points_order = models.Constraint(
        "CHECK(warning_middle_points > 0 AND warning_high_points > warning_middle_points)",
        "Middle begins above zero, and high above middle.",
    )
    _warning_trial_positive = models.Constraint(
        "CHECK(warning_trial_days > 0)", "Rules are judged after a day at least."
    )
    _registry_days_positive = models.Constraint(
        "CHECK(registry_days > 0)", "A registry entry takes a day at least."
    )
    _destination_positive = models.Constraint(
        "CHECK(destination_days > 0)", "Destinations are known after a day at least."
    )
    _import_now_positive = models.Constraint(
        "CHECK(import_now_rows > 0)", "At least one row is imported at once."
    )
    _comparison_similarity_range = models.Constraint(
        "CHECK(comparison_similarity BETWEEN 1 AND 100)",
        "Names are similar from 1 to 100 percent.",
    )
    _begin_remind_order = models.Constraint(
        "CHECK(begin_remind_days > 0 AND begin_remind_again_days > begin_remind_days)",
        "Schools are reminded after a day at least, and the second time after the first.",
    )
