from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .duty import DUTY_STATES, as_duties


class EduDutyMixin(models.AbstractModel):
    """A record with something due by a date. Its model says what is due in one query; the duty, its
    to-do, reminders and escalation follow (``edu.duty``; plan, 二(三) and 三).

    To be declared by the model, which also has ``mail.thread`` and ``mail.activity.mixin``:

    * ``_edu_duty_query``: SQL that selects one row a duty, with the columns ``kind`` (code of a
      ``edu.duty.kind``), ``res_id``, ``slot`` (number of the cycle of what recurs, else 0),
      ``deadline`` (date; NULL keeps the one it had), ``done_on`` (date, NULL while it is open),
      ``user_id`` (who is to do it; NULL for the first holder of the kind's role at the place),
      ``school_id``, ``area_id`` and ``class_id``. An open duty that it names no more is dropped.
    * ``_edu_duty_fields``: the stored fields of the model that the query reads.
    """

    _name = "edu.duty.mixin"
    _description = "Record with Duties"

    _edu_duty_fields = ()

    duty_ids = fields.One2many(
        "edu.duty",
        "res_id",
        "Duties",
        readonly=True,
        copy=False,
    )
    duty_deadline = fields.Date("Due by", compute="_compute_duty")
    duty_user_id = fields.Many2one("res.users", "Held By", compute="_compute_duty")
    duty_state = fields.Selection(
        DUTY_STATES, "Duty", compute="_compute_duty", search="_search_duty_state"
    )

    @api.depends("duty_ids.state", "duty_ids.deadline", "duty_ids.user_id")
    def _compute_duty(self):
        """Of the open duty that is due first; without one, of the last that was closed."""
        for record in self:
            duties = record.sudo().duty_ids
            waiting = duties.filtered(lambda duty: duty.state == "open").sorted(
                lambda duty: (duty.deadline, duty.kind_id.sequence)
            )
            duty = waiting[:1] or duties.sorted("closed_on")[-1:]
            record.duty_deadline = duty.deadline
            record.duty_user_id = duty.user_id
            record.duty_state = duty.duty_state

    def _search_duty_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        states = [state for state in value if state]
        found = (
            self.env["edu.duty"]
            .sudo()
            ._search(Domain("res_model", "=", self._name) & Domain("duty_state", "in", states))
        )
        domain = Domain("id", "in", found.subselect("res_id"))
        if len(states) < len(value):
            domain |= Domain("duty_ids", "=", False)
        return domain

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr != "duty_state":
            return super()._field_to_sql(alias, field_expr, query)
        return SQL(
            """(SELECT %(state)s FROM edu_duty duty
                 WHERE duty.res_model = %(model)s AND duty.res_id = %(id)s
              ORDER BY duty.state <> 'open', CASE duty.state WHEN 'open' THEN duty.deadline END,
                       duty.closed_on DESC, duty.id
                 LIMIT 1)""",
            state=self.env["edu.duty"]._edu_state_sql(SQL.identifier("duty")),
            model=self._name,
            id=self._field_to_sql(alias, "id", query),
        )

    # ------------------------------------------------------------------ declared by the model

    @api.model
    def _edu_duty_query(self):
        """What is due, as SQL; see the docstring of the model."""
        raise NotImplementedError(self._name)

    def _edu_duty_told(self, kind):
        """Whom the holder of a duty has to tell, since they have no log-in: the village and its cadre.
        Private, as superuser; some of the records may be gone.

        :param kind: code of a ``edu.duty.kind``
        :return: {id: text}, which holds no number
        """
        return {}

    # ------------------------------------------------------------------ duties follow the record

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._edu_duty_later()
        return records

    def _write_multi(self, vals_list):
        """Also what is recomputed passes here."""
        watched = set(self._edu_duty_fields)
        self.browse(
            id_ for id_, vals in zip(self._ids, vals_list, strict=True) if watched & vals.keys()
        )._edu_duty_later()
        return super()._write_multi(vals_list)

    def write(self, vals):
        # an archived record takes its to-dos with it
        return super(EduDutyMixin, as_duties(self) if "active" in vals else self).write(vals)

    def unlink(self):
        duties = self.env["edu.duty"].sudo()._edu_of(self)
        result = super(EduDutyMixin, as_duties(self)).unlink()
        duties._edu_drop()
        return result

    def _edu_duty_later(self):
        """Look at the duties of these records again before the transaction is committed."""
        self.env["edu.duty"]._edu_queue(self)

    def _edu_duty_sync(self):
        """Look at the duties of these records now. Private; as superuser."""
        self.env["edu.duty"].sudo()._edu_sync(self._name, self.ids)

    def action_view_duties(self):
        """Whoever reads the record: its duties, open and closed."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "edu_dropout_control.edu_duty_action"
        )
        return {
            **action,
            "domain": [("res_model", "=", self._name), ("res_id", "=", self.id)],
            "context": {},
        }
