from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..casework.dropout_case import UNDECIDED
from ..registry.office import in_office_language


class EduBulletin(models.Model):
    """疑似辍学通报: the bureau tells schools and townships, every so often, how many suspected dropouts
    each has, and orders each to follow its own up (clause 二(三)1).

    The bureau prepares and issues it; inspectors read. Schools and townships read what was issued:
    figures by place, no names. The children stand in the follow-up orders, of which each reads its
    own. Once issued nothing in it changes.
    """

    _name = "edu.bulletin"
    _description = "Bulletin of Suspected Dropouts"
    _inherit = ["edu.bureau.document.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _mail_post_access = "read"

    name = fields.Char("Document Number", readonly=True, copy=False)
    date = fields.Date(
        "As of", required=True, readonly=True, default=lambda self: self._edu_today(), copy=False
    )
    answer_by = fields.Date("Answers Due", compute="_compute_answer_by", store=True, readonly=False)
    remark = fields.Text("What the Bureau Asks for", help="Printed in the bulletin")
    state = fields.Selection(
        [("draft", "Being Prepared"), ("issued", "Issued")],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
    )
    issued_at = fields.Datetime("Issued", readonly=True, copy=False)
    issued_by_id = fields.Many2one(
        "res.users", "Issued by", readonly=True, copy=False, ondelete="restrict"
    )
    order_ids = fields.One2many(
        "edu.supervision.order", "bulletin_id", "Follow-up Orders", readonly=True, copy=False
    )
    # {"children", "overdue", "schools": [place], "townships": [place], "before"}: see _edu_figures
    figures = fields.Json(readonly=True, copy=False)
    child_count = fields.Integer("Suspected Dropouts", readonly=True, copy=False)
    overdue_count = fields.Integer("Verification Overdue", readonly=True, copy=False)
    school_count = fields.Integer("Schools", readonly=True, copy=False)
    order_count = fields.Integer("Orders", compute="_compute_orders", compute_sudo=True)
    answered_count = fields.Integer("Answered", compute="_compute_orders", compute_sudo=True)
    late_count = fields.Integer("Late", compute="_compute_orders", compute_sudo=True)
    figure_table = fields.Html("By School and Township", compute="_compute_table", sanitize=False)

    _draft_uniq = models.UniqueIndex(
        "(county_id) WHERE state = 'draft'", "A bulletin is being prepared already."
    )

    @api.model
    def _edu_today(self):
        return self.env["edu.policy"]._edu_today()

    # ------------------------------------------------------------------ computes

    @api.depends("date")
    def _compute_answer_by(self):
        Policy = self.env["edu.policy"]
        for bulletin in self:
            days = Policy._current(bulletin.date).order_answer_days
            bulletin.answer_by = bulletin.date and Policy._edu_period_end(bulletin.date, days)

    @api.depends("name", "county_id", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for bulletin in self:
            bulletin.display_name = bulletin.name or self.env._(
                "Bulletin as of %(date)s", date=bulletin.date or ""
            )

    @api.depends("order_ids.state")
    def _compute_orders(self):
        for bulletin in self:
            orders = bulletin.order_ids
            bulletin.order_count = len(orders)
            bulletin.answered_count = len(orders.filtered("first_submitted_at"))
            bulletin.late_count = len(
                orders.filtered(lambda order: order.deadline_state in ("late", "done_late"))
            )

    @api.depends("figures")
    @api.depends_context("lang")
    def _compute_table(self):
        head = (
            self.env._("Place"),
            self.env._("Suspected Dropouts"),
            self.env._("Verification Overdue"),
            self.env._("Not Visited Yet"),
        )
        for bulletin in self:
            figures = bulletin.figures or {}
            body = Markup()
            for title, key in (
                (self.env._("By school"), "schools"),
                (self.env._("By township of residence"), "townships"),
            ):
                rows = Markup().join(
                    Markup("<tr><td>%s</td>%s</tr>")
                    % (
                        place["name"],
                        Markup().join(
                            Markup("<td class='text-end'>%s</td>") % place[name]
                            for name in ("children", "overdue", "unvisited")
                        ),
                    )
                    for place in figures.get(key, ())
                )
                if rows:
                    body += Markup("<tr class='table-light'><th colspan='4'>%s</th></tr>%s") % (
                        title,
                        rows,
                    )
            bulletin.figure_table = body and Markup(
                "<table class='table table-sm mb-0'><thead><tr><th>%s</th><th class='text-end'>%s</th>"
                "<th class='text-end'>%s</th><th class='text-end'>%s</th></tr></thead>"
                "<tbody>%s</tbody></table>"
            ) % (*head, body)

    # ------------------------------------------------------------------ CRUD

    _EDU_TYPED = frozenset({"remark", "answer_by"})

    def _edu_refusal(self, why, field=""):
        if why == "bureau":
            return self.env._("Bulletins are the county bureau's.")
        if why == "typed":
            return self.env._(
                "“%(field)s” follows from the cases; it is not typed in.", field=field
            )
        return self.env._(
            "“%(document)s” is issued and stays as it is.", document=self.display_name
        )

    @api.model_create_multi
    def create(self, vals_list):
        """The bureau, for its county; filled with what is known today."""
        bulletins = super().create(vals_list)
        bulletins._edu_fill()
        return bulletins

    @api.ondelete(at_uninstall=False)
    def _unlink_orders(self):
        self.sudo().order_ids.unlink()

    # ------------------------------------------------------------------ what is in it

    def action_fill(self):
        """Bureau: take in the cases as they stand now. Instructions typed for single places stay."""
        self._edu_check_bureau()
        self._edu_check_draft()
        self._edu_fill()
        return True

    def _edu_fill(self):
        """Draft one order for each school and each township of residence with suspected children."""
        Case = self.env["edu.dropout.case"].sudo()
        Order = self.env["edu.supervision.order"].sudo()
        for bulletin in self.sudo():
            today = bulletin._edu_today()
            cases = Case.search(
                [
                    ("state", "in", UNDECIDED),
                    ("school_id.county_id", "=", bulletin.county_id.id),
                ],
                order="school_id, class_id, id",
            )
            if bulletin.date != today:
                bulletin.date = today  # and answers are due anew
            orders = bulletin.order_ids
            wanted = {
                **{
                    ("school_id", school): group
                    for school, group in cases.grouped("school_id").items()
                },
                **{
                    ("township_id", township): group
                    for township, group in cases.grouped("residence_township_id").items()
                    if township
                },
            }
            for (name, place), group in wanted.items():
                order = orders.filtered(lambda order, n=name, p=place: order[n] == p)
                order = order or Order.create(
                    {
                        "bulletin_id": bulletin.id,
                        "county_id": bulletin.county_id.id,
                        name: place.id,
                        "deadline": bulletin.answer_by,
                    }
                )
                order._edu_set_cases(group)
                orders -= order
            orders.unlink()
            figures = bulletin._edu_figures()
            bulletin.write(
                {
                    "figures": figures,
                    "child_count": figures["children"],
                    "overdue_count": figures["overdue"],
                    "school_count": len(figures["schools"]),
                }
            )

    def _edu_figures(self):
        """Figures of the orders as they stand, which the bulletin keeps and prints: no name of a child.

        - children, overdue: of the county
        - schools, townships: [{name, children, overdue, unvisited}], most children first
        - before: what came of the bulletin before, or None: {number, orders, answered,
          unanswered: [names of places]}
        """
        self.ensure_one()

        def place(order):
            lines = order.line_ids
            return {
                "name": order._edu_addressee().name,
                "children": len(lines),
                "overdue": len(lines.filtered(lambda line: line._edu_is_overdue(self.date))),
                "unvisited": len(lines.filtered(lambda line: not line.last_visit_on)),
            }

        def places(orders):
            found = [place(order) for order in orders]
            return sorted(found, key=lambda each: (-each["children"], each["name"]))

        schools = places(self.order_ids.filtered("school_id"))
        townships = places(self.order_ids.filtered("township_id"))
        before = self.search(
            [("county_id", "=", self.county_id.id), ("state", "=", "issued")], limit=1
        )
        waiting = before.order_ids.filtered(lambda order: not order.first_submitted_at)
        return {
            "children": sum(each["children"] for each in schools),
            "overdue": sum(each["overdue"] for each in schools),
            "schools": schools,
            "townships": townships,
            "before": (
                before
                and {
                    "number": before.name,
                    "orders": len(before.order_ids),
                    "answered": len(before.order_ids - waiting),
                    "unanswered": [order._edu_addressee().name for order in waiting],
                }
            )
            or None,
        }

    def action_issue(self):
        """Bureau: issue the bulletin and send its orders, each to its school or township.

        :raise UserError: nobody is suspected, or answers would be due before they can be given
        """
        for bulletin in self:
            bulletin._edu_check_bureau()
            bulletin.sudo().lock_for_update()
            bulletin._edu_check_draft()
            bulletin._edu_fill()
            known = bulletin.sudo()
            if not known.order_ids:
                raise UserError(
                    self.env._(
                        "Nobody is suspected in this county today: there is nothing to tell."
                    )
                )
            if not known.answer_by or known.answer_by <= known.date:
                raise UserError(self.env._("Give schools and townships a day to answer."))
            known.write(
                {
                    "state": "issued",
                    "name": known._edu_next_number(),
                    "issued_at": fields.Datetime.now(),
                    "issued_by_id": self.env.uid,
                }
            )
            known.order_ids.with_env(self.env)._edu_send()
            known.activity_ids.unlink()
        return True

    def _edu_next_number(self):
        self.ensure_one()
        Sequence = self.env["ir.sequence"].sudo().with_context(ir_sequence_date=self.date)
        return Sequence.next_by_code("edu.bulletin")

    def action_view_orders(self):
        """Whoever reads the bulletin: its orders, as far as they are the caller's."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "edu_dropout_control.edu_supervision_order_action"
        )
        return {**action, "domain": [("bulletin_id", "=", self.id)], "context": {}}

    def _edu_file_name(self):
        self.ensure_one()
        return f"疑似辍学情况通报-{self.sudo().county_id.name}-{self.date:%Y%m%d}"

    # ------------------------------------------------------------------ every so often

    @api.model
    @in_office_language
    def _cron_prepare(self):
        """Daily: where the last bulletin is older than the policy's days and children are suspected,
        prepare the next and ask the bureau to issue it. One that is prepared already stays."""
        if not self.env["edu.term"].sudo().search_count([("state", "=", "open")], limit=1):
            return
        today = self._edu_today()
        days = self.env["edu.policy"]._current(today).bulletin_every_days
        recent = Domain("state", "=", "draft") | Domain("date", ">", today - timedelta(days=days))
        Bulletin = self.sudo()
        done = Bulletin.search(recent).county_id
        counties = self.env["edu.area"].sudo().search([("level", "=", "county")]) - done
        for county in counties:
            bulletin = Bulletin.create({"county_id": county.id})
            if not bulletin.order_ids:
                bulletin.unlink()
                continue
            bulletin._edu_to_do(
                self.env["edu.post"]._holders("bureau", area=county),
                self.env["edu.policy"]._edu_today(),
                self.env._("Issue the bulletin of suspected dropouts"),
            )
            bulletin.message_unsubscribe(bulletin.message_partner_ids.ids)
