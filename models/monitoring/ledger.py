from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class EduLedger(models.Model):
    """The three registers of the county: school-age children, suspected dropouts, dropouts, each
    with dated entry and strike-off (教基厅函〔2024〕15号). What is struck off stays readable, so that
    the register of any day can be shown again.

    Read by the school's staff, class teacher, the townships, bureau and inspectors. Written only by
    ``_edu_enter`` and ``_edu_strike_off``, which the rooms call; rows are never deleted.
    """

    _name = "edu.ledger"
    _description = "Ledger entry"
    _inherit = ["edu.child.place.mixin"]
    _order = "kind, date_on desc, id desc"
    _rec_name = "student_id"

    kind = fields.Selection(
        [
            ("school_age", "School-age children"),
            ("suspected", "Suspected dropouts"),
            ("dropout", "Dropouts"),
        ],
        "Ledger",
        required=True,
        index=True,
    )
    school_id = fields.Many2one("edu.school", required=True, index=True, ondelete="restrict")
    class_id = fields.Many2one("edu.class", index=True, ondelete="restrict")
    grade = fields.Integer(aggregator=None)
    gender = fields.Selection(related="student_id.gender", store=True)
    date_on = fields.Date("Entered on", required=True, index=True)
    reason_on = fields.Char("Entered because")
    date_off = fields.Date("Struck off on", index="btree_not_null")
    reason_off = fields.Char("Struck off because")
    evidence = fields.Char("Evidence of the Strike-off")
    is_open = fields.Boolean("On the Ledger", compute="_compute_is_open", search="_search_is_open")
    as_of = fields.Date("On the Ledger on", compute="_compute_as_of", search="_search_as_of")

    _open_uniq = models.UniqueIndex(
        "(kind, student_id) WHERE date_off IS NULL", "This child stands on the ledger already."
    )
    _dates_order = models.Constraint(
        "CHECK(date_off IS NULL OR date_off >= date_on)",
        "A child is struck off after it was entered.",
    )
    _school_kind_idx = models.Index("(school_id, kind, date_on)")

    @api.depends("date_off")
    def _compute_is_open(self):
        for entry in self:
            entry.is_open = not entry.date_off

    def _search_is_open(self, operator, value):
        if operator != "in":
            return NotImplemented
        if self.env.context.get("edu_as_of"):
            # the ledger of another day is asked for: who was struck off since stood there
            return Domain.TRUE
        domain = Domain("date_off", "=", False)
        return domain if True in value else ~domain

    def _compute_as_of(self):
        self.as_of = False

    def _search_as_of(self, operator, value):
        """Entries that stood on the ledger at the end of the given day."""
        if operator != "in":
            return NotImplemented
        return Domain.OR(
            Domain("date_on", "<=", date)
            & (Domain("date_off", "=", False) | Domain("date_off", ">", date))
            for date in value
            if date
        )

    @api.model
    def _edu_enter(self, kind, student, date, reason, school=None):
        """Put children on a ledger. Private; who stands there already, for the same school, stays
        as entered. One who stands there for another school is struck off and entered anew.

        :param student: one or many
        :param school: default: the school where each child stands
        :return: the open entries of ``student``
        """
        Ledger = self.sudo()
        entries = Ledger.search(
            [("kind", "=", kind), ("student_id", "in", student.ids), ("date_off", "=", False)]
        )
        moved = entries.filtered(
            lambda entry: entry.school_id != (school or entry.student_id.school_id)
        )
        for target, group in moved.grouped(
            lambda entry: school or entry.student_id.school_id
        ).items():
            group._edu_close(date, self.env._("Now at %(school)s", school=target.sudo().name))
        entries -= moved
        entries |= Ledger.create(
            [
                {
                    "kind": kind,
                    "student_id": child.id,
                    "school_id": (school or child.school_id).id,
                    "class_id": child.class_id.school_id == (school or child.school_id)
                    and child.class_id.id,
                    "grade": child.grade,
                    "date_on": date,
                    "reason_on": reason,
                }
                for child in student.sudo() - entries.student_id
            ]
        )
        return entries.with_env(self.env)

    @api.model
    def _edu_strike_off(self, kind, student, date, reason, evidence=None):
        """Strike children off a ledger. Private; who does not stand there stays as it is.

        :param evidence: what it stands on, in words: which case, which approval, how many files
        :return: the entries that were closed
        """
        entries = self.sudo().search(
            [("kind", "=", kind), ("student_id", "in", student.ids), ("date_off", "=", False)]
        )
        entries._edu_close(date, reason, evidence)
        return entries.with_env(self.env)

    def _edu_close(self, date, reason, evidence=None):
        for day, group in self.grouped(lambda entry: max(entry.date_on, date)).items():
            values = {"date_off": day, "reason_off": reason}
            if evidence:
                values["evidence"] = evidence
            group.write(values)
        # a new entry may follow at once, and there is only one open entry in the database
        self.flush_recordset()

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Ledger entries are struck off, never deleted."))
