from odoo import fields, models


class EduRosterImportMemo(models.Model):
    """What a long import remembers between its batches (``RosterMemory``): parts of digests by which
    a number is known again, and the children found. Goes when the import is through; nobody has
    access."""

    _name = "edu.roster.import.memo"
    _description = "Memory of a running import"
    _log_access = False

    import_id = fields.Many2one("edu.roster.import", required=True, ondelete="cascade")
    key = fields.Char(required=True)
    sheet = fields.Char()
    number = fields.Integer()
    told = fields.Integer()
    student = fields.Integer()  # an id alone: it is looked at in sets only

    _key_uniq = models.UniqueIndex("(import_id, key)")
