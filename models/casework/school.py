from odoo import fields, models


class EduSchool(models.Model):
    _inherit = "edu.school"

    notice_prefix = fields.Char("Letters Before Notice Numbers", help="Empty: the school's name")

    def _edu_document_name(self):
        self.ensure_one()
        return self.name
