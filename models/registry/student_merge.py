from psycopg2 import errors

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, mute_logger

from ...tools.names import comparison_key

#: what the child that is kept takes over where it has nothing
TAKEN_OVER = (
    "former_name gender birthdate ethnicity aux_no household_area_id residence_area_id"
    " household_kind entry_month entry_mode study_mode disability_type_id disability_grade"
).split()
FLAGS = ("left_behind", "migrant", "orphan", "boarding")
FORMAL = "G"
#: a row that cannot point to the kept child stays with the merged one
_REFUSED = (errors.UniqueViolation, errors.CheckViolation, errors.RaiseException)


class EduStudent(models.Model):
    """Two entries of one child become one. Everything that hangs on the double hangs on the kept child
    afterwards, whichever model it is of; what is signed or append-only stays with the double, which
    stays archived and points to the kept child.

    For the bureau of both children, and for the records administrator of the school of both.
    """

    _inherit = "edu.student"

    merged_into_id = fields.Many2one(
        "edu.student",
        "Merged into",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    merged_ids = fields.One2many(
        "edu.student",
        "merged_into_id",
        "Double Entries",
        readonly=True,
        context={"active_test": False},
    )

    @api.model_create_multi
    def create(self, vals_list):
        self._edu_refuse_merged(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._edu_refuse_merged([vals])
        if vals.get("active") and not self.env.su and self.sudo().merged_into_id:
            raise UserError(
                self.env._("A double entry that was merged stays archived: use the kept one.")
            )
        return super().write(vals)

    def _edu_refuse_merged(self, vals_list):
        """Two entries become one by the wizard only."""
        if not self.env.su and any(
            name in vals for vals in vals_list for name in ("merged_into_id", "merged_ids")
        ):
            raise AccessError(self.env._("Entries are merged by “Merge two entries” only."))

    # -- who, and whether -------------------------------------------------------------------------

    def _edu_check_may_merge(self):
        """Raise AccessError unless the caller is of the bureau of all, or records administrator of the
        schools where all stand."""
        if self.env.su:
            return
        self.check_access("read")
        user = self.env.user.sudo()
        schools = self.sudo().school_id
        if not (
            schools <= user.edu_bureau_school_ids or schools <= user.edu_records_admin_school_ids
        ):
            raise AccessError(
                self.env._(
                    "Two entries of one child are merged by the bureau, or by the records"
                    " administrator of the school where both stand."
                )
            )

    def action_merge(self):
        """Bureau, records administrator: ask how the two selected entries become one."""
        if len(self) != 2:
            raise UserError(self.env._("Select the two entries of one child."))
        self._edu_check_may_merge()
        kept = self._edu_better()
        wizard = self.env["edu.student.merge"].create(
            {"kept_id": kept.id, "other_id": (self - kept).id}
        )
        return wizard._edu_show()

    def _edu_better(self):
        """Which of two entries is the likelier to be kept: on a school's list, with the formal number,
        the older one."""
        letters = self._edu_number_letters()
        return self.sorted(
            lambda child: (
                child.sudo().enrolment_state != "enrolled",
                letters[child.id] != FORMAL,
                child.id,
            )
        )[:1]

    def _edu_number_letters(self):
        """{id: first letter of the national student number, or ""}; no more of it leaves."""
        clear = self._edu_secret_clear("national_no")
        return {id_: (number or "")[:1] for id_, number in clear.items()}

    def _edu_merge_problem(self, kept):
        """Why this child is not merged into ``kept``, in words; None when it may be."""
        double, kept = self.sudo(), kept.sudo()
        if double == kept:
            return self.env._("These are not two entries.")
        if double.merged_into_id or kept.merged_into_id or not (double.active and kept.active):
            return self.env._("One of the two is archived already.")
        if double.school_id.county_id != kept.school_id.county_id:
            return self.env._("The two stand in different counties.")
        if double.national_no_digest and kept.national_no_digest:
            letters = (double | kept)._edu_number_letters()
            if set(letters.values()) == {FORMAL}:
                return self.env._(
                    "Both have a formal student number, and the numbers differ: by the national"
                    " registry these are two children. Have the registry put right first."
                )
        return None

    # -- merging ----------------------------------------------------------------------------------

    def _edu_merge_into(self, kept, reason=None):
        """Merge this child into ``kept``.

        :param reason: in words, for the chatter
        :raise AccessError: unless the caller is of the bureau, or records administrator of both
        :raise UserError: for two that must not be merged; says why
        """
        self.ensure_one()
        kept.ensure_one()
        (self | kept)._edu_check_may_merge()
        double, kept = self.sudo(), kept.sudo()
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                "SELECT id FROM edu_student WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
                (double | kept).ids,
            )
        )
        self.env.invalidate_all(flush=False)
        problem = double._edu_merge_problem(kept)
        if problem:
            raise UserError(problem)
        double._edu_before_merge(kept)
        self.env.flush_all()
        double._edu_hand_over_person(kept)
        double._edu_hand_over_guardians(kept)
        double._edu_hand_over(kept)
        double._edu_leave(kept)
        self.env.invalidate_all()
        kept._edu_after_merge(double)
        note = self.env._(
            "Merged with a double entry of “%(school)s” (no. %(id)s).",
            school=double.school_id.name,
            id=double.id,
        )
        kept._message_log(body=" ".join(filter(None, (note, reason))))
        double._message_log(
            body=self.env._("A double entry: goes on as no. %(id)s of its child.", id=kept.id)
        )

    def _edu_before_merge(self, kept):
        """Hook: the (sudo'ed) double ``self`` is about to be merged into ``kept``; each room settles
        what cannot stand twice."""

    def _edu_after_merge(self, double):
        """Hook: everything of ``double`` hangs on this (sudo'ed) child now."""
        self._edu_after_move()

    @api.model
    def _edu_merge_fixed(self):
        """Hook: {model: domain} of records that go on naming the double, because they are signed."""
        return {}

    @api.model
    def _edu_merge_counts(self, student):
        """Hook: [(what, how many)] that hangs on ``student``, as the caller may know it."""
        return [(self.env._("Guardians"), len(student.sudo().guardian_ids))]

    def _edu_hand_over_person(self, kept):
        values = {name: self[name] for name in TAKEN_OVER if self[name] and not kept[name]}
        values = {
            name: value.id if isinstance(value, models.BaseModel) else value
            for name, value in values.items()
        }
        values |= {name: True for name in FLAGS if self[name] and not kept[name]}
        if values:
            kept.with_context(tracking_disable=True).write(values)
        on_list = ("enrolled", "suspended", "dropped_out")
        if kept.enrolment_state == "expected" and self.enrolment_state in on_list:
            kept._edu_move(self.school_id, self.class_id, self.grade, self.enrolment_state)
        self.env.flush_all()
        for name in self._edu_secret_fields():
            self._edu_hand_over_secret(kept, name)

    def _edu_hand_over_secret(self, kept, name):
        """A value that the kept child lacks comes from the double; a formal student number takes the
        place of a temporary one, which the double keeps, so that files that have it find the child."""
        columns = [SQL.identifier(f"{name}_{part}") for part in ("masked", "digest", "cipher")]
        rows = self.env.execute_query(
            SQL(
                "SELECT id, %s FROM edu_student WHERE id = ANY(%s)",
                SQL(", ").join(columns),
                (self | kept).ids,
            )
        )
        values = {row[0]: row[1:] for row in rows}
        mine, theirs = values[self.id], values[kept.id]
        if not mine[1]:
            return
        if theirs[1]:
            letters = (self | kept)._edu_number_letters() if name == "national_no" else {}
            if not (letters.get(self.id) == FORMAL != letters.get(kept.id)):
                return
        for child, new in ((self, (None, None, None)), (kept, mine), (self, theirs)):
            self.env.execute_query(
                SQL(
                    "UPDATE edu_student SET %s WHERE id = %s",
                    SQL(", ").join(
                        SQL("%s = %s", column, value)
                        for column, value in zip(columns, new, strict=True)
                    ),
                    child.id,
                )
            )
        self.env.invalidate_all(flush=False)
        if name == "national_no" and kept.registry_completion in ("to_apply", "applied"):
            kept.registry_completion = "received"

    def _edu_hand_over_guardians(self, kept):
        """A guardian whom both have, by name and phone, is one; what hangs on the double's hangs on the
        other's then."""
        known = {}
        for guardian in kept.guardian_ids:
            known.setdefault(comparison_key(guardian.name), guardian)
        for guardian in self.guardian_ids:
            same = known.get(comparison_key(guardian.name))
            if same and (
                not guardian.phone_digest
                or not same.phone_digest
                or guardian.phone_digest == same.phone_digest
            ):
                if guardian.phone_digest and not same.phone_digest:
                    continue  # the better of the two comes along
                _Handover(guardian, same, {}).run()
                self.env.invalidate_all()
                guardian.unlink()

    def _edu_hand_over(self, kept):
        _Handover(self, kept, self._edu_merge_fixed()).run()

    def _edu_leave(self, kept):
        """The double is on no list any more, and points to the kept child."""
        self.env.invalidate_all()
        self.with_context(tracking_disable=True).write(
            {
                "merged_into_id": kept.id,
                "active": False,
                "enrolment_state": "other",
                "class_id": False,
                "expected_school_id": False,
                "expected_grade": 0,
                "registry_completion": "none",
            }
        )
        self.env.flush_all()


class _Handover:
    """Everything that points to one record points to another: many2one, many2many, references by model
    and id (messages, activities, files), followers.

    Not moved: rows of append-only models, records of ``fixed``, and rows that the database does not let
    point to the other (it has one of its own already).
    """

    def __init__(self, source, target, fixed):
        self.source, self.target, self.fixed = source, target, fixed
        self.env = source.env
        self.model = source._name

    def run(self):
        self.env.flush_all()
        append_only = self.env.registry["edu.append.only.mixin"]
        for name in self.env.registry:
            model = self.env[name].sudo().with_context(active_test=False)
            if model._abstract or model._transient or not model._auto:
                continue
            if isinstance(model, append_only) or name == "mail.followers":
                continue
            for field in list(model._fields.values()):
                if field.store and not field.related and not field.inherited:
                    self._field(model, field)
        self._followers()
        self.env.invalidate_all(flush=False)

    def _field(self, model, field):
        if field.type == "many2one" and field.comodel_name == self.model:
            if model._name == self.model and field.name == "merged_into_id":
                self._column(model, field, check=False)
            else:
                self._column(model, field)
        elif field.type == "many2many" and self.model in (field.comodel_name, model._name):
            self._relation(model, field)
        elif field.type == "many2one_reference" and field.model_field:
            owner = model._fields.get(field.model_field)
            if owner is not None and owner.store:
                self._column(
                    model,
                    field,
                    SQL("%s = %s", SQL.identifier(field.model_field), self.model),
                )
        elif field.type == "reference":
            self._reference(model, field)

    def _column(self, model, field, extra=None, check=True):
        column = SQL.identifier(field.name)
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM %s WHERE %s = %s AND %s ORDER BY id",
                SQL.identifier(model._table),
                column,
                self.source.id,
                extra or SQL("TRUE"),
            )
        )
        ids = [row[0] for row in rows]
        if ids and check and model._name in self.fixed:
            ids = list(set(ids) - set(model._search(self._fixed(model, ids)).get_result_ids()))
        self._update(model, field, sorted(ids), SQL("%s = %s", column, self.target.id))

    def _fixed(self, model, ids):
        return fields.Domain("id", "in", ids) & fields.Domain(self.fixed[model._name])

    def _reference(self, model, field):
        column = SQL.identifier(field.name)
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM %s WHERE %s = %s",
                SQL.identifier(model._table),
                column,
                f"{self.model},{self.source.id}",
            )
        )
        value = f"{self.model},{self.target.id}"
        self._update(model, field, [row[0] for row in rows], SQL("%s = %s", column, value))

    def _update(self, model, field, ids, assignment):
        """All at once; one by one where the database refuses some, which stay as they are."""
        if not ids:
            return
        try:
            with self.env.cr.savepoint(flush=False), mute_logger("odoo.sql_db"):
                self.env.cr.execute(
                    SQL(
                        "UPDATE %s SET %s WHERE id = ANY(%s)",
                        SQL.identifier(model._table),
                        assignment,
                        ids,
                    )
                )
        except _REFUSED:
            if len(ids) > 1:
                for id_ in ids:
                    self._update(model, field, [id_], assignment)
            return
        records = model.browse(ids)
        records.invalidate_recordset(flush=False)
        records.modified([field.name])
        self.env.flush_all()

    def _relation(self, model, field):
        """Rows of a relation; those of the source that the target has already go."""
        columns = []
        if field.comodel_name == self.model:
            columns.append((field.column2, field.column1))
        if model._name == self.model:
            columns.append((field.column1, field.column2))
        for own, other in columns:
            self.env.cr.execute(
                SQL(
                    """INSERT INTO %(table)s (%(own)s, %(other)s)
                       SELECT %(target)s, %(other)s FROM %(table)s WHERE %(own)s = %(source)s
                           ON CONFLICT DO NOTHING""",
                    table=SQL.identifier(field.relation),
                    own=SQL.identifier(own),
                    other=SQL.identifier(other),
                    target=self.target.id,
                    source=self.source.id,
                )
            )
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE %s = %s",
                    SQL.identifier(field.relation),
                    SQL.identifier(own),
                    self.source.id,
                )
            )

    def _followers(self):
        """Who follows the one follows the other, if they may read it."""
        if not hasattr(self.source, "message_partner_ids"):
            return
        self.env.invalidate_all(flush=False)
        partners = self.source.message_partner_ids.ids
        self.source.message_unsubscribe(partners)
        self.target.message_subscribe(partners)
