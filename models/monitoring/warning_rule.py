from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL


class WarningScope:
    """Whom the rules are held against, and what of them counts.

    :param day: facts up to this day count
    :param population: table of (student_id, school_id), one row a child; the school is where the
        child learns on that day
    :param known: naive UTC moment: only what was entered before it counts; None: everything
    """

    def __init__(self, day, population, known=None):
        self.day = day
        self.population = SQL.identifier(population)
        self.known = known

    def since(self, days):
        """The first day of a window of ``days`` that ends with the day."""
        return self.day - timedelta(days=days - 1)

    def known_of(self, alias):
        """SQL: the row ``alias`` was entered by then."""
        if self.known is None:
            return SQL("TRUE")
        return SQL("%s < %s", SQL.identifier(alias, "create_date"), self.known)


class EduWarningRule(models.Model):
    """A rule of early warning: a condition, its numbers, and what it is worth in points. A county
    chooses and weighs its rules; the trial (``edu.warning.trial``) shows what they would have found.

    Everybody with a post reads, since nobody is given points by a rule that is not shown; bureau and
    county administrator write.

    A condition is a value of ``condition`` with two methods, which a room to the right adds in a file
    of its own: ``_edu_facts_<condition>(scope)`` gives the SQL of those it is true of, and
    ``_edu_explain_<condition>(facts)`` says in the user's language why. ``_edu_conditions`` tells
    which numbers it takes.
    """

    _name = "edu.warning.rule"
    _description = "Early-warning rule"
    _order = "sequence, id"

    name = fields.Char("Rule Name", required=True, translate=True)
    sequence = fields.Integer(default=10)
    condition = fields.Selection(
        [
            ("absence", "Absent without leave"),
            ("absence_all", "Absent, with or without leave"),
            ("marks", "Marks falling"),
            ("family", "Family change"),
            ("poverty", "Poverty without aid"),
            ("distance", "Far from school"),
            ("boarding", "Young boarder"),
            ("left_behind", "Left behind"),
        ],
        required=True,
    )
    points = fields.Integer(required=True, default=10, aggregator=None)
    window_days = fields.Integer(
        "Looks Back (days)", default=30, aggregator=None, help="Older facts do not count"
    )
    threshold = fields.Float(
        "At Least", default=1, digits=(6, 1), aggregator=None, help="See what it means beside it"
    )
    threshold_label = fields.Char("Means", compute="_compute_parameters")
    uses_window = fields.Boolean(compute="_compute_parameters")
    uses_threshold = fields.Boolean(compute="_compute_parameters")
    has_history = fields.Boolean(
        "Facts Have Dates",
        compute="_compute_parameters",
        help="Only such facts are known of a day in the past; the others are those of today",
    )
    cause_id = fields.Many2one(
        "edu.code",
        "Goes with the Cause",
        ondelete="restrict",
        domain=[("kind", "=", "cause"), ("restricted", "=", False), ("code", "!=", "confidential")],
        help="Cases with this cause tell what helped before",
    )
    valid_from = fields.Date()
    valid_until = fields.Date()
    active = fields.Boolean(default=True)

    _points_range = models.Constraint(
        "CHECK(points BETWEEN 1 AND 100)", "A rule is worth 1 to 100 points."
    )
    _window_range = models.Constraint(
        "CHECK(window_days BETWEEN 1 AND 3660)", "A rule looks back 1 to 3660 days."
    )
    _threshold_positive = models.Constraint(
        "CHECK(threshold > 0)", "The number from which a rule is true is greater than zero."
    )
    _dates_order = models.Constraint(
        "CHECK(valid_until IS NULL OR valid_from IS NULL OR valid_until >= valid_from)",
        "A rule ends after it began.",
    )

    # -- parameters -------------------------------------------------------------------------------

    @api.model
    def _edu_conditions(self):
        """{condition: (looks back, what the threshold counts or None, facts have dates)}"""
        days = self.env._("school days")
        return {
            "absence": (True, days, True),
            "absence_all": (True, days, True),
            "marks": (True, self.env._("percent less than the term before"), True),
            "family": (True, self.env._("changes"), True),
            "poverty": (True, None, False),
            "distance": (False, self.env._("kilometres, day pupils only"), False),
            "boarding": (False, self.env._("is the highest grade that counts"), False),
            "left_behind": (False, None, False),
        }

    @api.depends("condition")
    @api.depends_context("lang")
    def _compute_parameters(self):
        known = self._edu_conditions()
        for rule in self:
            window, label, dated = known.get(rule.condition, (False, None, False))
            rule.uses_window = window
            rule.uses_threshold = bool(label)
            rule.threshold_label = label
            rule.has_history = dated

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._edu_after_change()
        return rules

    def write(self, vals):
        """:raise ValidationError: another condition for a rule that has given points, which stay
        explained by it"""
        if "condition" in vals and any(rule.condition != vals["condition"] for rule in self):
            self._edu_check_unused()
        result = super().write(vals)
        if vals.keys() - {"name", "sequence", "cause_id"}:
            self._edu_after_change()
        return result

    def unlink(self):
        result = super().unlink()
        self._edu_after_change()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._edu_check_unused()

    def _edu_check_unused(self):
        if self.env["edu.warning"].sudo().search_count([("rule_id", "in", self.ids)], limit=1):
            raise ValidationError(
                self.env._(
                    "This rule has given points, which stay explained by it: end it by its date or"
                    " archive it."
                )
            )

    def _edu_after_change(self):
        """All points are computed anew, as soon as the server has time."""
        self.env["edu.warning"]._edu_wake()

    # -- evaluation -------------------------------------------------------------------------------

    @api.model
    def _edu_in_force(self, day):
        """The rules of ``day``, as superuser."""
        return self.sudo().search(
            Domain.OR([[("valid_from", "=", False)], [("valid_from", "<=", day)]])
            & Domain.OR([[("valid_until", "=", False)], [("valid_until", ">=", day)]])
        )

    @api.model
    def _edu_end_of(self, day):
        """The end of ``day`` in the county, as naive UTC."""
        zone = pytz.timezone(self.env["edu.policy"]._edu_tz_name())
        midnight = datetime.combine(day + timedelta(days=1), time.min)
        return zone.localize(midnight).astimezone(pytz.utc).replace(tzinfo=None)

    def _edu_facts(self, scope):
        """SQL of (rule_id, points, student_id, value, facts, since): whom of the scope's children the
        rules are true of. ``value`` is what was counted, ``facts`` what explains it, ``since`` the day
        of the fact that made it true.

        Private: reads past the caller's rights, and what it gives is written by this room alone.
        """
        self.env.flush_all()
        parts = [
            SQL(
                """SELECT %s::int4 AS rule_id, %s::int4 AS points, f.student_id,
                          f.value::float8 AS value, f.facts, f.since
                     FROM (%s) AS f""",
                rule.id,
                rule.points,
                getattr(rule, f"_edu_facts_{rule.condition}")(scope),
            )
            for rule in self
        ]
        if not parts:
            return SQL(
                """SELECT NULL::int4 AS rule_id, NULL::int4 AS points, NULL::int4 AS student_id,
                          NULL::float8 AS value, NULL::jsonb AS facts, NULL::date AS since
                    WHERE FALSE"""
            )
        return SQL(" UNION ALL ").join(parts)

    def _edu_explain(self, facts):
        """Why the rule is true, as a sentence in the user's language.

        :param facts: as ``_edu_facts`` gave them, of whatever day
        """
        self.ensure_one()
        return getattr(self, f"_edu_explain_{self.condition}")(facts or {})

    # Absence

    def _edu_absences(self, scope, kinds):
        return SQL(
            """
            SELECT a.student_id, count(*) AS value,
                   jsonb_build_object('days', count(*), 'window', %(window)s::int4,
                                      'last', max(a.date)) AS facts,
                   max(a.date) AS since
              FROM edu_absence a
              JOIN %(population)s p ON p.student_id = a.student_id
             WHERE a.kind IN %(kinds)s AND a.date BETWEEN %(first)s AND %(day)s AND %(known)s
          GROUP BY a.student_id
            HAVING count(*) >= %(threshold)s
            """,
            window=self.window_days,
            population=scope.population,
            kinds=kinds,
            first=scope.since(self.window_days),
            day=scope.day,
            known=scope.known_of("a"),
            threshold=self.threshold,
        )

    def _edu_facts_absence(self, scope):
        return self._edu_absences(scope, ("unexcused",))

    def _edu_explain_absence(self, facts):
        return self.env._(
            "%(days)s school days without leave within %(window)s days, the last on %(last)s",
            **facts,
        )

    def _edu_facts_absence_all(self, scope):
        return self._edu_absences(scope, ("unexcused", "excused"))

    def _edu_explain_absence_all(self, facts):
        return self.env._(
            "%(days)s school days missed within %(window)s days, with or without leave, the last on"
            " %(last)s",
            **facts,
        )

    # Marks

    def _edu_facts_marks(self, scope):
        """Of the two latest terms of which the child's school has marks, in the subjects that the
        child has marks of in both: the fall of the average percentage."""
        parts = [
            SQL(
                """
                SELECT f.student_id, f.before - f.after AS value,
                       jsonb_build_object(
                           'before', round(f.before::numeric, 1),
                           'after', round(f.after::numeric, 1), 'subjects', f.subjects,
                           'term_before', %(term_before)s::int4,
                           'term_after', %(term_after)s::int4) AS facts,
                       LEAST(%(end)s, %(day)s::date) AS since
                  FROM (SELECT c.student_id, told.*
                          FROM (%(candidates)s) AS c
                    CROSS JOIN LATERAL (
                               SELECT avg(b.percent) AS before, avg(m.percent) AS after,
                                      count(*) AS subjects
                                 FROM edu_mark m
                                 JOIN edu_mark b ON b.student_id = m.student_id
                                  AND b.subject_id = m.subject_id
                                  AND b.term_id = %(term_before)s
                                WHERE m.student_id = c.student_id AND m.term_id = %(term_after)s
                                  AND %(known)s AND %(known_before)s) AS told) AS f
                 WHERE f.before - f.after >= %(threshold)s
                """,
                term_before=before.id,
                term_after=after.id,
                end=after.end_date,
                day=scope.day,
                candidates=self._edu_mark_candidates(scope, after, before, schools),
                known=scope.known_of("m"),
                known_before=scope.known_of("b"),
                threshold=self.threshold,
            )
            for (after, before), schools in self._edu_term_pairs(scope).items()
        ]
        if not parts:
            return SQL(
                """SELECT NULL::int4 AS student_id, 0 AS value, NULL::jsonb AS facts,
                          NULL::date AS since WHERE FALSE"""
            )
        return SQL(" UNION ALL ").join(parts)

    def _edu_mark_candidates(self, scope, after, before, schools):
        """SQL of the children whose marks are worth a look subject by subject: the average fell, or
        the subjects are not the same in both terms. One pass over the marks; the subjects of a term
        are the bits of a number."""
        codes = self.env["edu.code"].with_context(active_test=False)
        ids = codes.search([("kind", "=", "subject")]).ids
        # a number of 63 bits in which no two subjects share one
        bits = next((n for n in range(63, 0, -1) if len({i % n for i in ids}) == len(ids)), None)
        taken = SQL("bit_or(1::int8 << (m.subject_id %% %s))", bits)
        return SQL(
            """
            SELECT m.student_id
              FROM edu_mark m
              JOIN %(population)s p ON p.student_id = m.student_id
             WHERE m.term_id IN (%(after)s, %(before)s) AND p.school_id = ANY(%(schools)s)
               AND %(known)s
          GROUP BY m.student_id
            HAVING avg(m.percent) FILTER (WHERE m.term_id = %(before)s)
                   - avg(m.percent) FILTER (WHERE m.term_id = %(after)s) >= %(threshold)s
                OR %(differ)s
            """,
            population=scope.population,
            after=after.id,
            before=before.id,
            schools=schools,
            known=scope.known_of("m"),
            threshold=self.threshold,
            differ=SQL(
                "%(taken)s FILTER (WHERE m.term_id = %(before)s)"
                " <> %(taken)s FILTER (WHERE m.term_id = %(after)s)",
                taken=taken,
                before=before.id,
                after=after.id,
            )
            if bits
            else SQL("TRUE"),
        )

    def _edu_term_pairs(self, scope):
        """{(later term, earlier term): school ids}: the two latest terms of which a school of the
        scope has marks."""
        terms = self.env["edu.term"].search(
            [("start_date", "<=", scope.day), ("end_date", ">=", scope.since(self.window_days))],
            order="start_date desc",
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT school.school_id, array_agg(term.term_id ORDER BY term.nth)
                  FROM (SELECT DISTINCT school_id FROM %(population)s) AS school
            CROSS JOIN unnest(%(terms)s::int4[]) WITH ORDINALITY AS term(term_id, nth)
            CROSS JOIN LATERAL (SELECT FROM edu_mark m
                                 WHERE m.school_id = school.school_id
                                   AND m.term_id = term.term_id AND %(known)s LIMIT 1) AS there
              GROUP BY school.school_id
                """,
                population=scope.population,
                terms=terms.ids,
                known=scope.known_of("m"),
            )
        )
        pairs = {}
        for school_id, (after, *before) in rows:
            if before:
                pair = terms.browse(after), terms.browse(before[0])
                pairs.setdefault(pair, []).append(school_id)
        return pairs

    def _edu_explain_marks(self, facts):
        Term = self.env["edu.term"].sudo()
        terms = {
            name: Term.browse(facts[name]).exists().display_name or ""
            for name in ("term_before", "term_after")
        }
        return self.env._(
            "Average of %(subjects)s subjects fell from %(before)s %% (%(term_before)s) to"
            " %(after)s %% (%(term_after)s)",
            **{**facts, **terms},
        )

    # Family

    def _edu_facts_family(self, scope):
        return SQL(
            """
            SELECT c.student_id, count(*) AS value,
                   jsonb_build_object('kinds', jsonb_agg(DISTINCT c.kind_id),
                                      'last', max(c.date)) AS facts,
                   max(c.date) AS since
              FROM edu_family_change c
              JOIN %(population)s p ON p.student_id = c.student_id
             WHERE c.date BETWEEN %(first)s AND %(day)s AND %(known)s
          GROUP BY c.student_id
            HAVING count(*) >= %(threshold)s
            """,
            population=scope.population,
            first=scope.since(self.window_days),
            day=scope.day,
            known=scope.known_of("c"),
            threshold=self.threshold,
        )

    def _edu_explain_family(self, facts):
        return self.env._(
            "Family change: %(kinds)s (%(last)s)",
            kinds=self._edu_names(facts["kinds"]),
            last=facts["last"],
        )

    @api.model
    def _edu_names(self, code_ids):
        codes = self.env["edu.code"].sudo().browse(code_ids).exists()
        return self.env._(", ").join(codes.sorted().mapped("name"))

    # Household

    def _edu_facts_poverty(self, scope):
        """Poor by the special groups of the registry, or by a poverty list of the county, and no aid
        is on record."""
        return SQL(
            """
            SELECT s.id AS student_id, 1 AS value,
                   jsonb_build_object('groups', poor.groups, 'listed', poor.listed,
                                      'aided', s.aided) AS facts,
                   %(day)s::date AS since
              FROM (SELECT told.student_id, bool_or(told.code_id IS NULL) AS listed,
                           jsonb_agg(DISTINCT told.code_id) FILTER (WHERE told.code_id IS NOT NULL)
                           AS groups
                      FROM (SELECT rel.edu_student_id AS student_id, rel.edu_code_id AS code_id
                              FROM edu_code_edu_student_rel rel
                              JOIN edu_code code ON code.id = rel.edu_code_id AND code.is_poor
                             UNION ALL
                            SELECT r.match_student_id, NULL
                              FROM edu_comparison_row r
                             WHERE r.kind = 'poverty' AND r.is_listed
                               AND r.match_student_id IS NOT NULL
                               AND r.create_date >= %(first)s AND %(known)s) AS told
                  GROUP BY told.student_id) AS poor
              JOIN %(population)s p ON p.student_id = poor.student_id
              JOIN edu_student s ON s.id = poor.student_id
             WHERE NOT %(aided)s
            """,
            population=scope.population,
            first=scope.since(self.window_days),
            day=scope.day,
            known=scope.known_of("r"),
            aided=self._edu_aided(scope),
        )

    def _edu_aided(self, scope):
        """Hook, SQL: the child ``s`` (edu_student) receives aid on the scope's day, never NULL."""
        return SQL("COALESCE(s.aided = 'yes', FALSE)")

    def _edu_explain_poverty(self, facts):
        why = [self._edu_names(facts["groups"])] if facts.get("groups") else []
        if facts["listed"]:
            why.append(self.env._("on the poverty list"))
        values = {"why": self.env._(", ").join(why)}
        if facts["aided"] == "no":
            return self.env._("Poor (%(why)s) and without aid", **values)
        return self.env._("Poor (%(why)s), and no aid is on record: ask", **values)

    def _edu_facts_child(self, scope, condition, facts, value):
        """SQL of the children of the registry (``s``) of whom ``condition`` is true today."""
        return SQL(
            """
            SELECT s.id AS student_id, %(value)s AS value, %(facts)s AS facts,
                   %(day)s::date AS since
              FROM edu_student s
              JOIN %(population)s p ON p.student_id = s.id
             WHERE %(condition)s
            """,
            value=value,
            facts=facts,
            day=scope.day,
            population=scope.population,
            condition=condition,
        )

    def _edu_facts_distance(self, scope):
        return self._edu_facts_child(
            scope,
            SQL("s.distance_km >= %s AND s.boarding IS NOT TRUE", self.threshold),
            SQL("jsonb_build_object('km', s.distance_km)"),
            SQL("s.distance_km"),
        )

    def _edu_explain_distance(self, facts):
        return self.env._("Day pupil, %(km)s km from school", km=f"{facts['km']:g}")

    def _edu_facts_boarding(self, scope):
        return self._edu_facts_child(
            scope,
            SQL("s.boarding AND s.grade BETWEEN 1 AND %s", self.threshold),
            SQL("jsonb_build_object('grade', s.grade)"),
            SQL("s.grade"),
        )

    def _edu_explain_boarding(self, facts):
        return self.env._("Boarder in grade %(grade)s", **facts)

    def _edu_facts_left_behind(self, scope):
        return self._edu_facts_child(
            scope, SQL("s.left_behind"), SQL("jsonb_build_object()"), SQL("1")
        )

    def _edu_explain_left_behind(self, facts):
        return self.env._("Left behind: both parents, or the one who cares, work elsewhere")
