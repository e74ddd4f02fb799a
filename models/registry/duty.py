from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, plaintext2html

from ..core.notes import log_notes
from .duty_kind import STEPS

DUTY_STATES = [
    ("late", "Late"),
    ("due_soon", "Due soon"),
    ("open", "Open"),
    ("done", "Done in time"),
    ("done_late", "Done late"),
    ("dropped", "Dropped"),
]

QUEUE = "edu_dropout_control.duties"
CONTEXT_KEY = "edu_duties"


class _Sentinel:
    """Only this process can put it into a context: no client writes a duty's to-do."""

    def __repr__(self):
        return "<duties>"


_SENTINEL = _Sentinel()


def as_duties(records):
    """``records`` in an environment that may change the to-dos of duties."""
    return records.with_context(**{CONTEXT_KEY: _SENTINEL})


def is_duties(records):
    return records.env.context.get(CONTEXT_KEY) is _SENTINEL


class EduDuty(models.Model):
    """Something that one person answers for by a date: a roster check, a report, the next visit of a
    case (plan, 二(三) and 三: who checks, fills in and reviews answers for it, on time).

    Rows follow from the records that have something due (``edu.duty.mixin``), set by set: nobody
    writes them. A duty is open, done or dropped; whether it was late is settled when it is done, and
    no later edit of the record changes it. Who holds it is whom the record names, as long as that
    person holds a post at the place, else an acting one, else the first of the kind's chain: so duties
    of somebody who left are handed over the next night, and listed. What a school that is closed still
    owes is held at the schools that took it over.

    Read by whoever holds it and by everybody in whose scope it lies. To-dos hang on the records, not on
    the duties: the activity views under *To-dos by Record* are those of the records.
    """

    _name = "edu.duty"
    _description = "Duty"
    _inherit = ["edu.scope.mixin"]
    _order = "deadline, id"
    _edu_class_field = "class_id"
    _edu_township_fields = ("area_id",)

    kind_id = fields.Many2one("edu.duty.kind", "Duty", required=True, readonly=True, index=True)
    chain = fields.Selection(related="kind_id.chain")
    res_model = fields.Char("Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Record", model_field="res_model", required=True, readonly=True
    )
    res_name = fields.Char("About", compute="_compute_res_name")
    told = fields.Char(
        "To Be Told",
        compute="_compute_res_name",
        help="Who answers in the village and has no log-in",
    )
    slot = fields.Integer("Cycle", required=True, readonly=True, default=0)

    user_id = fields.Many2one(
        "res.users", "Held By", readonly=True, index=True, ondelete="restrict"
    )
    former_user_id = fields.Many2one(
        "res.users", "Taken Over From", readonly=True, ondelete="restrict"
    )
    handed_on = fields.Date("Taken Over On", readonly=True)
    school_id = fields.Many2one("edu.school", readonly=True, index=True, ondelete="restrict")
    class_id = fields.Many2one("edu.class", readonly=True, index=True, ondelete="restrict")
    area_id = fields.Many2one(
        "edu.area", "Township", readonly=True, index=True, ondelete="restrict"
    )

    state = fields.Selection(
        [("open", "Open"), ("done", "Done"), ("dropped", "Dropped")],
        required=True,
        readonly=True,
        default="open",
        help="Dropped: it ceased to be due without being done, as when a case turns out to be none",
    )
    deadline = fields.Date("Due by", required=True, readonly=True)
    first_deadline = fields.Date("First Due by", readonly=True)
    is_provisional = fields.Boolean(
        "Provisional", readonly=True, help="The days off of that year are not published yet."
    )
    done_on = fields.Date("Done On", readonly=True)
    closed_on = fields.Date("Closed On", readonly=True)
    late_since = fields.Date(
        "Late Since", readonly=True, help="Settled when it is done: no later edit changes it"
    )
    late_for_good = fields.Date(
        readonly=True, export_string_translation=False, help="Late Since, when it was first done"
    )
    step_ids = fields.One2many("edu.duty.step", "duty_id", "Passed On To", readonly=True)
    duty_state = fields.Selection(
        DUTY_STATES,
        "State of the Duty",
        compute="_compute_duty_state",
        search="_search_duty_state",
    )
    days_left = fields.Integer(
        "Days Left", compute="_compute_duty_state", help="Below zero: days late"
    )

    _record_uniq = models.UniqueIndex("(res_model, res_id, kind_id, slot)")
    _open_idx = models.Index("(deadline) WHERE state = 'open'")
    _mine_idx = models.Index("(user_id, deadline) WHERE state = 'open'")

    # ------------------------------------------------------------------ what is shown

    def _compute_res_name(self):
        """The record's name for whoever may read it."""
        told = self._edu_told()
        for model, duties in self.grouped("res_model").items():
            names = {}
            if model in self.env:
                records = self.env[model].browse(duties.mapped("res_id")).exists()
                names = {
                    record.id: record.display_name for record in records._filtered_access("read")
                }
            for duty in duties:
                duty.res_name = names.get(duty.res_id, False)
                duty.told = duty.res_name and told.get(duty.id, False)

    def _edu_told(self):
        """{id of a duty: text} of whom its holder has to tell; only of duties with somebody."""
        told = {}
        for (model, kind), duties in self.grouped(
            lambda duty: (duty.res_model, duty.kind_id.code)
        ).items():
            if model in self.env:
                records = self.env[model].sudo().browse(duties.mapped("res_id"))
                words = records._edu_duty_told(kind)
                told.update(
                    {duty.id: words[duty.res_id] for duty in duties if duty.res_id in words}
                )
        return told

    @api.depends("kind_id", "res_model", "res_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for duty in self:
            duty.display_name = " · ".join(filter(None, (duty.kind_id.name, duty.res_name)))

    @api.depends("state", "deadline", "late_since")
    def _compute_duty_state(self):
        today, soon = self.env["edu.policy"]._edu_due_dates()
        for duty in self:
            if duty.state == "done":
                duty.duty_state = "done_late" if duty.late_since else "done"
            elif duty.state == "dropped":
                duty.duty_state = "dropped"
            elif duty.deadline and duty.deadline < today:
                duty.duty_state = "late"
            else:
                near = duty.deadline and duty.deadline <= soon
                duty.duty_state = "due_soon" if near else "open"
            waiting = duty.state == "open" and duty.deadline
            duty.days_left = (duty.deadline - today).days if waiting else 0

    def _search_duty_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today, soon = self.env["edu.policy"]._edu_due_dates()
        waiting, done = Domain("state", "=", "open"), Domain("state", "=", "done")
        domains = {
            "late": waiting & Domain("deadline", "<", today),
            "due_soon": waiting & Domain("deadline", ">=", today) & Domain("deadline", "<=", soon),
            "open": waiting & Domain("deadline", ">", soon),
            "done": done & Domain("late_since", "=", False),
            "done_late": done & Domain("late_since", "!=", False),
            "dropped": Domain("state", "=", "dropped"),
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.model
    def _edu_state_sql(self, alias):
        """``duty_state`` of the rows of ``alias``, on the county's date."""
        today, soon = self.env["edu.policy"]._edu_due_dates()
        return SQL(
            """CASE %(duty)s.state
                    WHEN 'done' THEN CASE WHEN %(duty)s.late_since IS NULL THEN 'done'
                                          ELSE 'done_late' END
                    WHEN 'dropped' THEN 'dropped'
                    ELSE CASE WHEN %(duty)s.deadline < %(today)s THEN 'late'
                              WHEN %(duty)s.deadline <= %(soon)s THEN 'due_soon'
                              ELSE 'open' END END""",
            duty=alias,
            today=today,
            soon=soon,
        )

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr == "duty_state":
            return self._edu_state_sql(SQL.identifier(alias))
        return super()._field_to_sql(alias, field_expr, query)

    def action_open(self):
        """Whoever reads the duty: the record on which it is done.

        :raise UserError: when that record is gone, or not the caller's to read
        """
        self.ensure_one()
        self.check_access("read")
        record = (
            self.env[self.res_model].browse(self.res_id) if self.res_model in self.env else None
        )
        if record is None or not record.exists() or not record.has_access("read"):
            raise UserError(
                self.env._("The record of this duty is gone, or not yours to see: ask the bureau.")
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }

    # ------------------------------------------------------------------ duties follow the records

    @api.model
    def _edu_models(self):
        """Names of the models that have duties."""
        return sorted(
            name
            for name in self.pool.descendants(["edu.duty.mixin"], "_inherit")
            if not self.pool[name]._abstract
        )

    def _edu_of(self, records):
        return self.search([("res_model", "=", records._name), ("res_id", "in", records.ids)])

    def _edu_drop(self):
        """The records are gone. Private, on sudo'ed duties."""
        self.filtered(lambda duty: duty.state == "open").write(
            {"state": "dropped", "closed_on": self.env["edu.policy"]._edu_today()}
        )

    @api.model
    def _edu_queue(self, records):
        """Look at the duties of ``records`` again when the transaction is about to be committed."""
        ids = [id_ for id_ in records._ids if id_]
        if not ids:
            return
        precommit = self.env.cr.precommit
        queue = precommit.data.setdefault(QUEUE, {})
        if not queue:
            precommit.add(self.sudo()._edu_sync_queued)
        queue.setdefault(records._name, set()).update(ids)

    @api.model
    def _edu_sync_queued(self):
        queue = self.env.cr.precommit.data.pop(QUEUE, {})
        for model, ids in queue.items():
            self._edu_sync(model, sorted(ids))

    @api.model
    def _edu_sync(self, model, ids=None):
        """Bring the duties of a model in step with its records, and their to-dos with them.
        Private, as superuser; changes nothing where nothing changed.

        :param ids: of the records to be looked at; all of the model without
        """
        if ids is not None and not ids:
            return
        self.env.flush_all()
        changes = self.env.execute_query(self._edu_sync_sql(model, ids))
        if not changes:
            return
        self.invalidate_model(flush=False)
        self.env[model].invalidate_model(
            ["duty_ids", "duty_state", "duty_deadline", "duty_user_id"], flush=False
        )
        self._edu_note_changes(model, changes)
        self._edu_sync_activities([change[0] for change in changes])

    def _edu_places_sql(self, rows, today):
        """CTEs ``place`` (what ``rows`` stand at, with the kind), ``covering`` (who holds a post there
        today) and ``ladder`` (of them, by position in the chain, the first ``rank`` first).

        :param rows: name of a CTE with kind_id, school_id, area_id, class_id
        """
        steps = SQL(", ").join(
            SQL("(%s, %s, %s)", chain, role, position)
            for chain, positions in STEPS.items()
            for position, roles in enumerate(positions, start=1)
            for role in roles
        )
        return SQL(
            """
            chain_step (chain, role, position) AS (VALUES %(steps)s),
            place AS MATERIALIZED (
                SELECT row_number() OVER () AS id, here.*, kind.role, kind.chain, school.parent_id,
                       string_to_array(rtrim(area.parent_path, '/'), '/')::integer[] AS path,
                       start.position AS start
                  FROM (SELECT DISTINCT kind_id, COALESCE(school_id, 0) AS school_id,
                               COALESCE(area_id, 0) AS area_id, COALESCE(class_id, 0) AS class_id
                          FROM %(rows)s) here
                  JOIN edu_duty_kind kind ON kind.id = here.kind_id
                  JOIN chain_step start ON start.chain = kind.chain AND start.role = kind.role
             LEFT JOIN edu_school school ON school.id = here.school_id
             LEFT JOIN edu_area area ON area.id = COALESCE(NULLIF(here.area_id, 0), school.area_id)
            ), post AS MATERIALIZED (
                SELECT post.id, post.user_id, post.role, post.school_id, post.class_id, post.area_id,
                       COALESCE(post.is_acting, FALSE) AS is_acting, post.date_from
                  FROM edu_post post
                  JOIN res_users person ON person.id = post.user_id AND person.active
                 WHERE post.date_from <= %(today)s
                   AND (post.date_to IS NULL OR post.date_to >= %(today)s)
            ), covering AS MATERIALIZED (
                SELECT place.id AS place_id, post.id, post.user_id, post.role, post.is_acting,
                       post.date_from, 0 AS far,
                       post.class_id IS NULL OR post.class_id = place.class_id AS is_eligible
                  FROM place JOIN post ON post.school_id = place.school_id
                UNION ALL
                SELECT place.id, post.id, post.user_id, post.role, post.is_acting, post.date_from, 1,
                       TRUE
                  FROM place
                  JOIN post ON post.school_id = place.parent_id AND post.class_id IS NULL
                UNION ALL
                SELECT place.id, post.id, post.user_id, post.role, post.is_acting, post.date_from, 2,
                       post.class_id IS NULL OR post.class_id = place.class_id
                  FROM place
                  JOIN edu_school closed ON closed.id = place.school_id AND NOT closed.active
                  JOIN edu_school_successor_rel taken ON taken.school_id = closed.id
                  JOIN post ON post.school_id = taken.successor_id
                UNION ALL
                SELECT place.id, post.id, post.user_id, post.role, post.is_acting, post.date_from,
                       100 - above.depth::integer, TRUE
                  FROM place
            CROSS JOIN unnest(place.path) WITH ORDINALITY AS above(area_id, depth)
                  JOIN post ON post.area_id = above.area_id
            ), ladder AS MATERIALIZED (
                SELECT covering.place_id, covering.user_id, covering.role, step.position,
                       row_number() OVER (
                           PARTITION BY covering.place_id, step.position
                               ORDER BY covering.far, covering.role <> place.role,
                                        covering.is_acting DESC, covering.date_from, covering.id
                       ) AS rank
                  FROM covering
                  JOIN place ON place.id = covering.place_id
                  JOIN chain_step step ON step.chain = place.chain AND step.role = covering.role
                 WHERE covering.is_eligible AND step.position >= place.start
            )
            """,
            steps=steps,
            rows=SQL.identifier(rows),
            today=today,
        )

    def _edu_sync_sql(self, model, ids):
        """One statement: new duties in, changed ones changed, those that ceased to be due dropped.
        Gives (id, res_id, what, old holder, new holder, old deadline, new deadline, was provisional, is
        provisional) of each duty that changed."""
        Policy = self.env["edu.policy"]
        today = Policy._edu_today()
        published = sorted({day.year for day in Policy._edu_calendar_exceptions()}) or [0]
        mine = SQL("AND due.res_id = ANY(%s)", list(ids)) if ids is not None else SQL()
        mine_too = SQL("AND duty.res_id = ANY(%s)", list(ids)) if ids is not None else SQL()
        return SQL(
            """
            WITH due AS MATERIALIZED (
                SELECT due.res_id, COALESCE(due.slot, 0) AS slot, due.deadline::date,
                       due.done_on::date, due.user_id, due.school_id, due.area_id, due.class_id,
                       kind.id AS kind_id
                  FROM (%(query)s) due
                  JOIN edu_duty_kind kind ON kind.code = due.kind
                 WHERE TRUE %(mine)s
            ), waiting AS (
                SELECT * FROM due WHERE done_on IS NULL
            ), %(places)s, covers AS MATERIALIZED (
                SELECT DISTINCT ON (place_id, user_id) place_id, user_id, role, is_acting
                  FROM covering
              ORDER BY place_id, user_id, is_eligible DESC, far, id
            ), stand_in AS (
                SELECT DISTINCT ON (place_id, role) place_id, role, user_id
                  FROM covering
                 WHERE is_acting AND is_eligible
              ORDER BY place_id, role, far, date_from, id
            ), first AS (
                SELECT DISTINCT ON (place_id) place_id, user_id
                  FROM ladder ORDER BY place_id, position, rank
            ), resolved AS MATERIALIZED (
                SELECT due.kind_id, due.res_id, due.slot, due.deadline, due.done_on, due.school_id,
                       due.area_id, due.class_id, place.id AS place_id,
                       CASE WHEN named.user_id IS NULL THEN first.user_id
                            WHEN named.is_acting THEN named.user_id
                            ELSE COALESCE(stand_in.user_id, named.user_id) END AS user_id
                  FROM due
             LEFT JOIN place ON due.done_on IS NULL AND place.kind_id = due.kind_id
                   AND place.school_id = COALESCE(due.school_id, 0)
                   AND place.area_id = COALESCE(due.area_id, 0)
                   AND place.class_id = COALESCE(due.class_id, 0)
             LEFT JOIN covers named ON named.place_id = place.id AND named.user_id = due.user_id
             LEFT JOIN stand_in ON stand_in.place_id = place.id AND stand_in.role = named.role
             LEFT JOIN first ON first.place_id = place.id
            ), compared AS (
                SELECT duty.id, new.res_id,
                       duty.user_id AS old_user_id, duty.deadline AS old_deadline,
                       duty.is_provisional AS was_provisional,
                       CASE WHEN new.done_on IS NULL THEN 'open' ELSE 'done' END AS state,
                       COALESCE(new.deadline, duty.deadline) AS deadline,
                       EXTRACT(year FROM COALESCE(new.deadline, duty.deadline)) <> ALL(%(published)s)
                           AS is_provisional,
                       new.done_on,
                       CASE WHEN new.done_on IS NULL THEN new.user_id ELSE duty.user_id END AS user_id,
                       new.school_id, new.area_id, new.class_id,
                       COALESCE(duty.late_for_good, %(late_of_either)s) AS late_since,
                       duty.late_for_good,
                       new.done_on IS NULL AND duty.user_id IS NOT NULL AND new.user_id IS NOT NULL
                           AND duty.user_id <> new.user_id AND former.user_id IS NULL AS is_handed_over
                  FROM resolved new
                  JOIN edu_duty duty
                    ON duty.res_model = %(model)s AND duty.res_id = new.res_id
                   AND duty.kind_id = new.kind_id AND duty.slot = new.slot
             LEFT JOIN covers former
                    ON former.place_id = new.place_id AND former.user_id = duty.user_id
                 WHERE duty.state <> 'done' OR new.done_on IS NULL
            ), changed AS (
                UPDATE edu_duty duty
                   SET state = new.state, deadline = new.deadline,
                       is_provisional = new.is_provisional, done_on = new.done_on,
                       closed_on = CASE new.state WHEN 'done' THEN %(today)s END,
                       late_since = new.late_since,
                       late_for_good = CASE new.state WHEN 'done' THEN new.late_since
                                                      ELSE new.late_for_good END,
                       user_id = new.user_id, school_id = new.school_id, area_id = new.area_id,
                       class_id = new.class_id,
                       former_user_id = CASE WHEN new.is_handed_over THEN new.old_user_id
                                             ELSE duty.former_user_id END,
                       handed_on = CASE WHEN new.is_handed_over THEN %(today)s
                                        ELSE duty.handed_on END,
                       write_uid = %(uid)s, write_date = %(now)s
                  FROM compared new
                 WHERE duty.id = new.id
                   AND (duty.state, duty.deadline, duty.is_provisional, duty.done_on, duty.late_since,
                        duty.user_id, duty.school_id, duty.area_id, duty.class_id)
                       IS DISTINCT FROM
                       (new.state, new.deadline, new.is_provisional, new.done_on,
                        new.late_since, new.user_id, new.school_id, new.area_id, new.class_id)
             RETURNING duty.id, duty.res_id,
                       CASE WHEN new.is_handed_over THEN 'handed' ELSE 'changed' END AS what,
                       new.old_user_id, duty.user_id, new.old_deadline, duty.deadline,
                       new.was_provisional, duty.is_provisional
            ), added AS (
                INSERT INTO edu_duty (res_model, res_id, kind_id, slot, state, deadline,
                                      first_deadline, is_provisional, done_on, closed_on, late_since,
                                      late_for_good, user_id, school_id, area_id, class_id,
                                      create_uid, create_date, write_uid, write_date)
                SELECT %(model)s, new.res_id, new.kind_id, new.slot,
                       CASE WHEN new.done_on IS NULL THEN 'open' ELSE 'done' END, new.deadline,
                       new.deadline, EXTRACT(year FROM new.deadline) <> ALL(%(published)s),
                       new.done_on, CASE WHEN new.done_on IS NOT NULL THEN %(today)s END, %(late)s,
                       CASE WHEN new.done_on IS NOT NULL THEN %(late)s END,
                       new.user_id, new.school_id, new.area_id, new.class_id,
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM resolved new
                 WHERE new.deadline IS NOT NULL AND NOT EXISTS (
                       SELECT 1 FROM edu_duty duty
                        WHERE duty.res_model = %(model)s AND duty.res_id = new.res_id
                          AND duty.kind_id = new.kind_id AND duty.slot = new.slot)
           ON CONFLICT DO NOTHING
             RETURNING id, res_id, 'added', NULL::integer, user_id, NULL::date, deadline,
                       NULL::boolean, is_provisional
            ), dropped AS (
                UPDATE edu_duty duty
                   SET state = 'dropped', closed_on = %(today)s, write_uid = %(uid)s,
                       write_date = %(now)s
                 WHERE duty.res_model = %(model)s AND duty.state = 'open' %(mine_too)s
                   AND NOT EXISTS (
                       SELECT 1 FROM resolved new
                        WHERE new.res_id = duty.res_id AND new.kind_id = duty.kind_id
                          AND new.slot = duty.slot)
             RETURNING id, res_id, 'dropped', user_id, NULL::integer, deadline, deadline,
                       is_provisional, is_provisional
            )
            SELECT * FROM changed UNION ALL SELECT * FROM added UNION ALL SELECT * FROM dropped
            """,
            query=self.env[model].sudo()._edu_duty_query(),
            places=self._edu_places_sql("waiting", today),
            late=self._edu_late_sql(SQL("new.deadline"), today),
            late_of_either=self._edu_late_sql(SQL("COALESCE(new.deadline, duty.deadline)"), today),
            mine=mine,
            mine_too=mine_too,
            model=model,
            published=published,
            today=today,
            uid=self.env.uid,
            now=self.env.cr.now(),
        )

    def _edu_late_sql(self, deadline, today):
        """Since when the row ``new`` is late; NULL when it is not."""
        return SQL(
            "CASE WHEN COALESCE(new.done_on, %(today)s) > %(deadline)s THEN %(deadline)s + 1 END",
            today=today,
            deadline=deadline,
        )

    def _edu_note_changes(self, model, changes):
        """Say in the chatter what the records themselves do not: a duty handed over because its holder
        left the post, a provisional deadline that became firm."""
        noted = defaultdict(list)
        env = self.env["edu.policy"]._edu_office_env()
        duties = self.with_env(env).browse([change[0] for change in changes])
        duties.fetch(["kind_id", "user_id"])
        for duty, change in zip(duties, changes, strict=True):
            _id, res_id, what, old_user, _user, old_deadline, deadline, was, provisional = change
            if what == "handed":
                noted[res_id].append(
                    env._(
                        "%(duty)s: %(former)s holds no post here any more; %(person)s takes over.",
                        duty=duty.kind_id.name,
                        former=env["res.users"].browse(old_user).name,
                        person=duty.user_id.name,
                    )
                )
            if was and not provisional and deadline:
                noted[res_id].append(
                    env._(
                        "%(duty)s: the days off of %(year)s are published; due by %(date)s (was"
                        " %(former)s, provisionally).",
                        duty=duty.kind_id.name,
                        year=deadline.year,
                        date=fields.Date.to_string(deadline),
                        former=fields.Date.to_string(old_deadline),
                    )
                )
        log_notes(env[model].sudo(), {res_id: "\n".join(lines) for res_id, lines in noted.items()})

    # ------------------------------------------------------------------ one to-do each

    @api.model
    def _edu_sync_activities(self, ids=None):
        """One open to-do an open duty for its holder, one for each person it was passed on to, and
        none for what is closed. Private, as superuser.

        :param ids: of the duties to be looked at; all without
        """
        if ids is not None and not ids:
            return
        Activity = as_duties(self.env["mail.activity"].with_context(active_test=False)).sudo()
        Activity.flush_model()
        mine = SQL("AND duty.id = ANY(%s)", list(ids)) if ids is not None else SQL()
        theirs = SQL("AND edu_duty_id = ANY(%s)", list(ids)) if ids is not None else SQL()
        rows = self.env.execute_query(
            SQL(
                """
                WITH wanted AS (
                    SELECT duty.id AS duty_id, 0 AS step, duty.user_id, duty.deadline AS day
                      FROM edu_duty duty
                     WHERE duty.state = 'open' AND duty.user_id IS NOT NULL %(mine)s
                    UNION ALL
                    SELECT duty.id, step.position, step.user_id, step.reached_on
                      FROM edu_duty duty JOIN edu_duty_step step ON step.duty_id = duty.id
                     WHERE duty.state = 'open' AND step.user_id <> COALESCE(duty.user_id, 0) %(mine)s
                ), standing AS (
                    SELECT id, edu_duty_id, edu_duty_step, user_id, date_deadline
                      FROM mail_activity
                     WHERE active AND edu_duty_id IS NOT NULL %(theirs)s
                )
                SELECT standing.id, wanted.duty_id, wanted.step, wanted.user_id, wanted.day,
                       standing.user_id, standing.date_deadline
                  FROM wanted
             FULL JOIN standing ON standing.edu_duty_id = wanted.duty_id
                   AND standing.edu_duty_step = wanted.step
                 WHERE (standing.user_id, standing.date_deadline)
                       IS DISTINCT FROM (wanted.user_id, wanted.day)
                    OR standing.id IS NULL OR wanted.duty_id IS NULL
                """,
                mine=mine,
                theirs=theirs,
            )
        )
        if not rows:
            return
        today = self.env["edu.policy"]._edu_today()
        counts = defaultdict(int)
        for _id, _duty, _step, user, day, old_user, old_day in rows:
            if old_user and old_day <= today:
                counts[old_user] -= 1
            if user and day <= today:
                counts[user] += 1
        self._edu_end_activities(Activity.browse([row[0] for row in rows if not row[1]]), today)
        self._edu_change_activities([row for row in rows if row[0] and row[1]])
        self._edu_add_activities([row for row in rows if not row[0]])
        Activity.invalidate_model(flush=False)
        duties = self.browse({row[1] for row in rows if row[1]})
        for model, own in duties.grouped("res_model").items():
            self.env[model].browse(own.mapped("res_id")).invalidate_recordset(flush=False)
        for user in self.env["res.users"].browse(user for user, diff in counts.items() if diff):
            diff = counts[user.id]
            key = "activity_created" if diff > 0 else "activity_deleted"
            user._bus_send("mail.activity/updated", {key: True, "count_diff": diff})

    def _edu_end_activities(self, activities, today):
        """To-dos of duties that are done stay in the history, the others go."""
        activities.fetch(["edu_duty_id", "res_model", "res_id"])
        done = activities.filtered(lambda activity: activity.edu_duty_id.state == "done")
        for model, own in activities.grouped("res_model").items():
            self.env[model].browse(own.mapped("res_id")).invalidate_recordset(flush=False)
        if done:
            self.env.cr.execute(
                SQL(
                    "UPDATE mail_activity SET active = FALSE, date_done = %s WHERE id = ANY(%s)",
                    today,
                    done.ids,
                )
            )
            done.invalidate_recordset(flush=False)
        (activities - done).unlink()

    def _edu_change_activities(self, rows):
        if not rows:
            return
        self.env.cr.execute(
            SQL(
                """UPDATE mail_activity activity
                      SET user_id = new.user_id, date_deadline = new.day, user_tz = partner.tz
                     FROM unnest(%s::integer[], %s::integer[], %s::date[]) AS new(id, user_id, day)
                     JOIN res_users person ON person.id = new.user_id
                     JOIN res_partner partner ON partner.id = person.partner_id
                    WHERE activity.id = new.id""",
                [row[0] for row in rows],
                [row[3] for row in rows],
                [row[4] for row in rows],
            )
        )

    def _edu_add_activities(self, rows):
        """New to-dos; whoever gets one does not become a follower: a post may end, a follower stays."""
        if not rows:
            return
        duties = self.browse([row[1] for row in rows])
        told = (
            self.with_env(self.env["edu.policy"]._edu_office_env()).browse(duties.ids)._edu_told()
        )
        names = {}
        for model, own in duties.grouped("res_model").items():
            for record in self.env[model].browse(own.mapped("res_id")).exists():
                names[model, record.id] = record.display_name
        self.env.cr.execute(
            SQL(
                """INSERT INTO mail_activity
                          (edu_duty_id, edu_duty_step, res_model_id, res_model, res_id, res_name,
                           activity_type_id, summary, note, date_deadline, user_id, user_tz,
                           automated, active, create_uid, create_date, write_uid, write_date)
                   SELECT duty.id, new.step, model.id, duty.res_model, duty.res_id, new.name,
                          kind.activity_type_id, NULL, new.note, new.day, new.user_id, partner.tz,
                          TRUE, TRUE, %(uid)s, %(now)s, %(uid)s, %(now)s
                     FROM unnest(%(duties)s::integer[], %(steps)s::integer[], %(users)s::integer[],
                                 %(days)s::date[], %(names)s::text[], %(notes)s::text[])
                            AS new(duty_id, step, user_id, day, name, note)
                     JOIN edu_duty duty ON duty.id = new.duty_id
                     JOIN edu_duty_kind kind ON kind.id = duty.kind_id
                     JOIN ir_model model ON model.model = duty.res_model
                     JOIN res_users person ON person.id = new.user_id
                     JOIN res_partner partner ON partner.id = person.partner_id
                    WHERE new.name IS NOT NULL""",
                duties=[row[1] for row in rows],
                steps=[row[2] for row in rows],
                users=[row[3] for row in rows],
                days=[row[4] for row in rows],
                names=[names.get((duty.res_model, duty.res_id)) for duty in duties],
                notes=[plaintext2html(told[row[1]]) if row[1] in told else None for row in rows],
                uid=self.env.uid,
                now=self.env.cr.now(),
            )
        )

    # ------------------------------------------------------------------ every night

    @api.model
    def _cron_duties(self):
        """After midnight in the county: duties and their to-dos in step with the records, with who
        holds which post and with the calendar; what is late climbs its chain. A second run on the same
        day changes nothing."""
        for model in self._edu_models():
            self._edu_sync(model)
        self._edu_escalate()
        self._edu_sync_activities()

    @api.model
    def _edu_escalate(self):
        """Pass on what is late: after each of the policy's number of days to the next person of the
        chain, once a step; somebody who holds two posts of the chain is asked once."""
        Policy = self.env["edu.policy"]
        today = Policy._edu_today()
        rows = self.env.execute_query(
            SQL(
                """
                WITH late AS MATERIALIZED (
                    SELECT duty.*,
                           (%(today)s - duty.deadline) / %(days)s - (
                               SELECT count(*) FROM edu_duty_step step
                                WHERE step.duty_id = duty.id) AS missing
                      FROM edu_duty duty
                     WHERE duty.state = 'open' AND duty.deadline <= %(today)s - %(days)s
                ), climbing AS (
                    SELECT * FROM late WHERE missing > 0
                ), %(places)s, standing AS (
                    SELECT place_id, user_id, max(position) AS position
                      FROM ladder GROUP BY place_id, user_id
                ), person AS (
                    SELECT DISTINCT ON (duty.id, ladder.user_id)
                           duty.id, duty.missing, ladder.user_id, ladder.position
                      FROM climbing duty
                      JOIN place ON place.kind_id = duty.kind_id
                       AND place.school_id = COALESCE(duty.school_id, 0)
                       AND place.area_id = COALESCE(duty.area_id, 0)
                       AND place.class_id = COALESCE(duty.class_id, 0)
                 LEFT JOIN standing
                        ON standing.place_id = place.id AND standing.user_id = duty.user_id
                 LEFT JOIN LATERAL (
                           SELECT max(step.position) AS position FROM edu_duty_step step
                            WHERE step.duty_id = duty.id) reached ON TRUE
                      JOIN ladder ON ladder.place_id = place.id AND ladder.rank = 1
                     WHERE ladder.position > GREATEST(standing.position, reached.position, 0)
                       AND ladder.user_id <> COALESCE(duty.user_id, 0)
                       AND NOT EXISTS (
                           SELECT 1 FROM edu_duty_step step
                            WHERE step.duty_id = duty.id AND step.user_id = ladder.user_id)
                  ORDER BY duty.id, ladder.user_id, ladder.position
                ), next AS (
                    SELECT *, row_number() OVER (PARTITION BY id ORDER BY position) AS number
                      FROM person
                ), passed AS (
                    INSERT INTO edu_duty_step (duty_id, position, user_id, reached_on,
                                               create_uid, create_date, write_uid, write_date)
                    SELECT id, position, user_id, %(today)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                      FROM next WHERE number <= missing
               ON CONFLICT DO NOTHING
                 RETURNING duty_id, position, user_id
                )
                SELECT duty.id, passed.user_id
                  FROM passed JOIN edu_duty duty ON duty.id = passed.duty_id
              ORDER BY duty.id, passed.position
                """,
                places=self._edu_places_sql("climbing", today),
                days=Policy._current(today).escalation_days,
                today=today,
                uid=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        if not rows:
            return
        self.env["edu.duty.step"].invalidate_model(flush=False)
        self.invalidate_model(["step_ids"], flush=False)
        env = Policy._edu_office_env()
        noted = defaultdict(lambda: defaultdict(list))
        duties = self.with_env(env).browse([row[0] for row in rows])
        told = (duties & duties)._edu_told()
        for duty, (_id, user_id) in zip(duties, rows, strict=True):
            words = env._(
                "%(duty)s was due by %(date)s and is not done: passed on to %(person)s.",
                duty=duty.kind_id.name,
                date=fields.Date.to_string(duty.deadline),
                person=env["res.users"].browse(user_id).name,
            )
            noted[duty.res_model][duty.res_id].append(
                " ".join(filter(None, (words, told.get(duty.id))))
            )
        for model, bodies in noted.items():
            log_notes(
                env[model].sudo(), {res_id: "\n".join(lines) for res_id, lines in bodies.items()}
            )
