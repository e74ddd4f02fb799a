from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .outcomes import MISSING, PRESENT

STAFF = ("records_admin", "dean", "bureau")


class EduEntrant(models.Model):
    """A child expected by a school in an autumn term without standing on its registry: a
    six-year-old of its zone, or last summer's grade 6 of its zone. The child who comes to no school
    at all is the one the plan is for (clause 二(三)1).

    Read by the expecting school's staff, the class teacher once a class is planned, the townships,
    bureau and inspectors. Made only by ``_edu_expect``; the state follows the roster check.
    """

    _name = "edu.entrant"
    _description = "Expected entrant"
    _inherit = ["edu.child.place.mixin"]
    _order = "term_id desc, school_id, grade, class_id, id"
    _rec_name = "student_id"

    term_id = fields.Many2one("edu.term", required=True, index=True, ondelete="restrict")
    school_id = fields.Many2one(
        "edu.school", "Expected by", required=True, index=True, ondelete="restrict"
    )
    grade = fields.Integer("Expected in Grade", required=True, aggregator=None)
    class_id = fields.Many2one(
        "edu.class",
        "Planned Class",
        index=True,
        ondelete="restrict",
        domain="[('school_id', '=', school_id), ('grade', '=', grade)]",
    )
    source = fields.Selection(
        [
            ("household", "Household list"),
            ("graduates", "Last summer's grade 6"),
            ("roster", "List of the school"),
            ("manual", "Entered by hand"),
        ],
        required=True,
    )
    from_school_id = fields.Many2one("edu.school", "Comes from", ondelete="restrict")
    line_ids = fields.One2many("edu.roster.check.line", "entrant_id", "Roster Check")
    state = fields.Selection(
        [
            ("expected", "Expected"),
            ("arrived", "Arrived"),
            ("elsewhere", "Accounted for"),
            ("missing", "Missing"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
    )

    gender = fields.Selection(related="student_id.gender")
    birthdate = fields.Date(related="student_id.birthdate")

    _student_term_uniq = models.UniqueIndex(
        "(term_id, student_id)", "This child is expected in this term already."
    )

    @api.depends("line_ids.outcome")
    def _compute_state(self):
        for entrant in self:
            outcome = entrant.line_ids[:1].outcome or "unmarked"
            if outcome in PRESENT:
                entrant.state = "arrived"
            elif outcome in MISSING:
                entrant.state = "missing"
            elif outcome in ("unmarked", "on_leave"):
                entrant.state = "expected"
            else:
                entrant.state = "elsewhere"

    @api.ondelete(at_uninstall=False)
    def _unlink_from_lines(self):
        """In place of a foreign key of the lines: of all, whoever may see them, hence past the rights."""
        self.env["edu.roster.check"]._edu_claim_all()
        self.line_ids.sudo().write({"entrant_id": False})

    @api.model
    def _edu_expect(self, term, school, student, grade, source):
        """Expect children in ``school``; the one way in, for lists, wizards and hands.

        A child that is expected in this term already keeps its entry, also at another school: the
        caller sees it from the returned record's ``school_id``. An open roster check of the school
        takes the children in at once.

        :param student: one or many
        :param source: household, graduates, roster or manual
        :return: the entrants of ``student`` in ``term``
        :raise AccessError: unless the caller is the school's records administrator or dean, or of
            the bureau
        """
        school._edu_check_role(STAFF)
        Entrant = self.sudo()
        entrants = Entrant.search([("term_id", "=", term.id), ("student_id", "in", student.ids)])
        new = student.sudo() - entrants.student_id
        if new:
            new.write({"expected_school_id": school.id, "expected_grade": grade})
            entrants |= Entrant.create(
                [
                    {
                        "term_id": term.id,
                        "school_id": school.id,
                        "student_id": child.id,
                        "grade": grade,
                        "source": source,
                        "from_school_id": child.school_id != school and child.school_id.id,
                        "class_id": child.class_id.school_id == school and child.class_id.id,
                    }
                    for child in new
                ]
            )
            self.env["edu.roster.check"].sudo().search(
                [
                    ("term_id", "=", term.id),
                    ("school_id", "=", school.id),
                    ("state", "=", "open"),
                ]
            )._edu_fill()
        return entrants.with_env(self.env)

    @api.model
    def _edu_expect_graduates(self, term, schools):
        """Expect last summer's grade 6 of ``schools`` in the junior school of each child's zone.

        The junior school is the one the primary school names; a school that goes on to grade 7
        keeps its own; else the one whose zone holds the child's village. Children of the class that
        entered six years ago, still enrolled or graduated, and not expected yet.

        :return: (entrants, children for whom no junior school was found)
        :raise UserError: not an autumn term
        """
        if term.season != "autumn":
            raise UserError(self.env._("Children enter grade 7 in an autumn term."))
        entry_year = term.start_date.year - 6
        children = (
            self.env["edu.student"]
            .sudo()
            .search(
                Domain("school_id", "in", schools.ids)
                & Domain("grade", "=", 6)
                & Domain("enrolment_state", "in", ("enrolled", "suspended", "graduated"))
                & (
                    Domain("class_id", "=", False)
                    | Domain("class_id.entry_year", "in", (0, False, entry_year))
                )
            )
        )
        children -= self.sudo().search([("term_id", "=", term.id)]).student_id
        zones = {}
        for junior in (
            self.env["edu.school"].sudo().search([("grade_to", ">=", 7)], order="id desc")
        ):
            for area in junior.zone_area_ids:
                zones[area.id] = junior
        targets = {}
        for child in children:
            school = child.school_id
            village = child.residence_area_id
            junior = (
                school.junior_school_id
                or (school if school.grade_to >= 7 else False)
                or zones.get(village.id)
                or zones.get(village.township_id.id)
            )
            targets.setdefault(junior or self.env["edu.school"], children.browse())
            targets[junior or self.env["edu.school"]] |= child
        entrants = self.browse()
        unknown = targets.pop(self.env["edu.school"], children.browse())
        # whose children they were is what was asked for; the junior school need not be the caller's
        schools._edu_check_role(STAFF)
        for junior, group in targets.items():
            entrants |= self.sudo()._edu_expect(term, junior.sudo(), group, 7, "graduates")
        return entrants.with_env(self.env), unknown

    def _edu_assign(self, klass):
        """Plan the class of expected children, and move their unmarked lines to its sheet.

        :raise UserError: another school or grade, or a signed sheet
        """
        for entrant in self.sudo():
            if klass and (klass.school_id != entrant.school_id or klass.grade != entrant.grade):
                raise UserError(
                    self.env._(
                        "%(child)s is expected in grade %(grade)s of %(school)s.",
                        child=entrant.student_id.name,
                        grade=entrant.grade,
                        school=entrant.school_id.name,
                    )
                )
        self.sudo().write({"class_id": klass.id})
        self.sudo().line_ids._edu_assign(klass)

    def action_assign_class(self):
        """Records administrator, dean: choose the class of the selected children."""
        self._edu_check_role(("records_admin", "dean"))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Assign to a Class"),
            "res_model": "edu.entrant.assign",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_entrant_ids": [fields.Command.set(self.ids)]},
        }

    def action_arrive(self):
        """Records administrator, dean: the child has come after all, though the check is closed.
        The child is enrolled here."""
        self._edu_check_role(("records_admin", "dean"))
        for line in self.sudo().line_ids:
            line._edu_arrive_late()
        return True
