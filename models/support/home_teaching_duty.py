from odoo import api, models
from odoo.tools import SQL


class EduHomeTeaching(models.Model):
    """What a plan owes by when: its approval by its first day, and the lessons of each week (plan
    二(三)4).

    Weeks are ISO weeks of the county's calendar. A week owes as many lessons as the plan promises, never
    fewer than the policy in force then, and never more than it has working days; one that is wholly off,
    or outside of the term of the school, owes none. The week in which a plan ends before its time owes
    none. Like the persuasion of a case, the duty goes on until it is done: a week that passes makes it
    late, the lesson of a later week ends it, and the missed week stays on record by itself
    (``edu.home.teaching.week``). So there is one open duty a plan, and one to-do.
    """

    _inherit = "edu.home.teaching"
    _edu_duty_fields = (
        "state",
        "responsible_id",
        "school_id",
        "class_id",
        "school_township_id",
        "date_from",
        "date_to",
        "per_week",
        "owed_from",
        "submitted_on",
        "approved_on",
        "ended_on",
    )

    @api.model
    def _edu_owed_sql(self):
        """The weeks that owe lessons, as SQL: teaching_id, monday, due (the last day on which they can
        be given), needed (how many), term_id."""
        return SQL(
            """
            SELECT span.teaching_id, day.monday, LEAST(day.monday + 6, span.date_to) AS due,
                   LEAST(count(*), GREATEST(span.per_week, (
                       SELECT policy.home_teaching_per_week FROM edu_policy policy
                     ORDER BY policy.date_from > day.monday, abs(policy.date_from - day.monday)
                        LIMIT 1)))::integer AS needed,
                   min(span.term_id) AS term_id
              FROM (
                SELECT plan.id AS teaching_id, plan.per_week, plan.date_to, term.id AS term_id,
                       GREATEST(plan.owed_from,
                                COALESCE(own.start_date, whole.start_date, term.start_date)) AS first,
                       LEAST(term.end_date,
                             CASE WHEN plan.ended_on < plan.date_to
                                  THEN date_trunc('week', plan.ended_on)::date - 1
                                  ELSE plan.date_to END) AS last
                  FROM edu_home_teaching plan
                  JOIN edu_student student ON student.id = plan.student_id
                  JOIN edu_term term ON term.end_date >= plan.owed_from
             LEFT JOIN edu_term_opening own ON own.term_id = term.id
                   AND own.school_id = plan.school_id AND own.grade = student.grade
                   AND own.grade <> 0
             LEFT JOIN edu_term_opening whole ON whole.term_id = term.id
                   AND whole.school_id = plan.school_id AND whole.grade = 0
                 WHERE plan.owed_from IS NOT NULL
              ) span
              JOIN (
                SELECT each::date AS day, date_trunc('week', each)::date AS monday
                  FROM (SELECT min(owed_from) AS first, max(date_to) AS last
                          FROM edu_home_teaching WHERE owed_from IS NOT NULL) whole
            CROSS JOIN generate_series(whole.first::timestamp, whole.last::timestamp, '1 day') each
             LEFT JOIN edu_calendar_day exception ON exception.date = each::date
                 WHERE COALESCE(exception.kind = 'workday', EXTRACT(isodow FROM each) < 6)
              ) day ON day.day BETWEEN span.first AND span.last
          GROUP BY span.teaching_id, span.date_to, span.per_week, day.monday
            """
        )

    def _edu_duty_query(self):
        """``res_id`` is the plan of the inner queries, not of the joined table: so PostgreSQL looks at
        the weeks of the asked plans only."""
        return SQL(
            """
            SELECT duty.kind, duty.teaching_id AS res_id, duty.slot, duty.deadline, duty.done_on,
                   duty.user_id, plan.school_id, plan.school_township_id AS area_id, plan.class_id
              FROM edu_home_teaching plan
              JOIN (
                SELECT 'home_teaching_approve' AS kind, id AS teaching_id, 0 AS slot,
                       CASE state WHEN 'submitted' THEN GREATEST(date_from, submitted_on) END
                           AS deadline,
                       approved_on AS done_on, NULL::integer AS user_id
                  FROM edu_home_teaching
                 WHERE state = 'submitted' OR approved_on IS NOT NULL
                UNION ALL
                SELECT 'home_teaching_week', cycle.teaching_id, cycle.slot, cycle.deadline,
                       cycle.done_on, plan.responsible_id
                  FROM (
                    SELECT teaching_id, slot, min(due) AS deadline, max(done_on) AS done_on
                      FROM (
                        SELECT teaching_id, due, days[COALESCE(needed, 1)] AS done_on,
                               (count(days[COALESCE(needed, 1)]) OVER (
                                   PARTITION BY teaching_id ORDER BY monday
                                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                               ))::integer AS slot
                          FROM (
                            SELECT teaching_id, monday, max(due) AS due, max(needed) AS needed,
                                   array_agg(held_on ORDER BY held_on)
                                       FILTER (WHERE held_on IS NOT NULL) AS days
                              FROM (
                                SELECT teaching_id, monday, due, needed, NULL::date AS held_on
                                  FROM (%(owed)s) owed
                                UNION ALL
                                SELECT teaching_id, week_from, NULL, NULL, held_on
                                  FROM edu_home_teaching_session
                                 WHERE outcome = 'held' AND withdrawn_on IS NULL
                              ) fact
                          GROUP BY teaching_id, monday
                          ) week
                      ) line
                  GROUP BY teaching_id, slot
                  ) cycle
                  JOIN edu_home_teaching plan ON plan.id = cycle.teaching_id
                 WHERE cycle.done_on IS NOT NULL
                    OR (plan.state = 'running' AND cycle.deadline IS NOT NULL)
              ) duty ON duty.teaching_id = plan.id
            """,
            owed=self._edu_owed_sql(),
        )


class EduHomeTeachingSession(models.Model):
    _inherit = "edu.home.teaching.session"

    @api.model_create_multi
    def create(self, vals_list):
        sessions = super().create(vals_list)
        sessions.teaching_id._edu_duty_later()
        return sessions

    def write(self, vals):
        result = super().write(vals)
        if {"outcome", "started_at", "withdrawn_on"} & vals.keys():
            self.teaching_id._edu_duty_later()
        return result
