from odoo import fields, models

# Figures of the head, as the form names them: tools/dropout_form.py
FIGURES = (
    "previous registry expected arrived new_entry transfer_in resumed transfer_out suspended"
    " postponed deceased abroad on_leave elsewhere suspected dropout never_enrolled returned"
).split()
PRESENT = ("arrived", "new_entry", "transfer_in", "resumed")
# What moves a child onto the registry of the school, and off it
IN = ("new_entry", "transfer_in")
OUT = ("transfer_out", "deceased", "abroad")


class EduDropoutReportContent(models.Model):
    """What a report says: figures and lines from roster check and cases, and what is still missing before
    it can be signed."""

    _inherit = "edu.dropout.report"

    def _edu_form_lang(self):
        """The form is Chinese: ``self`` in that language where it is installed."""
        installed = self.env["res.lang"]._get_data(code="zh_CN")
        return self.with_context(lang="zh_CN") if installed else self

    def _edu_check(self):
        """The roster check of the school and term, past access rights."""
        self.ensure_one()
        return (
            self.env["edu.roster.check"]
            .sudo()
            .search(
                [("school_id", "=", self.school_id.id), ("term_id", "=", self.term_id.id)], limit=1
            )
        )

    def _edu_cases(self):
        """Open cases that the report names: suspected, and confirmed and not back."""
        self.ensure_one()
        return (
            self.env["edu.dropout.case"]
            .sudo()
            .search(
                [
                    ("school_id", "=", self.school_id.id),
                    ("state", "in", ("suspected", "verifying", "persuading")),
                ],
                order="grade, class_id, student_id, id",
            )
            .sorted(lambda case: case.state != "persuading")
        )

    def _edu_compose(self):
        """Return the content of the report from what is known now: what is frozen and signed.

        Holds numbers and addresses in clear: server side only, kept in cipher only.

        - school {name, code, township, central}, term {school_year, season}
        - checked_on, as_of: dates as text, or None
        - figures: {key of FIGURES: number, or None where it is not known}
        - rows: the children, see ``_edu_compose_row``
        - totals: [{grade, registry, arrived, suspected, dropout, never_enrolled}], each of the
          five a dict of male, female and unknown
        - points: the teaching points, [{name, code, version, figures}], see ``_edu_compose_points``
        - remark
        """
        self.ensure_one()
        report = self.sudo()._edu_form_lang()
        check = report._edu_check().with_env(report.env)
        cases = report._edu_cases().with_env(report.env)
        rows = [report._edu_compose_row(case, no) for no, case in enumerate(cases, start=1)]
        counts = report._edu_count_lines(check)
        school = report.school_id
        return {
            "school": {
                "name": school.name,
                "code": school.code,
                "township": school.area_id.name,
                "central": school.parent_id.name or None,
            },
            "term": {"school_year": report.term_id.school_year, "season": report.term_id.season},
            "checked_on": (check.closed_on and check.closed_on.isoformat()) or None,
            "as_of": self.env["edu.policy"]._edu_today().isoformat(),
            "figures": report._edu_compose_figures(counts, rows),
            "rows": rows,
            "totals": report._edu_compose_totals(counts, rows),
            "points": report._edu_compose_points(),
            "remark": (report.remark or "").strip() or None,
        }

    def _edu_count_lines(self, check):
        """[(grade, gender, origin, outcome, number)] of the roster check's lines."""
        return [
            (grade or 0, gender or "unknown", origin, outcome, number)
            for grade, gender, origin, outcome, number in self.env["edu.roster.check.line"]
            .sudo()
            ._read_group(
                [("check_id", "=", check.id)],
                ["grade", "student_id.gender", "origin", "outcome"],
                ["__count"],
            )
        ]

    def _edu_compose_figures(self, counts, rows):
        figures = dict.fromkeys(FIGURES, 0)
        for _grade, _gender, origin, outcome, number in counts:
            if origin in ("registry", "entrant"):
                figures["registry" if origin == "registry" else "expected"] += number
            if outcome in PRESENT:
                figures["arrived"] += number
            # the cases say who is missing: a suspicion may be over since the check
            if outcome in figures and outcome not in ("arrived", "suspected", "never_enrolled"):
                figures[outcome] += number
        for row in rows:
            figures[self._edu_row_figure(row)] += 1
        figures["returned"] = (
            self.env["edu.dropout.case"]
            .sudo()
            .search_count(
                [
                    ("school_id", "=", self.school_id.id),
                    ("state", "in", ("returned", "observing", "closed")),
                    (
                        "returned_on",
                        ">=",
                        min(
                            self.term_id.start_date,
                            self.term_id._edu_first_day(self.school_id),
                        ),
                    ),
                ]
            )
        )
        earlier = self._edu_earlier()
        figures["previous"] = earlier.registry_count if earlier else None
        return figures

    def _edu_row_figure(self, row):
        """The figure in which a child of the list counts."""
        return "suspected" if row["kind"].startswith("suspected") else row["kind"]

    def _edu_compose_totals(self, counts, rows):
        keys = ("registry", "arrived", "suspected", "dropout", "never_enrolled")
        totals = {}

        def add(grade, key, gender, number):
            entry = totals.setdefault(grade, {key: {} for key in keys})
            entry[key][gender] = entry[key].get(gender, 0) + number

        for grade, gender, origin, outcome, number in counts:
            if origin == "registry":
                add(grade, "registry", gender, number)
            if outcome in PRESENT:
                add(grade, "arrived", gender, number)
        for row in rows:
            add(row["grade"] or 0, self._edu_row_figure(row), row["gender"] or "unknown", 1)
        return [{"grade": grade, **totals[grade]} for grade in sorted(totals)]

    def _edu_points(self):
        """The reports of this term of the school's teaching points, past access rights."""
        self.ensure_one()
        return self.sudo().search(
            [
                ("term_id", "=", self.term_id.id),
                ("school_id.parent_id", "=", self.school_id.id),
                ("school_id.kind", "=", "teaching_point"),
                ("school_id.active", "=", True),
            ],
            order="school_id",
        )

    def _edu_compose_points(self):
        """What the teaching points signed, each by name: their own figures, which the central school's
        do not hold, and the hash of the version, so that the central school signs that very one."""
        return [
            {
                "name": point.school_id.name,
                "code": point.school_id.code,
                "version": point.version_id.content_hash or None,
                "figures": {key: point[f"{key}_count"] for key in FIGURES},
            }
            for point in self._edu_points()
        ]

    def _edu_compose_row(self, case, number):
        """One child of the list, with numbers and address in clear."""
        student = case.student_id
        guardian = student.guardian_ids.sorted(lambda person: not person.is_legal)[:1]
        never = case.kind == "never_enrolled"
        if case.state == "persuading":
            kind = "never_enrolled" if never else "dropout"
        else:
            kind = "suspected_never" if never else "suspected"

        def clear(record, name):
            return (record and record._edu_secret_clear(name)[record.id]) or None

        def text(date):
            return (date and date.isoformat()) or None

        return {
            "no": number,
            "case": case.id,
            "kind": kind,
            "name": student.name,
            "gender": student.gender or None,
            "ethnicity": student.ethnicity or None,
            "birthdate": text(student.birthdate),
            "id_number": clear(student, "id_number"),
            "national_no": clear(student, "national_no"),
            "grade": case.grade or student.grade or None,
            "class_number": case.class_id.number or None,
            "address": clear(student, "address"),
            "guardian": (
                guardian
                and {
                    "name": guardian.name,
                    "relation": guardian.relation_id.name or None,
                    "phone": clear(guardian, "phone"),
                }
            )
            or None,
            "special_groups": student.special_group_ids.mapped("name"),
            "left_on": text(
                (case.persuading_since if case.relapse_count else case.missing_since)
                or case.raised_on
            ),
            "cause": case.cause_id.name or None,
            "cause_note": case.cause_note or None,
            "whereabouts": case.whereabouts_id.name or None,
            "whereabouts_place": case.whereabouts_place or None,
            "measures": self._edu_compose_measures(case),
            "responsible": [
                name
                for name in (
                    case.school_responsible_id.name,
                    case.township_responsible_id.name,
                    case.township_responsible_name,
                )
                if name
            ],
            "return_by": text(case.return_by),
        }

    def _edu_compose_measures(self, case):
        """What was done to bring the child back, oldest first: visits as [{on, method, result}],
        notices as [{on, method, number}]."""
        measures = [
            {"on": visit.visited_on.isoformat(), "method": visit.method, "result": visit.result}
            for visit in case.visit_ids.sorted("visited_at")
        ] + [
            {"on": notice.issued_on.isoformat(), "method": notice.kind, "number": notice.number}
            for notice in case.notice_ids.sorted("id")
            if notice.issued_on and notice.state != "withdrawn"
        ]
        return sorted(measures, key=lambda measure: measure["on"])

    def _edu_refresh(self):
        """Take figures and children from what is known now, unless they are frozen."""
        for report in self.sudo():
            if report._edu_is_open() and not report.version_id:
                report._edu_store(report._edu_compose())

    def _edu_store(self, content):
        """Write a composed content into the columns that lists and pivots show: nothing secret."""
        self.ensure_one()
        rows = content["rows"]
        Line = self.env["edu.dropout.report.line"]
        Line.search([("report_id", "=", self.id), ("version_id", "=", False)]).unlink()
        self.write(
            {
                **{f"{key}_count": content["figures"][key] or 0 for key in FIGURES},
                "is_zero": not rows and bool(content["checked_on"]),
                "refreshed_at": fields.Datetime.now(),
                "line_ids": [fields.Command.create(Line._edu_values(row)) for row in rows],
            }
        )

    def _edu_problems(self):
        """Return, as sentences, what keeps the report from being signed; none when nothing does."""
        return [text for text, _place in self._edu_problem_places()]

    def _edu_problem_places(self):
        """[(sentence, record where it is put right, or None)] of what keeps the report from being
        signed."""
        self.ensure_one()
        problems = []
        check = self._edu_check()
        if not check:
            problems.append((self.env._("The school has no roster check in this term yet."), None))
        elif check.state != "closed":
            problems.append(
                (
                    self.env._(
                        "The roster check is not closed: the records administrator closes it."
                    ),
                    check,
                )
            )
        for case in self._edu_cases():
            missing = self._edu_case_gaps(case)
            if missing:
                problems.append(
                    (
                        self.env._(
                            "%(child)s: %(fields)s missing in the case.",
                            child=case.student_id.name,
                            fields=self.env._(", ").join(missing),
                        ),
                        case,
                    )
                )
            if case.visit_state == "overdue":
                problems.append(
                    (
                        self.env._(
                            "%(child)s: a visit was due by %(date)s and is not recorded.",
                            child=case.student_id.name,
                            date=case.next_visit_due,
                        ),
                        case,
                    )
                )
        problems += [
            (
                self.env._(
                    "The report of the teaching point %(school)s is not signed yet.",
                    school=point.school_id.name,
                ),
                point,
            )
            for point in self._edu_points()
            if point._edu_is_open() and point._edu_check().line_count
        ]
        if not (self.remark or "").strip():
            problems += [(text, None) for text in self._edu_sum_gaps(check)]
        return problems

    def _edu_sum_gaps(self, check):
        """Last term's number, plus who came, less who left, is this term's; else a sentence that says so,
        to be answered under Explanation. Nothing is said without a report of last term."""
        before = self._edu_earlier()
        if not before or not check:
            return []
        first_day = self.term_id._edu_first_day(self.school_id)
        last_check = before._edu_check()
        moved = {"in": 0, "out": 0}
        for kind, number in (
            self.env["edu.status.change"]
            .sudo()
            ._read_group(
                [
                    ("school_id", "=", self.school_id.id),
                    ("state", "in", ("in_force", "ended")),
                    ("kind", "in", ("transfer_in", "transfer_out", "death", "abroad")),
                    ("date_from", ">", last_check.closed_on or first_day),
                    ("date_from", "<", first_day),
                ],
                ["kind"],
                ["__count"],
            )
        ):
            moved["in" if kind == "transfer_in" else "out"] += number
        came = sum(before[f"{key}_count"] for key in IN) + moved["in"]
        left = sum(before[f"{key}_count"] for key in OUT) + moved["out"]
        done = 0
        if self.term_id.season == "autumn":
            done = (
                self.env["edu.roster.check.line"]
                .sudo()
                .search_count(
                    [
                        ("check_id", "=", last_check.id),
                        ("origin", "=", "registry"),
                        ("grade", "=", self.school_id.grade_to),
                        ("outcome", "not in", OUT),
                    ]
                )
            )
        now = (
            self.env["edu.roster.check.line"]
            .sudo()
            .search_count([("check_id", "=", check.id), ("origin", "=", "registry")])
        )
        if before.registry_count + came - left - done == now:
            return []
        return [
            self.env._(
                "The numbers do not add up: %(before)s last term + %(came)s who came - %(left)s who left"
                " - %(done)s who finished the last grade is not %(now)s. Put it right, or say why under"
                " Explanation.",
                before=before.registry_count,
                came=came,
                left=left,
                done=done,
                now=now,
            )
        ]

    def _edu_earlier(self):
        """The report that the school handed in last term, or an empty recordset."""
        if not self.term_id:  # a form that is being filled in
            return self.browse()
        return self.sudo().search(
            [
                ("school_id", "=", self.school_id.id),
                ("term_id", "=", self.term_id._edu_previous().id),
                ("is_submitted", "=", True),
            ],
            limit=1,
        )

    def _edu_case_gaps(self, case):
        """Labels of what a case must say before its child can be reported."""
        if case.state != "persuading":
            return []
        names = ["cause_id", "whereabouts_id", "school_responsible_id", "return_by"]
        gaps = [
            case._fields[name]._description_string(self.env) for name in names if not case[name]
        ]
        if not case.student_id.guardian_ids:
            gaps.append(self.env._("Guardian"))
        return gaps
