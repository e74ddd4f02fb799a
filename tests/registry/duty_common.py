"""A made-up model with duties, and what its tests share."""

from odoo import fields, models
from odoo.orm.model_classes import add_to_registry
from odoo.tools import SQL

from ..common import EduCommon

MODEL = "edu.test.duty.note"


class DutyNote(models.Model):
    """Something due at a class, school or township, in cycles."""

    _module = None
    _name = MODEL
    _description = "Made-up record with a duty"
    _inherit = ["mail.thread", "mail.activity.mixin", "edu.duty.mixin"]
    _edu_duty_fields = (
        "kind",
        "cycle",
        "deadline",
        "done_on",
        "user_id",
        "school_id",
        "class_id",
        "area_id",
        "is_due",
        "active",
    )

    name = fields.Char(default="记录")
    kind = fields.Char(default="test_education")
    cycle = fields.Integer()
    deadline = fields.Date()
    done_on = fields.Date()
    user_id = fields.Many2one("res.users")
    school_id = fields.Many2one("edu.school")
    class_id = fields.Many2one("edu.class")
    area_id = fields.Many2one("edu.area")
    is_due = fields.Boolean(default=True)
    active = fields.Boolean(default=True)

    def _edu_duty_query(self):
        return SQL(
            """SELECT kind, id AS res_id, cycle AS slot, deadline, done_on, user_id, school_id, area_id,
                      class_id
                 FROM edu_test_duty_note WHERE is_due AND active"""
        )


class DutyCommon(EduCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        registry = cls.registry
        add_to_registry(registry, DutyNote)
        registry._setup_models__(cls.env.cr, [MODEL])
        registry.init_models(cls.env.cr, [MODEL], {"module": "edu_dropout_control"})
        cls.addClassCleanup(cls._forget_model, registry)
        cls.env["ir.model"]._reflect_models([MODEL])
        todo = cls.env.ref("mail.mail_activity_data_todo")
        cls.kind, cls.kind_township = cls.env["edu.duty.kind"].create(
            [
                {
                    "name": "Made-up duty",
                    "code": "test_education",
                    "chain": "education",
                    "role": "class_teacher",
                    "activity_type_id": todo.id,
                },
                {
                    "name": "Made-up duty of a township",
                    "code": "test_administration",
                    "chain": "administration",
                    "role": "township",
                    "activity_type_id": todo.id,
                },
            ]
        )
        cls.Note = cls.env[MODEL]
        cls.Duty = cls.env["edu.duty"]

    @classmethod
    def _forget_model(cls, registry):
        for parent in DutyNote._inherit:
            registry[parent]._inherit_children.discard(MODEL)
        del registry.models[MODEL]
        registry._setup_models__(cls.env.cr)

    def note(self, **values):
        note = self.Note.create(
            {
                "deadline": "2026-09-10",
                "school_id": self.school_a.id,
                "class_id": self.class_a.id,
                **values,
            }
        )
        self.settle()
        return note

    def todos(self, record):
        """Open to-dos of a record's duties."""
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                ("edu_duty_id", "!=", False),
            ]
        )

    def night(self):
        self.settle()
        self.Duty._cron_duties()
