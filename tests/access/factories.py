from datetime import date

from odoo.fields import Command


class Factories:
    """One record of each model in the own and in the other scope, made as superuser.

    :param county: the test class that built the county (``EduCommon``)
    """

    #: models that carry no rules because they ask their parent record
    guarded_by_parent = frozenset({"edu.signoff", "edu.signoff.fault"})

    def __init__(self, county):
        self.c = county
        self.env = county.env
        self._made = {}

    def pair(self, name):
        """(own, other) of the model ``name``.

        :raise LookupError: for a model without a factory: write one, and rows in ``matrix.csv``
        """
        if name not in self._made:
            method = getattr(self, name.replace(".", "_"), None)
            if method is None:
                raise LookupError(f"tests/access/factories.py makes no {name}")
            self._made[name] = (method(False), method(True))
        return self._made[name]

    def one(self, name, other):
        return self.pair(name)[other]

    # registry

    def edu_area(self, other):
        return self.c.township_b if other else self.c.township_a

    def edu_school(self, other):
        return self.c.school_x if other else self.c.school_a

    def edu_class(self, other):
        if other:
            return self.c.make_class(self.c.school_x, 3)
        return self.c.class_a

    def edu_student(self, other):
        if not other:
            return self.c.student
        klass = self.one("edu.class", True)
        return self.c.make_student(
            klass,
            residence_area_id=self.c.township_x.id,
            household_area_id=self.c.township_x.id,
        )

    def edu_student_duplicate(self, other):
        child = self.one("edu.student", other)
        double = self.c.make_student(child.class_id)
        return self.env["edu.student.duplicate"].create(
            {
                "student_id": child.id,
                "other_id": double.id,
                "rule": "family",
                "found_on": "2026-09-02",
            }
        )

    def edu_guardian(self, other):
        return self.one("edu.student", other).guardian_ids

    def edu_duty(self, other):
        """Of a child of the class, held by nobody of those who are asked."""
        child = self.one("edu.student", other)
        return self.env["edu.duty"].create(
            {
                "kind_id": self.one("edu.duty.kind", other).id,
                "res_model": child._name,
                "res_id": child.id,
                "school_id": child.school_id.id,
                "class_id": child.class_id.id,
                "area_id": child.school_township_id.id,
                "deadline": "2026-09-11",
            }
        )

    def edu_duty_kind(self, _other):
        return self.env.ref("edu_dropout_control.duty_kind_roster_check")

    def edu_duty_step(self, other):
        return self.env["edu.duty.step"].create(
            {
                "duty_id": self.one("edu.duty", other).id,
                "position": 2,
                "user_id": self.c.nobody.id,
                "reached_on": "2026-09-14",
            }
        )

    def edu_term(self, other):
        return self.c.term

    def edu_term_opening(self, other):
        return self.env["edu.term.opening"].create(
            {
                "term_id": self.c.term.id,
                "school_id": self.one("edu.school", other).id,
                "start_date": "2026-09-07",
                "reason": "校舍维修",
            }
        )

    def edu_reorganisation(self, other):
        return self.env["edu.reorganisation"].create(
            {
                "county_id": (self.c.other_county if other else self.c.county).id,
                "document": "青教发〔2026〕30号",
                "decided_on": "2026-09-01",
            }
        )

    def edu_reorganisation_line(self, other):
        school = self.one("edu.school", other)
        return self.env["edu.reorganisation.line"].create(
            {
                "reorganisation_id": self.one("edu.reorganisation", other).id,
                "from_school_id": school.id,
                "to_school_id": school.id,
            }
        )

    def edu_policy(self, other):
        return self.env["edu.policy"].search([], limit=1)

    def edu_code(self, other):
        return self.env["edu.code"].search([], limit=1)

    def edu_calendar_day(self, other):
        return self.env["edu.calendar.day"].search([], limit=1)

    def edu_post(self, other):
        klass = self.one("edu.class", other)
        return self.c.make_post(self.c.nobody_else, "class_teacher", klass)

    def edu_seal_use(self, other):
        return self.env["edu.seal.use"].create(
            {"school_id": self.one("edu.school", other).id, "document": "《招生简章》"}
        )

    # core

    def edu_reveal_log(self, other):
        student = self.one("edu.student", other)
        student._edu_reveal("id_number", "test")
        return self.env["edu.reveal.log"].search([("res_id", "=", student.id)], limit=1)

    def edu_signoff(self, other):
        report = self.one("edu.dropout.report", other)
        return self.env["edu.signoff"]._sign(report, "checked", {})

    def edu_signoff_fault(self, other):
        return self.env["edu.signoff.fault"].create(
            {
                "res_model": "edu.dropout.report",
                "res_id": self.one("edu.dropout.report", other).id,
                "problems": "test",
                "found_at": "2026-09-02 00:00:00",
            }
        )

    # monitoring

    def edu_roster_import(self, other):
        school = self.one("edu.school", other)
        return self.env["edu.roster.import"].create(
            {"school_id": school.id, "term_id": self.c.term.id, "county_id": school.county_id.id}
        )

    def edu_roster_import_column(self, other):
        return self.env["edu.roster.import.column"].create(
            {"import_id": self.one("edu.roster.import", other).id, "header": "姓名", "key": "姓名"}
        )

    def edu_roster_import_row(self, other):
        return self.env["edu.roster.import.row"].create(
            {"import_id": self.one("edu.roster.import", other).id, "number": 3}
        )

    def edu_roster_import_memo(self, other):
        return self.env["edu.roster.import.memo"].create(
            {"import_id": self.one("edu.roster.import", other).id, "key": "x"}
        )

    def edu_roster_header(self, other):
        school = self.one("edu.school", other)
        return self.env["edu.roster.header"].create({"header": "娃娃小名", "school_id": school.id})

    def edu_roster_profile(self, other):
        return self.env.ref("edu_dropout_control.roster_profile_national")

    def edu_roster_profile_line(self, other):
        return self.one("edu.roster.profile", other).line_ids[:1]

    # monitoring

    def edu_roster_check(self, other):
        self.one("edu.student", other)
        check = self.env["edu.roster.check"].create(
            {"school_id": self.one("edu.school", other).id, "term_id": self.c.term.id}
        )
        check._edu_fill()
        return check

    def edu_roster_progress(self, other):
        check = self.one("edu.roster.check", other)
        self.env.flush_all()
        return self.env["edu.roster.progress"].browse(check.id)

    def edu_roster_sheet(self, other):
        klass = self.one("edu.class", other)
        sheets = self.one("edu.roster.check", other).sheet_ids
        return sheets.filtered(lambda sheet: sheet.class_id == klass)

    def edu_roster_check_line(self, other):
        return self.one("edu.roster.sheet", other).line_ids[:1]

    def edu_entrant(self, other):
        klass = self.one("edu.class", other)
        return self.env["edu.entrant"].create(
            {
                "term_id": self.c.term.id,
                "school_id": klass.school_id.id,
                "class_id": klass.id,
                "student_id": self.one("edu.student", other).id,
                "grade": klass.grade,
                "source": "manual",
            }
        )

    def edu_year_turn(self, other):
        county = self.c.other_county if other else self.c.county
        return self.env["edu.year.turn"].create({"county_id": county.id, "term_id": self.c.term.id})

    def edu_year_turn_school(self, other):
        school = self.one("edu.school", other)
        lines = self.one("edu.year.turn", other).school_ids
        return lines.filtered(lambda line: line.school_id == school)

    def edu_year_turn_child(self, other):
        return self.env["edu.year.turn.child"].create(
            {
                "turn_id": self.one("edu.year.turn", other).id,
                "student_id": self.one("edu.student", other).id,
                "kind": "grade_nine",
            }
        )

    def edu_graduate(self, other):
        student = self.one("edu.student", other)
        return self.env["edu.graduate"].create(
            {
                "turn_id": self.one("edu.year.turn", other).id,
                "term_id": self.c.term.id,
                "student_id": student.id,
                "school_id": student.school_id.id,
                "class_id": student.class_id.id,
            }
        )

    def edu_roster_repeat(self, other):
        school = self.one("edu.school", other)
        self.one("edu.student", other)
        repeats = self.env["edu.roster.repeat"]._edu_start(
            self.c.term, "monthly", "2026-10-09", school
        )
        klass = self.one("edu.class", other)
        return repeats.filtered(lambda repeat: repeat.class_id == klass)

    def edu_roster_repeat_line(self, other):
        repeat = self.one("edu.roster.repeat", other)
        return self.env["edu.roster.repeat.line"].create(
            {
                "repeat_id": repeat.id,
                "student_id": self.one("edu.student", other).id,
                "outcome": "on_leave",
            }
        )

    def edu_status_change(self, other):
        return self.env["edu.status.change"].create(
            {"student_id": self.one("edu.student", other).id, "kind": "suspension"}
        )

    def edu_roster_unlisted(self, other):
        child = self.one("edu.student", other)
        return self.env["edu.roster.unlisted"].create(
            {
                "student_id": child.id,
                "school_id": child.school_id.id,
                "class_id": child.class_id.id,
                "import_id": self.one("edu.roster.import", other).id,
                "found_on": "2026-09-02",
            }
        )

    def edu_ledger(self, other):
        student = self.one("edu.student", other)
        return self.env["edu.ledger"]._edu_enter("school_age", student, "2026-09-02", "test")

    def edu_absence(self, other):
        student = self.one("edu.student", other)
        return self.env["edu.absence"].create({"student_id": student.id, "date": "2026-09-02"})

    def edu_leave(self, other):
        return self.env["edu.leave"].create({"student_id": self.one("edu.student", other).id})

    def edu_mark(self, other):
        return self.env["edu.mark"].create(
            {
                "student_id": self.one("edu.student", other).id,
                "term_id": self.c.term.id,
                "subject_id": self.env.ref("edu_dropout_control.code_subject_maths").id,
                "score": 80,
            }
        )

    def edu_family_change(self, other):
        return self.env["edu.family.change"].create(
            {
                "student_id": self.one("edu.student", other).id,
                "date": "2026-09-01",
                "kind_id": self.env.ref("edu_dropout_control.code_family_change_parted").id,
            }
        )

    def edu_warning_rule(self, other):
        return self.env.ref("edu_dropout_control.warning_rule_left_behind")

    def edu_warning(self, other):
        student = self.one("edu.student", other)
        return self.env["edu.warning"].create(
            {
                "student_id": student.id,
                "rule_id": self.one("edu.warning.rule", other).id,
                "points": 10,
                "since": "2026-09-01",
            }
        )

    def edu_warning_child(self, other):
        warning = self.one("edu.warning", other)
        self.env.flush_all()
        return self.env["edu.warning.child"].browse(warning.student_id.id)

    def edu_warning_note(self, other):
        return self.env["edu.warning.note"].create(
            {"student_id": self.one("edu.student", other).id, "note": "家访"}
        )

    def edu_roll_call(self, other):
        klass = self.one("edu.class", other)
        self.one("edu.student", other)
        RollCall = self.env["edu.roll.call"]
        RollCall.action_call(klass.id, False, "2026-09-01", "day", [])
        return RollCall.search([("class_id", "=", klass.id), ("kind", "=", "day")])

    def edu_roll_mark(self, other):
        klass = self.one("edu.class", other)
        village = self.c.township_x if other else self.c.village_a
        student = self.c.make_student(
            klass,
            boarding=True,
            residence_area_id=village.id,
            household_area_id=village.id,
        )
        change = {"student_id": student.id, "was": "here", "status": "missing"}
        self.env["edu.roll.call"].action_call(klass.id, False, "2026-09-01", "night", [change])
        return self.env["edu.roll.mark"].search([("student_id", "=", student.id)])

    def edu_roll_status(self, other):
        klass = self.one("edu.class", other)
        self.one("edu.student", other)
        self.env.flush_all()
        return self.env["edu.roll.status"].search([("class_id", "=", klass.id)], limit=1)

    def edu_warning_trial(self, other):
        county = self.c.other_county if other else self.c.county
        return self.env["edu.warning.trial"].create({"county_id": county.id, "day": "2026-01-10"})

    def edu_warning_trial_line(self, other):
        trial = self.one("edu.warning.trial", other)
        return self.env["edu.warning.trial.line"].create(
            {"trial_id": trial.id, "county_id": trial.county_id.id, "points": 10}
        )

    def edu_comparison(self, other):
        township = self.c.township_x if other else self.c.township_a
        return self.env["edu.comparison"].create(
            {"kind": "household", "township_id": township.id, "term_id": self.c.term.id}
        )

    def edu_comparison_row(self, other):
        """A child who is found in the school of the scope."""
        comparison = self.one("edu.comparison", other)
        return self.env["edu.comparison.row"].create(
            {
                "comparison_id": comparison.id,
                "kind": comparison.kind,
                "county_id": comparison.county_id.id,
                "term_id": comparison.term_id.id,
                "township_id": comparison.township_id.id,
                "child_name": "张小明",
                "result": "absent",
                "match_student_id": self.one("edu.student", other).id,
                "school_id": self.one("edu.school", other).id,
            }
        )

    # casework

    def edu_dropout_case(self, other):
        student = self.one("edu.student", other)
        return self.env["edu.dropout.case"]._edu_raise(student, "manual")

    def edu_visit(self, other):
        return self.env["edu.visit"].create(
            {
                "case_id": self.one("edu.dropout.case", other).id,
                "method": "phone",
                "visitor_names": "李老师",
                "met": "监护人",
                "result": "considering",
            }
        )

    def edu_visit_gap(self, other):
        case = self.one("edu.dropout.case", other)
        return self.env["edu.visit.gap"].create(
            {
                "case_id": case.id,
                "rule": "month",
                "date_from": "2026-08-01",
                "date_to": "2026-08-31",
                "fixed_at": "2026-09-01 00:00:00",
            }
        )

    def edu_visit_plan(self, other):
        """Of the school; tests of its own look at those of townships."""
        school = self.one("edu.school", other)
        return self.env["edu.visit.plan"].create(
            {
                "date": "2026-09-03",
                "area_id": school.area_id.id,
                "school_id": school.id,
                "user_names": "村支书老王",
            }
        )

    def edu_visit_plan_line(self, other):
        return self.env["edu.visit.plan.line"].create(
            {
                "plan_id": self.one("edu.visit.plan", other).id,
                "case_id": self.one("edu.dropout.case", other).id,
            }
        )

    def edu_visit_agenda(self, other):
        line = self.one("edu.visit.plan.line", other)
        self.env.flush_all()
        return self.env["edu.visit.agenda"].browse(line.id * 2 + 1)

    def edu_observation(self, other):
        return self.env["edu.observation"].create(
            {
                "case_id": self.one("edu.dropout.case", other).id,
                "checked_on": "2026-09-02",
                "present": True,
            }
        )

    def _persuading(self, other):
        """The case, confirmed, the township advised, no good reason found."""
        case = self.one("edu.dropout.case", other)
        if case.referral_ids:
            return case
        case.action_verify()
        self.one("edu.post", other)  # somebody who answers in school
        case.write(
            {
                "cause_id": self.env.ref("edu_dropout_control.code_cause_weary").id,
                "whereabouts_id": self.env.ref("edu_dropout_control.code_whereabouts_home").id,
                "school_responsible_id": self.c.nobody_else.id,
                "township_responsible_name": "王村干",
                "guardian_told_on": "2026-09-02",
                "guardian_told_by": "李老师",
                "guardian_acknowledgement": "signed",
                "good_reason_finding": "无",
                "good_reason_statement": "不想读",
            }
        )
        self.one("edu.visit", other)
        case.action_confirm()
        case.action_record_advice()
        case.referral_ids.write({"outcome": "educated", "educated_on": "2026-09-02"})
        case.referral_ids.action_answer()
        case.action_find_no_good_reason()
        return case

    def edu_notice(self, other):
        case = self._persuading(other)
        return self.env["edu.notice"].create({"case_id": case.id, "kind": "admission"})

    def edu_referral(self, other):
        return self._persuading(other).referral_ids[:1]

    # support

    def edu_home_teaching(self, other):
        child = self.one("edu.student", other)
        plan = self.env["edu.home.teaching"].create(
            {
                "student_id": child.id,
                "date_from": "2026-09-01",
                "date_to": "2027-01-22",
                "teacher_names": "李老师\n王老师",
            }
        )
        plan.write({"state": "running", "owed_from": "2026-09-01"})
        return plan

    def edu_home_teaching_session(self, other):
        return self.env["edu.home.teaching.session"].create(
            {
                "teaching_id": self.one("edu.home.teaching", other).id,
                "teacher_names": "李老师\n王老师",
                "content": "认识颜色",
            }
        )

    def edu_home_teaching_week(self, other):
        return self.env["edu.home.teaching.week"].create(
            {
                "teaching_id": self.one("edu.home.teaching", other).id,
                "date_from": "2026-08-31",
                "date_to": "2026-09-06",
                "needed": 1,
                "fixed_at": "2026-09-07 00:00:00",
            }
        )

    # core, for any owner

    def edu_encrypted_file(self, other):
        owner = self.one("edu.roster.import", other)
        return self.env["edu.encrypted.file"]._edu_store(owner, "x.xlsx", b"x")

    # oversight

    def edu_dropout_report(self, other):
        """Handed in: before that, township, bureau and inspector see nothing of it."""
        report = self.env["edu.dropout.report"].create(
            {"school_id": self.one("edu.school", other).id, "term_id": self.c.term.id}
        )
        report.write({"state": "submitted", "first_submitted_at": "2026-09-02 00:00:00"})
        return report

    def edu_bulletin(self, other):
        """Issued: before that, nobody but the bureau sees it."""
        county = self.c.other_county if other else self.c.county
        self.one("edu.dropout.case", other)
        bulletin = self.env["edu.bulletin"].create({"county_id": county.id})
        bulletin.action_issue()
        return bulletin

    def edu_supervision_order(self, other):
        """To the school; tests of its own look at those to townships."""
        return self.one("edu.bulletin", other).order_ids.filtered("school_id")[:1]

    def edu_supervision_order_line(self, other):
        return self.one("edu.supervision.order", other).line_ids[:1]

    def edu_report_consolidation(self, other):
        """A school's half-year tables, as handed in; tests of their own look at other levels."""
        school = self.one("edu.school", other)
        return self.env["edu.report.consolidation"].create(
            {
                "kind": "half_year",
                "school_id": school.id,
                "term_id": False,
                "date_to": "2026-03-10",
                "first_submitted_at": "2026-03-12",
            }
        )

    def edu_report_consolidation_version(self, other):
        content = {"schools": [], "tables": {}}
        record = self.one("edu.report.consolidation", other)
        version = self.env["edu.report.consolidation.version"]._edu_make(record, content, None)
        version.write({"submitted_at": "2026-03-12"})
        return version

    def edu_report_kind(self, other):
        return self.env.ref("edu_dropout_control.report_kind_month")

    def edu_report_question(self, other):
        return self.one("edu.report.kind", other).question_ids[:1]

    def edu_report_call(self, other):
        """Issued: before that, nobody but the bureau sees it."""
        county = self.c.other_county if other else self.c.county
        self.one("edu.school", other)
        kind = self.one("edu.report.kind", other)
        return self.env["edu.report.call"]._edu_call(kind, date(2026, 9, 2), county)

    def edu_periodic_report(self, other):
        """Handed in, as the school's; tests of its own look at those of townships."""
        school = self.one("edu.school", other)
        reports = self.one("edu.report.call", other).report_ids
        report = reports.filtered(lambda report: report.school_id == school)
        report.write({"state": "submitted", "first_submitted_at": "2026-09-02 00:00:00"})
        return report

    def edu_periodic_answer(self, other):
        return self.one("edu.periodic.report", other).answer_ids[:1]

    def edu_report_status(self, other):
        report = self.one("edu.periodic.report", other)
        self.env.flush_all()
        return self.env["edu.report.status"].search([("periodic_id", "=", report.id)])

    def edu_child_report(self, other):
        """Handed in: before that, the school alone sees it."""
        report = self.env["edu.child.report"]._edu_prepare(self.one("edu.dropout.case", other))
        report.write({"state": "submitted", "frozen_at": "2026-09-02 00:00:00"})
        return report

    def edu_sample_review(self, other):
        self.one("edu.student", other)
        county = self.c.other_county if other else self.c.county
        kind = self.env.ref("edu_dropout_control.report_kind_quarter")
        review = self.env["edu.sample.review"].create(
            {"county_id": county.id, "kind_id": kind.id, "size": 999}
        )
        review.action_draw()
        return review

    def edu_sample_line(self, other):
        """Of a review that is closed: before that, bureau and inspectors alone see it."""
        school = self.one("edu.school", other)
        lines = self.one("edu.sample.review", other).line_ids
        line = lines.filtered(lambda line: line.school_id == school)[:1]
        line.review_id.write({"state": "closed"})
        return line

    def edu_consistency(self, other):
        student = self.one("edu.student", other)
        student.enrolment_state = "abroad"
        self.env["edu.ledger"]._edu_enter("dropout", student, "2026-09-02", "test")
        self.env.flush_all()
        return self.env["edu.consistency"].search([("student_id", "=", student.id)], limit=1)

    def edu_dropout_report_line(self, other):
        return self.env["edu.dropout.report.line"].create(
            {"report_id": self.one("edu.dropout.report", other).id, "kind": "dropout"}
        )

    def edu_dropout_report_version(self, other):
        version = self.env["edu.dropout.report.version"]._edu_make(
            self.one("edu.dropout.report", other), {"rows": [], "totals": []}
        )
        version.write({"submitted_at": "2026-09-02 00:00:00"})
        return version

    def edu_leading_document(self, other):
        return self.env["edu.leading.document"].create(
            {
                "school_id": self.one("edu.school", other).id,
                "name": "关于成立领导小组的通知",
                "file_ids": [
                    Command.create({"name": "document.pdf", "raw": b"%PDF", "type": "binary"})
                ],
            }
        )

    def edu_leading_meeting(self, other):
        """Closed: before that, township, bureau and inspector see nothing of it."""
        meeting = self.env["edu.leading.meeting"].create(
            {"school_id": self.one("edu.school", other).id, "name": "开学部署"}
        )
        meeting._edu_close()
        return meeting

    def edu_leading_decision(self, other):
        return self.env["edu.leading.decision"].create(
            {"meeting_id": self.one("edu.leading.meeting", other).id, "name": "逐户走访"}
        )

    def edu_leading_group(self, other):
        self.env.flush_all()
        return self.env["edu.leading.group"].browse(self.one("edu.school", other).id)

    def edu_responsibility_template(self, other):
        return self.env.ref("edu_dropout_control.responsibility_template_school_class")

    def edu_responsibility_letter(self, other):
        """Of the class; tests of its own look at those of townships and the bureau."""
        return self.env["edu.responsibility.letter"]._edu_prepare(
            "school_class", "2026-2027", self.one("edu.class", other)
        )

    def edu_dropout_report_status(self, other):
        self.c.term.state = "open"
        self.env.flush_all()
        return self.env["edu.dropout.report.status"].search(
            [
                ("school_id", "=", self.one("edu.school", other).id),
                ("term_id", "=", self.c.term.id),
            ]
        )

    def edu_work_plan_template(self, other):
        return self.env.ref("edu_dropout_control.work_plan_template")

    def edu_work_plan_template_line(self, other):
        return self.one("edu.work.plan.template", other).line_ids[:1]

    def edu_work_plan(self, other):
        return self.env["edu.work.plan"].create(
            {"school_id": self.one("edu.school", other).id, "term_id": self.c.term.id}
        )

    def edu_work_plan_measure(self, other):
        """Put down for the class teacher, who sees it for that."""
        people = self.c.other_user if other else self.c.user
        return self.env["edu.work.plan.measure"].create(
            {
                "plan_id": self.one("edu.work.plan", other).id,
                "name": "逐户家访",
                "responsible_id": people["class_teacher"].id,
            }
        )

    def edu_work_plan_child(self, other):
        return self.env["edu.work.plan.child"].create(
            {
                "plan_id": self.one("edu.work.plan", other).id,
                "case_id": self.one("edu.dropout.case", other).id,
            }
        )
