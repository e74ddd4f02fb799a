from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..core.signing import signing
from .responsibility_template import KINDS

#: who issues a kind of letter, and who undertakes it by log-in (a village signs on paper)
ISSUERS = {
    "school_class": ("principal", "vice_principal"),
    "township_village": ("township",),
    "bureau_school": ("bureau",),
}
UNDERTAKERS = {
    "school_class": ("class_teacher",),
    "township_village": (),
    "bureau_school": ("principal",),
}
#: who prepares one, beside who issues it
CLERKS = {"school_class": ("records_admin", "dean")}


class EduResponsibilityLetter(models.Model):
    """目标责任书: a school with a class teacher, a township with a village, the bureau with a school
    agree for a school year on who answers for what (plan 二(一)1; 三).

    The side that issues it prepares it from the wording of the county; both sides sign, here or on
    paper that is scanned back. From the first signature on the wording is frozen; a letter that is
    signed stays. Each side reads its own, the township and the bureau those of their schools,
    inspectors all.
    """

    _name = "edu.responsibility.letter"
    _description = "Letter of Responsibility"
    _inherit = ["edu.scope.mixin", "edu.signoff.mixin", "mail.thread"]
    _order = "school_year desc, kind, township_id, school_id, class_id, village_id, id"
    _mail_post_access = "read"
    _edu_class_field = "class_id"
    _edu_township_fields = ("township_id",)
    _edu_signoff_posts = {
        "filled": ("class_teacher", "principal"),
        "reviewed": ("principal", "vice_principal", "township", "bureau"),
    }
    # the head of a village signs on paper, which the township enters
    _edu_signoff_behalf = {"filled": ("township",)}

    kind = fields.Selection(KINDS, required=True, readonly=True, index=True)
    school_year = fields.Char(required=True, readonly=True)
    name = fields.Char("Title", required=True)
    body = fields.Text("Wording", required=True)
    county_id = fields.Many2one("edu.area", "County", readonly=True, ondelete="restrict")
    township_id = fields.Many2one(
        "edu.area", "Township", readonly=True, index=True, ondelete="restrict"
    )
    village_id = fields.Many2one(
        "edu.area", "Village", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    school_id = fields.Many2one(
        "edu.school", "School", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    class_id = fields.Many2one(
        "edu.class", "Class", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    issuer_name = fields.Char("Issuing Side", readonly=True)
    person_id = fields.Many2one(
        "res.users",
        "Who Undertakes",
        index="btree_not_null",
        ondelete="restrict",
        domain=[("share", "=", False)],
    )
    person_name = fields.Char("Without a Log-in", help="The head of a village")
    person = fields.Char("Who Answers", compute="_compute_person", store=True)
    state = fields.Selection(
        [
            ("draft", "Not signed"),
            ("half", "Signed on one side"),
            ("signed", "Signed on both sides"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
    )
    issuer_signed_on = fields.Date("Issuer Signed on", readonly=True, copy=False)
    person_signed_on = fields.Date("Undertaker Signed on", readonly=True, copy=False)
    on_paper = fields.Boolean("Signed on Paper", readonly=True, copy=False)
    entered_by_id = fields.Many2one("res.users", "Scan Entered by", readonly=True, copy=False)
    scan_ids = fields.Many2many(
        "ir.attachment",
        "edu_responsibility_letter_scan_rel",
        string="Scan of the Signed Letter",
        copy=False,
        bypass_search_access=True,
    )
    can_prepare = fields.Boolean(compute="_compute_can")
    can_issue = fields.Boolean(compute="_compute_can")
    can_undertake = fields.Boolean(compute="_compute_can")

    _place_uniq = models.UniqueIndex(
        "(kind, school_year, COALESCE(class_id, 0), COALESCE(village_id, 0),"
        " COALESCE(school_id, 0))",
        "There is a letter of this year for this place already.",
    )

    # ------------------------------------------------------------------ computes

    @api.depends("person_id.name", "person_name")
    def _compute_person(self):
        for letter in self:
            letter.person = letter.person_id.name or letter.person_name

    @api.depends("name", "school_year", "class_id", "village_id", "school_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for letter in self:
            letter.display_name = f"{letter.school_year} {letter._edu_place()}"

    def _edu_place(self):
        """Where whoever undertakes answers, as text."""
        self.ensure_one()
        letter = self.sudo()
        if letter.class_id:
            return f"{letter.school_id.name} {letter.class_id.display_name}"
        return (letter.village_id or letter.school_id).name or ""

    @api.depends("kind", "state", "school_id", "class_id", "township_id", "person_id")
    @api.depends_context("uid")
    def _compute_can(self):
        for letter in self:
            letter.can_prepare = letter.state == "draft" and letter._edu_holds(
                (*ISSUERS.get(letter.kind, ()), *CLERKS.get(letter.kind, ()))
            )
            letter.can_issue = not letter.issuer_signed_on and letter._edu_holds(
                ISSUERS.get(letter.kind, ())
            )
            letter.can_undertake = (
                not letter.person_signed_on
                and letter.person_id == self.env.user
                and letter._edu_holds(UNDERTAKERS.get(letter.kind, ()))
            )

    def _edu_holds(self, roles):
        self.ensure_one()
        return any(self.env.user._edu_has_role(role, self) for role in roles)

    # ------------------------------------------------------------------ preparing

    @api.model
    def _edu_prepare(self, kind, school_year, places):
        """Letters of ``kind`` for ``places`` (classes, villages or schools) that have none of the year
        yet. Private: the wizard has asked who prepares them.

        :return: the new letters
        """
        Letter = self.sudo()
        template = self.env["edu.responsibility.template"].sudo()
        template = template.search([("kind", "=", kind)], limit=1)
        if not template:
            raise UserError(
                self.env._("The county has no wording for this kind of letter: enter one first.")
            )
        field = {"edu.class": "class_id", "edu.school": "school_id", "edu.area": "village_id"}
        field = field[places._name]
        domain = [("kind", "=", kind), ("school_year", "=", school_year)]
        known = Letter.search([*domain, (field, "in", places.ids)])[field]
        last = {
            letter[field]: letter.person_name
            for letter in Letter.search([("kind", "=", kind)], order="school_year, id")
        }
        return Letter.create(
            [
                self._edu_values(kind, school_year, template, place, last.get(place))
                for place in places.sudo() - known
            ]
        ).with_env(self.env)

    @api.model
    def _edu_values(self, kind, school_year, template, place, person_name):
        Post = self.env["edu.post"].sudo()
        values = {"kind": kind, "school_year": school_year, "name": template.name}
        if kind == "school_class":
            school, township = place.school_id, place.school_id.area_id
            person = Post._holders("class_teacher", klass=place)[:1]
            values.update(school_id=school.id, class_id=place.id)
            issuer = school.name
        elif kind == "bureau_school":
            school, township = place, place.area_id
            person = Post._holders("principal", school=place)[:1]
            values.update(school_id=place.id)
            issuer = township.county_id._edu_document_name()
        else:
            school, township = self.env["edu.school"], place.township_id
            person = self.env["res.users"]
            values.update(village_id=place.id, person_name=person_name)
            issuer = township._edu_document_name()
        body = template._edu_fill(
            {
                "year": school_year,
                "county": township.county_id.name,
                "township": township.name,
                "village": place.name if kind == "township_village" else "",
                "school": school.name,
                "class": place.with_context(lang="zh_CN").display_name
                if kind == "school_class"
                else "",
                "issuer": issuer,
                "person": person.name or person_name,
            }
        )
        return {
            **values,
            "body": body,
            "township_id": township.id,
            "county_id": township.county_id.id,
            "issuer_name": issuer,
            "person_id": person.id,
        }

    # ------------------------------------------------------------------ CRUD

    _EDU_TYPED = frozenset({"name", "body", "person_id", "person_name", "scan_ids"})

    def write(self, vals):
        """The side that issues it: wording and person until somebody has signed, the scan until both
        have."""
        if not self.env.su:
            if field := self._edu_refused(set(vals) - self._EDU_TYPED):
                raise AccessError(
                    self.env._("“%(field)s” of a letter is not typed in.", field=field)
                )
            if self._EDU_TYPED & vals.keys():
                self._edu_check_issuer(clerks=True)
                self._edu_check_open("scan_ids" if set(vals) == {"scan_ids"} else "body")
        result = super().write(vals)
        if not self.env.su and "scan_ids" in vals:
            for letter in self:
                letter.scan_ids._edu_hang_on(letter)
        return result

    @api.constrains("person_id", "kind")
    def _check_person(self):
        for letter in self:
            roles = UNDERTAKERS.get(letter.kind, ())
            person = letter.person_id
            if person and not any(person._edu_has_role(role, letter) for role in roles):
                raise ValidationError(
                    self.env._(
                        "%(person)s holds no post here that undertakes this letter.",
                        person=person.name,
                    )
                )

    def _edu_check_issuer(self, clerks=False):
        for letter in self:
            roles = ISSUERS[letter.kind] + (CLERKS.get(letter.kind, ()) if clerks else ())
            letter._edu_check_role(
                roles, self.env._("A letter is prepared and signed by the side that issues it.")
            )

    def _edu_check_open(self, what="body"):
        for letter in self:
            if letter.state == "signed" or (what == "body" and letter.state != "draft"):
                raise UserError(
                    self.env._(
                        "“%(letter)s” is signed and stays as it is.", letter=letter.display_name
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed_letter(self):
        if not self.env.su:
            self._edu_check_issuer(clerks=True)
        self._edu_check_open()

    # ------------------------------------------------------------------ signing

    def _edu_signoff_content(self):
        return {
            "kind": self.kind,
            "school_year": self.school_year,
            "title": self.name,
            "body": self.body,
            "issuer": self.issuer_name or "",
            "place": self.with_context(lang="zh_CN")._edu_place(),
            "person": self.person or "",
        }

    def _edu_signoff_expected(self):
        if self.on_paper:
            return ()
        sides = {"filled": self.person_signed_on, "reviewed": self.issuer_signed_on}
        return tuple(role for role, signed_on in sides.items() if signed_on)

    @signing
    def action_sign_issuer(self):
        """The side that issues it: principal or vice principal, township, bureau."""
        today = self.env["edu.policy"]._edu_today()
        for letter in self:
            letter._edu_check_issuer()
            letter._edu_check_open("signature")
            letter._edu_check_named()
            if letter.issuer_signed_on:
                raise UserError(self.env._("This side has signed already."))
            letter._edu_sign("reviewed")
            letter._edu_signed_by(issuer_signed_on=today)
        return True

    @signing
    def action_sign_person(self):
        """Whoever undertakes: the class teacher of the class, the principal of the school."""
        today = self.env["edu.policy"]._edu_today()
        for letter in self:
            letter._edu_check_open("signature")
            if letter.person_id != self.env.user or not letter._edu_holds(UNDERTAKERS[letter.kind]):
                raise AccessError(
                    self.env._("The person whom the letter names signs it, nobody else.")
                )
            if letter.person_signed_on:
                raise UserError(self.env._("This side has signed already."))
            letter._edu_sign("filled")
            letter._edu_signed_by(person_signed_on=today)
        return True

    def _edu_check_named(self):
        self.ensure_one()
        if not self.sudo().person:
            raise UserError(
                self.env._("%(letter)s: name who undertakes.", letter=self.display_name)
            )

    def _edu_signoff_people(self, role):
        return self.sudo().person_id

    def _edu_check_may_enter(self, role):
        super()._edu_check_may_enter(role)
        self._edu_check_open("signature")
        if self.kind != "township_village" or self.person_signed_on:
            raise UserError(self.env._("This side signs itself, or has signed."))

    def action_village_signed(self):
        """The township: enter what the head of the village signed on paper (``edu.signoff.behalf``)."""
        self.ensure_one()
        return self.action_ask_behalf("filled")

    def _edu_sign_on_behalf(self, role, name, post, date, paper):
        """Whoever signed is who the letter names; before anybody signed, it takes the name."""
        self._edu_check_may_enter(role)
        letter = self.sudo()
        if letter.state == "draft":
            letter.person_name = name
        elif letter.person != name:
            raise UserError(self.env._("The letter names %(person)s.", person=letter.person))
        return super()._edu_sign_on_behalf(role, name, post, date, paper)

    def _edu_after_behalf(self, signoff):
        super()._edu_after_behalf(signoff)
        self._edu_signed_by(person_signed_on=signoff.paper_date)

    def _edu_signed_by(self, **values):
        self.ensure_one()
        letter = self.sudo()
        letter.write(values)
        both = letter.issuer_signed_on and letter.person_signed_on
        letter.write({"state": "signed" if both else "half"})

    def action_signed_on_paper(self):
        """The side that issues it: both sides have signed on paper, the scan is attached."""
        today = self.env["edu.policy"]._edu_today()
        for letter in self:
            letter._edu_check_issuer(clerks=True)
            letter._edu_check_open("signature")
            letter._edu_check_named()
            known = letter.sudo()
            if not known.scan_ids:
                raise UserError(
                    self.env._(
                        "%(letter)s: attach the scan of the letter that both sides signed.",
                        letter=letter.display_name,
                    )
                )
            known.write(
                {
                    "issuer_signed_on": known.issuer_signed_on or today,
                    "person_signed_on": known.person_signed_on or today,
                    "on_paper": True,
                    "entered_by_id": self.env.uid,
                    "state": "signed",
                }
            )
        return True

    def _edu_file_name(self):
        self.ensure_one()
        return f"目标责任书-{self.with_context(lang='zh_CN')._edu_place()}-{self.school_year}"
