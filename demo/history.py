"""What happened in the demo county: the term before from its first to its last day, and a week of the
current one. Everything is done by the person who does it, through the same actions as on screen."""

from datetime import timedelta

from odoo import Command, fields

from .home import HomeTeaching

PDF = b"%PDF-1.4\n% a made-up scan of the demo county\n"

TALKS = (
    (
        "到学生家中走访，见到监护人。孩子在家帮忙做家务，不愿上学，说听不懂课。",
        "讲解《义务教育法》第五条、第十一条，介绍学校安排的课后辅导和结对帮扶老师。",
        "监护人表示再做孩子的工作。",
        "hesitant",
        "considering",
    ),
    (
        "电话联系监护人，得知孩子跟亲戚在外地打零工。",
        "说明未满十六周岁不得务工，请家长尽快把孩子接回，学校保留座位。",
        "监护人答应联系亲戚。",
        "hesitant",
        "promised",
    ),
    (
        "会同村干部上门，爷爷在家，父母在外务工。孩子沉迷手机，作息颠倒。",
        "与孩子单独谈心，约定先到校听体育课和信息技术课，班主任每天早上电话叫醒。",
        "孩子愿意试一试。",
        "willing",
        "promised",
    ),
    (
        "第三次走访，家长仍以“读书没用”为由拒绝送返。",
        "再次告知法律责任和资助政策，留下宣传材料，请其签收。",
        "家长拒绝签字，村干部在场见证。",
        "refusing",
        "refused",
    ),
)


class History:
    """Plays the past of ``county`` (see ``county.County``)."""

    def __init__(self, county):
        self.county, self.env, self.rng = county, county.env, county.rng
        self.start = county.term_before.start_date
        self.now = county.term.start_date
        self.cases = {}

    def run(self):
        self.prepare()
        self.term_before()
        self.begin()
        self.reports_before()
        self.plans_before()
        self.stories()
        self.slipping()
        self.close_before()
        self.current_term()

    # Who does it

    def who(self, role, key, klass=None):
        """The person of the post; a teaching point's leaders are its central school's."""
        holder = self.county.holder
        if (role, key, klass) in holder:
            return holder[role, key, klass]
        school = self.county.school[key]
        parent = next(k for k, s in self.county.school.items() if s == school.parent_id)
        return holder[role, parent, klass]

    def as_(self, record, role, key, klass=None):
        return record.with_user(self.who(role, key, klass)).with_context(self.env.context)

    def key(self, school):
        return next(key for key, each in self.county.school.items() if each == school)

    def day(self, after, start=None):
        return (start or self.start) + timedelta(days=after)

    def file(self, user, name):
        return self.env["ir.attachment"].with_user(user).create({"name": name, "raw": PDF})

    def prepare(self):
        self.county.county.helpline = "青禾县学生资助管理中心 0990-1234567"
        for number, school in enumerate(self.county.school.values(), 1):
            school.phone = f"0990-76543{number:02d}"

    # The term before

    def pick(self, key, grade, index=1, **values):
        """A child of a class that has no story yet."""
        klass = self.county.classes[key, grade, index]
        taken = [case["student"].id for case in self.cases.values()]
        domain = [("class_id", "=", klass.id), ("id", "not in", taken)]
        domain += [(name, "=", value) for name, value in values.items()]
        children = self.env["edu.student"].search(domain, order="id")
        return self.rng.choice(children)

    def term_before(self):
        plan = {
            "persuading_talks": ("xl1", 8, 1),
            "persuading_gap": ("cgz", 9, 2),
            "advised": ("dhz", 9, 1),
            "admission": ("dhz", 8, 2),
            "deadline": ("dhz", 9, 2),
            "justice": ("npz", 9, 1),
            "returned": ("xl1", 9, 1),
            "observing": ("dhz", 8, 1),
            "observing_2": ("cg1", 5, 2),
            "closed": ("dh1", 4, 1),
            "closed_2": ("cgz", 8, 3),
            "excluded": ("np1", 5, 1),
            "excluded_ill": ("cg1", 4, 1),
            "relapse": ("npz", 8, 1),
        }
        for story, place in plan.items():
            self.cases[story] = {"student": self.pick(*place), "key": place[0]}
        with self.county.at(self.start, 8):
            self.as_(self.county.term_before, "bureau", "county").action_open()
        self.check(self.county.term_before, self.start, {c["student"] for c in self.cases.values()})
        Case = self.env["edu.dropout.case"]
        for story in self.cases.values():
            story["case"] = Case.search([("student_id", "=", story["student"].id)])

    def check(self, term, start, missing):
        """Every class is marked and signed within the week, every check closed on the ninth day."""
        checks = self.env["edu.roster.check"].search([("term_id", "=", term.id)])
        for number, sheet in enumerate(checks.sheet_ids.filtered("line_ids")):
            with self.county.at(self.day(1 + number % 5, start), 9 + number % 6, number % 50):
                self.mark(sheet, missing, start)
        for number, check in enumerate(checks):
            with self.county.at(self.day(8, start), 15, number):
                self.as_(check, "records_admin", self.key(check.school_id)).action_close()

    def mark(self, sheet, missing, start, sign=True):
        key = self.key(sheet.school_id)
        if sheet.class_id:
            klass = (sheet.class_id.grade, sheet.class_id.number)
            role = "class_teacher"
        else:
            klass, role = None, "records_admin"
        lines = sheet.line_ids.filtered(lambda line: line.student_id in missing)
        changes = [
            {
                "line_id": line.id,
                "outcome": "suspected" if line.origin == "registry" else "never_enrolled",
                "missing_since": fields.Date.to_string(start),
            }
            for line in lines
        ]
        heads = len(sheet.line_ids - lines)
        acting = self.as_(sheet, role, key, klass)
        acting.action_mark(changes, heads=heads, rest=True)
        if sign:
            acting.action_sign()

    # Stories

    def visit(self, story, day, talk, method="home", hour=16, late=0):
        case, key = story["case"], story["key"]
        situation, said, attitude_text, attitude, result = TALKS[talk % len(TALKS)]
        klass = (case.class_id.grade, case.class_id.number)
        with self.county.at(day + timedelta(days=late), hour, 30):
            self.as_(self.env["edu.visit"], "class_teacher", key, klass).create(
                {
                    "case_id": case.id,
                    "visited_at": fields.Datetime.now() - timedelta(days=late, hours=1),
                    "method": method,
                    "visitor_ids": [
                        Command.set(
                            [
                                self.who("class_teacher", key, klass).id,
                                self.who("dean", key).id,
                            ]
                        )
                    ],
                    "visitor_names": "王村干" if method == "home" else False,
                    "met": "监护人",
                    "situation": situation,
                    "said": said,
                    "attitude": attitude,
                    "child_attitude": attitude,
                    "result": result,
                    "next_step": attitude_text,
                }
            )

    def verify(self, story, day):
        case, key = story["case"], story["key"]
        klass = (case.class_id.grade, case.class_id.number)
        with self.county.at(day, 10):
            self.as_(case, "class_teacher", key, klass).action_verify()

    def confirm(self, story, day, cause, whereabouts, place):
        case, key = story["case"], story["key"]
        with self.county.at(day, 11):
            principal = self.as_(case, "principal", key)
            principal.write(
                {
                    "cause_id": self.county.code("cause", cause).id,
                    "whereabouts_id": self.county.code("whereabouts", whereabouts).id,
                    "whereabouts_place": place,
                    "township_responsible_name": "王村干",
                    "plan": "班主任每周联系一次，分管副校长每月上门一次；安排结对帮扶，落实资助。",
                    "measure_ids": [
                        Command.set(
                            (
                                self.county.code("measure", "study")
                                | self.county.code("measure", "law")
                            ).ids
                        )
                    ],
                }
            )
            principal.action_confirm()

    #: cause, whereabouts, place of the confirmed cases of the term before
    FOUND = {
        "persuading_talks": ("internet", "home", False),
        "persuading_gap": ("weary", "work_county", "县城某汽修店"),
        "advised": ("weary", "home", False),
        "admission": ("weary", "work_elsewhere", "邻县砖厂"),
        "deadline": ("weary", "work_elsewhere", "省外"),
        "justice": ("weary", "work_elsewhere", "省外"),
        "returned": ("family", "parents_elsewhere", "外省某市"),
        "observing": ("weary", "home", False),
        "observing_2": ("weary", "home", False),
        "closed": ("distance", "home", False),
        "closed_2": ("internet", "home", False),
        "relapse": ("weary", "home", False),
    }

    def begin(self):
        """What every case of the term before has behind it when the reports are written: verified
        after five days, visited after seven, confirmed after nine or excluded."""
        s = self.cases
        for name in self.FOUND:
            self.verify(s[name], self.day(5))
        for name in self.FOUND:
            self.visit(s[name], self.day(7), 0)
        for name, (cause, whereabouts, place) in self.FOUND.items():
            self.confirm(s[name], self.day(9), cause, whereabouts, place)
        self.exclude(s["excluded"], "elsewhere", "随父母在外省就读，已取得就读证明。", 300)
        self.exclude(s["excluded_ill"], "suspended", "因病休学，乡镇已批准。", 330)

    def persuade(self, story, visits):
        """A visit a month after the first one, ``visits`` in all."""
        for number in range(1, visits):
            self.visit(story, self.day(7 + 28 * number), number, "home" if number % 2 else "phone")

    def come_back(self, story, day, form="same_class"):
        case, key = story["case"], story["key"]
        with self.county.at(day, 8):
            self.as_(case, "vice_principal", key).action_return(
                returned_on=day,
                return_form=form,
                class_id=case.class_id.id,
                note="家长陪同到校，编回原班，安排同桌和科任老师一对一补课。",
            )

    def observe(self, story, day, checks=0):
        case, key = story["case"], story["key"]
        klass = (case.class_id.grade, case.class_id.number)
        with self.county.at(day, 9):
            self.as_(case, "class_teacher", key, klass).action_observe()
        for number in range(1, checks + 1):
            at = day + timedelta(days=28 * number)
            with self.county.at(at, 9):
                self.as_(case, "class_teacher", key, klass).action_check_observation(
                    True, note="在校，作业按时完成。"
                )

    def advise(self, story, day):
        case, key = story["case"], story["key"]
        with self.county.at(day, 9):
            leader = self.as_(case, "vice_principal", key)
            leader.write(
                {
                    "guardian_told_on": day,
                    "guardian_told_by": "班主任、分管副校长",
                    "guardian_acknowledgement": "signed",
                }
            )
            leader.action_record_advice()
        with self.county.at(day + timedelta(days=5), 9):
            township = self.township(case)
            referral = case.referral_ids[:1].with_user(township)
            referral.write(
                {
                    "outcome": "educated",
                    "educated_on": day + timedelta(days=4),
                    "answer": "已到家中批评教育，责令送子女入学。",
                }
            )
            referral.action_answer()

    def township(self, case):
        number = self.county.townships.index(case.residence_township_id)
        return self.county.holder["township", number, None]

    def no_good_reason(self, story, day):
        case, key = story["case"], story["key"]
        with self.county.at(day, 10):
            leader = self.as_(case, "principal", key)
            leader.write(
                {
                    "good_reason_finding": "经两次家访核实，家庭无特殊困难，孩子身体健康，"
                    "无不能到校的正当理由。",
                    "good_reason_statement": "孩子自己不想念，我们管不住，先让他出去做点事。",
                }
            )
            leader.action_find_no_good_reason()

    def notice(self, story, kind, day, served_after=2, serve=True):
        case, key = story["case"], story["key"]
        with self.county.at(day, 10):
            clerk = case.with_user(self.township(case))
            getattr(clerk, f"action_new_{kind}_notice")()
            notice = clerk.notice_ids.filtered(lambda n: n.kind == kind and n.state == "draft")
            notice.write(
                {
                    "contact_name": self.who("dean", key).name,
                    "contact_phone": case.school_id.phone,
                }
            )
            notice.action_issue()
        if serve:
            served = day + timedelta(days=served_after)
            with self.county.at(served, 17):
                dean = notice.with_user(self.who("records_admin", key))
                dean.write(
                    {
                        "service_method": "direct",
                        "recipient_name": notice.guardian_id.name,
                        "service_date": served,
                        "service_place": "监护人住所",
                        "server_ids": [Command.set(self.who("dean", key).ids)],
                        "server_names": "王村干",
                    }
                )
                dean.action_serve()
        return notice

    def after(self, notice):
        """The first day on which the period of ``notice`` has ended."""
        return notice.deadline + timedelta(days=1)

    def stories(self):
        s = self.cases
        months = max(2, (self.now - self.start).days // 28)

        self.persuade(s["persuading_talks"], months)
        self.persuade(s["persuading_gap"], 2)
        self.visit(s["persuading_gap"], self.day(7 + 28 * 4), 3, late=9)

        self.persuade(s["advised"], months)
        self.advise(s["advised"], self.day(40))

        self.persuade(s["admission"], months)
        self.advise(s["admission"], self.day(40))
        self.no_good_reason(s["admission"], self.day(60))
        # served last week: its period is running
        self.notice(s["admission"], "admission", self.now + timedelta(days=2))

        for name in ("deadline", "justice"):
            self.persuade(s[name], months)
            self.advise(s[name], self.day(30))
            self.no_good_reason(s[name], self.day(50))
            first = self.notice(s[name], "admission", self.day(52))
            second = self.notice(s[name], "deadline", self.after(first) + timedelta(days=3))
            if name == "justice":
                self.refer(s[name], self.after(second) + timedelta(days=2))

        self.persuade(s["returned"], months)
        self.come_back(s["returned"], self.now + timedelta(days=1))

        for name, grade_form in (("observing", "same_class"), ("observing_2", "same_class")):
            self.persuade(s[name], max(2, months - 2))
            back = self.now - timedelta(days=40)
            self.come_back(s[name], back, grade_form)
            self.observe(s[name], back + timedelta(days=1), checks=1)

        for name in ("closed", "closed_2"):
            self.persuade(s[name], 2)
            self.come_back(s[name], self.day(45))
            self.observe(s[name], self.day(46), checks=3)
            case = s[name]["case"]
            with self.county.at(case.observation_until + timedelta(days=1), 10):
                self.as_(case, "principal", s[name]["key"]).action_close()

        self.persuade(s["relapse"], 2)
        self.come_back(s["relapse"], self.day(50))
        self.observe(s["relapse"], self.day(51), checks=1)
        with self.county.at(self.day(95), 9):
            case = s["relapse"]["case"]
            klass = (case.class_id.grade, case.class_id.number)
            self.as_(case, "class_teacher", s["relapse"]["key"], klass).action_relapse(
                missing_since=self.day(94), note="周一未返校，电话无人接听。"
            )
        for number in range(1, months - 3):
            self.visit(s["relapse"], self.day(97 + 28 * number), number + 1)

    # Who left in the middle of the term, and who only looked like it

    #: whom early warning would have found, whom not, and whom it would have named for nothing
    SLIPPED = {
        "slipped": ("dhz", 8, 2),
        "slipped_family": ("cgz", 9, 1),
        "slipped_unseen": ("xl1", 8, 1),
    }
    STAYED = {"often_away": ("cgz", 8, 1), "parted": ("dhz", 8, 1)}

    def slipping(self):
        """Three children leave in the middle of the term. One was away again and again and its parents
        parted, of one the mother went away to work, of the third nobody knew anything; two others of
        whom as much was known stayed. The bureau tries the rules on the day before."""
        for story, place in (self.SLIPPED | self.STAYED).items():
            # nothing else speaks for or against them
            child = self.pick(*place, left_behind=False, boarding=False)
            self.cases[story] = {"student": child, "key": place[0], "class": place[1:]}
        Policy = self.env["edu.policy"]
        days = [day for day in map(self.day, range(36, 90)) if Policy._edu_is_workday(day)][:20]
        for day in days[:13:3]:
            self.away(day, "slipped", "often_away")
        for day, story, kind in (
            (days[5], "slipped", "parted"),
            (days[8], "slipped_family", "left_work"),
            (days[9], "parted", "parted"),
        ):
            with self.county.at(day, 12):
                self.mine("edu.family.change", story).create(
                    {
                        "student_id": self.cases[story]["student"].id,
                        "kind_id": self.county.code("family_change", kind).id,
                        "date": day - timedelta(days=4),
                    }
                )
        for day in days[16:19]:
            self.away(day, *self.SLIPPED)
        Case = self.env["edu.dropout.case"]
        left = days[18]
        for number, name in enumerate(self.SLIPPED):
            story = self.cases[name]
            story["case"] = Case.search([("student_id", "=", story["student"].id)])
            self.verify(story, left + timedelta(days=1))
            self.visit(story, left + timedelta(days=3), number)
            self.confirm(story, left + timedelta(days=9), "family", "home", False)
            self.come_back(story, left + timedelta(days=20 + number))
            self.observe(story, left + timedelta(days=21 + number), checks=1)
        with self.county.at(self.now, 11):
            trial = self.as_(self.env["edu.warning.trial"], "bureau", "county").create(
                {"day": days[13], "horizon_days": 60, "name": "上学期预警规则试算"}
            )
            trial.action_try()

    def mine(self, model, story):
        """A model as the class teacher of the child."""
        story = self.cases[story]
        return self.as_(self.env[model], "class_teacher", story["key"], tuple(story["class"]))

    def away(self, day, *stories):
        with self.county.at(day, 9):
            for story in stories:
                self.mine("edu.absence", story).create(
                    {"student_id": self.cases[story]["student"].id, "date": day}
                )

    def refer(self, story, day):
        case = story["case"]
        with self.county.at(day, 9):
            officer = self.county.holder["bureau", "county", None]
            self.env["edu.referral"].with_user(officer).create(
                {"case_id": case.id, "kind": "justice", "to_name": "青禾县人民法院"}
            )

    def exclude(self, story, reason, note, valid):
        self.verify(story, self.day(4))
        case, key = story["case"], story["key"]
        with self.county.at(self.day(9), 14):
            user = self.who("records_admin", key)
            proof = self.file(user, "证明.pdf")
            case.with_user(user).action_exclude(
                self.county.code("not_dropout", reason).id,
                until=self.now + timedelta(days=valid - 250),
                note=note,
                evidence_ids=proof.ids,
            )

    # Reports

    def reports_before(self):
        reports = (
            self.env["edu.dropout.report"]
            .search([("term_id", "=", self.county.term_before.id)])
            .sorted(lambda report: report.school_id.kind != "teaching_point")
        )
        for number, report in enumerate(reports, start=1):
            key = self.key(report.school_id)
            day = self.day(12 if number < len(reports) else 18)  # one school was late
            with self.county.at(day, 9, number):
                self.sign(report, key)
                self.as_(report, "principal", key).action_submit()
                self.seal(report, key)
            with self.county.at(day + timedelta(days=2), 9, number):
                clerk = self.county.holder["township", self.index(report.school_id), None]
                report.with_user(clerk).action_receive()
                bureau = self.as_(report, "bureau", "county")
                bureau.action_receive()
                if number == 1:
                    bureau._edu_return("请在情况说明中写明转出学生的去向。")
                    self.as_(report, "dean", key).remark = "转出学生均已在外县学校就读，回执齐全。"
                    self.sign(report, key)
                    self.as_(report, "principal", key).action_submit()
                    report.with_user(clerk).action_receive()
                bureau.action_accept()
        self.consolidate()

    def consolidate(self):
        """The first township adds up what its schools handed in, and hands it in; so does the bureau,
        whose second signature is still to come."""
        term = {"term_id": self.county.term_before.id}
        Record = self.env["edu.report.consolidation"]
        clerk = self.county.holder["township", 0, None]
        with self.county.at(self.day(21), 10):
            record = (
                Record.with_user(clerk)
                .with_context(self.env.context)
                .create({**term, "township_id": self.county.townships[0].id})
            )
            record.action_consolidate()
            record.action_sign_filled()
        with self.county.at(self.day(22), 9):
            # the township has one clerk: the bureau reviews
            self.as_(record, "bureau", "county").action_sign_reviewed()
            record.action_submit()
            self.as_(record, "bureau", "county").action_receive()
        with self.county.at(self.day(23), 10):
            record = self.as_(Record, "bureau", "county").create(
                {**term, "county_id": self.county.townships[0].county_id.id}
            )
            record.action_consolidate()
            record.action_sign_filled()

    def sign(self, report, key):
        self.as_(report, "records_admin", key).action_refresh()
        self.as_(report, "records_admin", key).action_sign_checked()
        self.as_(report, "dean", key).action_sign_filled()
        self.as_(report, "principal", key).action_sign_reviewed()

    def seal(self, report, key):
        """Printed, sealed, entered in the register of seals."""
        version = self.as_(report.version_id, "records_admin", key)
        use = self.env["edu.seal.use"].browse(version.action_ask_seal()["res_id"])
        self.as_(use, "principal", key).action_approve()
        self.as_(use, "records_admin", key).action_seal()

    def index(self, school):
        return self.county.townships.index(school.area_id)

    # Work plans

    def plan(self, term, key, day, until):
        """The school fills its plan in and works it as far as ``until``, a state of it."""
        plan = self.env["edu.work.plan"].search(
            [("term_id", "=", term.id), ("school_id", "=", self.county.school[key].id)]
        )
        with self.county.at(day, 14):
            mine = self.as_(plan, "records_admin", key)
            mine.action_fill()
            for child in mine.child_ids:
                child.target_on = child.target_on or term.plan_deadline
                child.persuader_id = child.persuader_id or self.who("dean", key)
            for measure in mine.measure_ids:
                measure.deadline = measure.deadline or term.plan_deadline
                measure.responsible_id = measure.responsible_id or self.who("dean", key)
            if until == "draft":
                return plan
            mine.action_sign_filled()
            self.as_(plan, "principal", key).action_sign_reviewed()
            self.as_(plan, "principal", key).action_submit()
        if until == "approved":
            with self.county.at(day + timedelta(days=3), 9):
                self.as_(plan, "bureau", "county").action_approve()
        return plan

    def plans_before(self):
        """Plans of the term before: one was handed in late, one not at all; of the others some
        measures were done in time, one late, one was dropped, the rest is left for the next plan."""
        term = self.county.term_before
        for number, key in enumerate(("dhz", "cgz", "npz", "xl1", "dh1", "cg1")):
            day = self.day(55 if key == "npz" else 13, self.start)
            plan = self.plan(term, key, day, "approved")
            steps = (
                ("done", 2, "逐人核查完毕，台账已更新，学籍与到校人数一致。"),
                ("done", 4, "领导小组会议已召开，包保责任人逐名落实，责任书已签订。"),
                ("done", 75, "逐户家访，资助政策和法律责任已当面告知，家长签字留存。"),
                ("drop", 76, "由乡镇统一组织，并入乡镇工作安排。"),
            )
            for measure, (step, after, words) in zip(plan.work_ids, steps, strict=False):
                with self.county.at(day + timedelta(days=after), 16, number):
                    done = self.as_(measure, "principal", key)
                    if step == "drop":
                        done._edu_drop(words)
                    else:
                        done._edu_done(False, words, "大雪封路，家访顺延。")

    def plans_now(self):
        """Plans of the current term: one waits for the bureau, one for the school's signatures."""
        day = self.day(6, self.now)
        self.plan(self.county.term, "dhz", day, "submitted")
        self.plan(self.county.term, "xl1", day, "draft")

    def close_before(self):
        # what happened was played story by story: the snapshots are all taken at the term's end
        with self.county.at(self.county.term_before.end_date, 23, 30):
            self.env["edu.work.plan"]._cron_daily()
            # those who entered without a number have one by now, but for a few
            waiting = self.env["edu.student"].search([("registry_completion", "=", "to_apply")])
            waiting[4:].write({"registry_completion": "none", "registry_due": False})
        if hasattr(self.county.term_before, "action_close"):
            self.as_(self.county.term_before, "bureau", "county").action_close()

    # A week of the current term

    def current_term(self):
        county = self.county
        with county.at(self.now, 8):
            self.expect()
            self.as_(county.term, "bureau", "county").action_open()
        checks = self.env["edu.roster.check"].search([("term_id", "=", county.term.id)])
        out = self.env["edu.dropout.case"].search([("state", "=", "persuading")]).student_id
        missing = set(out)
        done = {"cg1", "xl1", "tj1", "ls1"}
        fresh = {
            "suspected": self.pick("cg1", 3, 1),
            "suspected_2": self.pick("xl1", 7, 1),
            "verifying": self.pick("cg1", 6, 2),
        }
        missing |= set(fresh.values())
        for number, sheet in enumerate(checks.sheet_ids.filtered("line_ids")):
            key = self.key(sheet.school_id)
            if key not in done and not (key == "cgz" and sheet.class_id.grade != 9):
                continue
            with county.at(self.day(2 + number % 4, self.now), 10, number % 60):
                self.mark(sheet, missing, self.now)
        for key in ("xl1", "tj1"):
            check = checks.filtered(lambda c, key=key: c.school_id == county.school[key])
            with county.at(self.day(6, self.now), 16):
                self.as_(check, "records_admin", key).action_close()
        self.verify_fresh(fresh["verifying"], "cg1")
        report = self.env["edu.dropout.report"].search(
            [("term_id", "=", county.term.id), ("school_id", "=", county.school["tj1"].id)]
        )
        if report:
            with county.at(self.day(6, self.now), 17):
                self.as_(
                    report, "dean", "tj1"
                ).remark = "毕业年级学籍正在转接，期初在籍数含上述学生。"
                self.sign(report, "tj1")
                self.as_(report, "principal", "tj1").action_submit()

        self.half_year("tj1", self.day(6, self.now))
        self.plans_now()
        self.status_changes(self.day(6, self.now), missing)
        self.bulletin(self.day(6, self.now))
        self.roll_calls()
        self.month(self.day(6, self.now))
        self.written_report(self.day(6, self.now))
        self.review(self.day(6, self.now))
        self.warnings("dhz", (8, 1))
        self.leading_groups(self.day(5, self.now))
        self.letters("dhz", self.day(5, self.now))
        self.route("dhz", self.day(7, self.now))
        HomeTeaching(self).run()

    # Half-year tables

    def half_year(self, key, day):
        """Everybody has the tables of the last fixed date to draw up; one school hands its in."""
        with self.county.at(day, 17, 30):
            Record = self.env["edu.report.consolidation"]
            Record._edu_prepare_half_year(self.env["edu.policy"]._edu_half_year())
            record = Record.search([("school_id", "=", self.county.school[key].id)], limit=1)
            if record.problems:
                return
            self.as_(record, "records_admin", key).action_consolidate()
            self.as_(record, "records_admin", key).action_sign_filled()
            self.as_(record, "principal", key).action_sign_reviewed()
            self.as_(record, "principal", key).action_submit()

    # The monthly rhythm

    def month(self, day):
        """The schools' monthly report is called for by itself; some have answered, one has to answer
        again."""
        with self.county.at(self.now, 9):
            self.env["edu.report.call"]._cron_rhythm()
        reports = self.env["edu.periodic.report"].search([])
        for number, key in enumerate(("xl1", "tj1", "cg1")):
            report = reports.filtered(
                lambda report, key=key: report.school_id == self.county.school[key]
            )
            with self.county.at(day, 14, number):
                filled = self.as_(report, "records_admin", key)
                for answer in filled.answer_ids:
                    if answer.answer_type == "yes_no":
                        answer.value_choice = "yes"
                    else:
                        answer.value_text = "逐户走访未到校学生，下月继续跟踪返校学生到课情况。"
                filled.remark = "劝返记录按月补齐，个别学生随父母在外，已约定视频劝返。"
                filled.action_sign_filled()
                self.as_(report, "principal", key).action_sign_reviewed()
                self.as_(report, "principal", key).action_submit()
            with self.county.at(day, 16, number):
                bureau = self.as_(report, "bureau", "county")
                if key == "xl1":
                    bureau.action_accept()
                elif key == "cg1":
                    bureau._edu_return("请写明两名疑似辍学学生的走访情况。")

    def written_report(self, day):
        """Persuasion of one child was in vain: its school reports in writing."""
        story = self.cases["advised"]
        case, key = story["case"], story["key"]
        if case.state != "persuading":
            return
        with self.county.at(day, 15):
            action = self.as_(case, "dean", key).action_report_in_writing()
            report = self.env["edu.child.report"].browse(action["res_id"])
            dean = self.as_(report, "dean", key)
            dean.findings = "班主任、村干部多次上门，监护人表示孩子已外出务工，拒绝送返。"
            dean.action_sign_filled()
            self.as_(report, "principal", key).action_sign_reviewed()
            self.as_(report, "principal", key).action_submit()

    def review(self, day):
        """The bureau draws eight children and has looked at three of them."""
        with self.county.at(day, 9, 30):
            review = self.as_(self.env["edu.sample.review"], "bureau", "county").create({"size": 8})
            review.action_draw()
        with self.county.at(day, 17, 30):
            for line in review.line_ids[:3]:
                line.write(
                    {
                        "result": "as_recorded",
                        "seen_on": day,
                        "seen_by": "教体局督导组",
                        "seen_where": "教室",
                    }
                )

    # Roll calls

    def roll_calls(self):
        """The last school days: every class is called in the morning, but for some that forgot; this
        morning most are still to be called. A school of boarders is called at night."""
        in_doubt = set(
            self.env["edu.dropout.case"]
            .search([("state", "in", ("suspected", "verifying"))])
            .student_id.ids
        )
        Policy = self.env["edu.policy"]
        days = [self.day(number, self.now) for number in range(2, 8)]
        days = [day for day in days if Policy._edu_is_workday(day)][-3:]
        for day in days:
            with self.county.at(day, 8, 5):
                for number, place in enumerate(self.county.classes):
                    forgot = number % 9 == day.day % 9
                    if not forgot and (day != self.county.today or number % 3 == 0):
                        self.call(place, day, in_doubt, ill=number % 7 == 0)
        if days:
            with self.county.at(days[0], 21, 40):
                self.call_boarders("dhz", days[0])

    def call(self, place, day, in_doubt, ill):
        key, grade, index = place
        klass = self.county.classes[place]
        Roll = self.as_(self.env["edu.roll.call"], "class_teacher", key, (grade, index))
        shown = Roll.action_sheet(klass.id, False, day, "day")["children"]
        here = [child for child in shown if child["status"] == "here"]
        absent = [child for child in here if child["id"] in in_doubt]
        others = [child for child in here if child["id"] not in in_doubt]
        if others and self.rng.random() < 0.3:
            absent.append(others.pop(self.rng.randrange(len(others))))
        changes = [
            {"student_id": child["id"], "was": "here", "status": "absent"} for child in absent
        ]
        if others and ill:
            leave = {"kind": "sick", "requested_by": "母亲", "reason": "感冒发热"}
            changes.append(
                {
                    "student_id": self.rng.choice(others)["id"],
                    "was": "here",
                    "status": "leave",
                    "leave": leave,
                }
            )
        Roll.action_call(klass.id, False, day, "day", changes)

    def call_boarders(self, key, day):
        """One boarder is missing, and turns up."""
        school = self.county.school[key]
        Roll = self.as_(self.env["edu.roll.call"], "dean", key)
        shown = Roll.action_sheet(False, school.id, day, "night")["children"]
        here = [child for child in shown if child["status"] == "here"]
        child = self.rng.choice(here)
        for was, status in (("here", "missing"), ("missing", "here")):
            change = {"student_id": child["id"], "was": was, "status": status}
            Roll.action_call(False, school.id, day, "night", [change])

    #: subject and the average of the class, last term and now
    MARKS = (("chinese", 82, 81), ("maths", 76, 74), ("english", 78, 77))

    def warnings(self, key, klass):
        """What a class teacher knows of the class: marks of two terms, a family that changed, ways to
        school. The night makes points of it, and something is done for one child."""
        county, today = self.county, self.day(6, self.now)
        children = self.env["edu.student"].search(
            [
                ("class_id", "=", county.classes[(key, *klass)].id),
                ("id", "not in", [case["student"].id for case in self.cases.values()]),
            ],
            order="id",
        )
        with county.at(today, 12):
            marks = self.as_(self.env["edu.mark"], "class_teacher", key, klass)
            marks.create(
                [
                    {
                        "student_id": child.id,
                        "term_id": term.id,
                        "subject_id": county.code("subject", subject).id,
                        "score": average
                        + (number * 7 + average) % 15
                        - 7
                        - (25 if number in (3, 11) and term == county.term else 0),
                    }
                    for number, child in enumerate(children)
                    for subject, before, now in self.MARKS
                    for term, average in ((county.term_before, before), (county.term, now))
                ]
            )
            changes = self.as_(self.env["edu.family.change"], "class_teacher", key, klass)
            for number, kind, days in ((3, "parted", 50), (17, "left_work", 20)):
                changes.create(
                    {
                        "student_id": children[number].id,
                        "kind_id": county.code("family_change", kind).id,
                        "date": today - timedelta(days=days),
                    }
                )
            for number in (5, 11, 20):
                child = self.as_(children[number], "records_admin", key)
                child.write({"boarding": False, "distance_km": 6.5 + number / 10})
            self.env["edu.warning"].sudo()._edu_compute(self.env["edu.school"].search([]))
            self.as_(self.env["edu.warning.note"], "class_teacher", key, klass).create(
                {
                    "student_id": children[3].id,
                    "note": "与母亲通电话，约周五家访；请心理老师先与孩子谈一次。",
                }
            )

    def status_changes(self, day, missing):
        """A suspension that the township approved, a transfer that waits for its receipt, and one
        that is only applied for."""
        county = self.county

        def change(kind, key, grade, hour, **values):
            child = self.pick(key, grade, 1)
            while child in missing:
                child = self.pick(key, grade, 1)
            missing.add(child)
            user = self.who("records_admin", key)
            with county.at(day, hour):
                made = self.as_(self.env["edu.status.change"], "records_admin", key).create(
                    {
                        "student_id": child.id,
                        "kind": kind,
                        "date_from": day,
                        "application_ids": [
                            Command.set(self.file(user, "监护人申请.pdf").ids),
                        ],
                        "proof_ids": [Command.set(self.file(user, "证明材料.pdf").ids)],
                        **values,
                    }
                )
                made.action_apply()
            return made

        end = county.term.end_date
        suspension = change("suspension", "tj1", 5, 9, reason="骨折手术后休养", valid_until=end)
        with county.at(day, 10):
            township = county.holder["township", self.index(suspension.school_id), None]
            suspension.with_user(township).with_context(self.env.context).action_approve()
        transfer = change("transfer_out", "xl1", 5, 11, other_school="白水县城关小学")
        with county.at(day, 12):
            self.as_(transfer, "principal", "xl1").action_approve()
        change("elsewhere", "cg1", 5, 14, other_school="白水县实验小学", valid_until=end)

    def bulletin(self, day):
        """The bureau makes the suspicions known; one school answers."""
        county = self.county
        with county.at(day, 18):
            bulletin = self.as_(self.env["edu.bulletin"], "bureau", "county").create(
                {"remark": "请各校校长、各乡镇分管领导逐户走访，三日内查明去向。"}
            )
            bulletin.action_issue()
        order = bulletin.sudo().order_ids.filtered(
            lambda order: order.school_id == county.school["cg1"]
        )
        if order:
            with county.at(day, 19):
                order = self.as_(order, "principal", "cg1")
                for line in order.line_ids:
                    line.answer = "班主任已联系家长，约定明天家访。"
                order.action_answer()

    # Leading groups, letters of responsibility, routes

    def leading_groups(self, day):
        """Two schools have founded their group and met; what one decided is late. The others have not."""
        county = self.county
        for number, key in enumerate(("dhz", "cg1")):
            school = county.school[key]
            principal = self.who("principal", key)
            with county.at(self.day(3, self.start), 10, number):
                self.as_(self.env["edu.leading.document"], "principal", key).create(
                    {
                        "school_id": school.id,
                        "name": f"{school.name}〔{self.start.year}〕3号 关于成立控辍保学工作领导小组的通知",
                        "date": self.day(2, self.start),
                        "file_ids": [Command.set(self.file(principal, "成立文件.pdf").ids)],
                    }
                )
            with county.at(day, 16, number):
                posts = school._edu_leading_posts()
                teachers = posts.filtered(lambda post: post.role == "class_teacher").user_id
                meeting = self.as_(self.env["edu.leading.meeting"], "dean", key).create(
                    {
                        "school_id": school.id,
                        "date": self.day(3, self.now),
                        "place": "学校会议室",
                        "name": "开学核查与劝返工作部署",
                        "chair_id": principal.id,
                        "attendee_ids": [Command.set((posts.user_id - teachers[-1:]).ids)],
                        "minutes": "学籍管理员通报开学到校情况和未到校学生名单。\n"
                        "会议要求：班主任逐户走访，当天反馈；困难家庭先落实资助，再谈返校。",
                        "decision_ids": [
                            Command.create(
                                {
                                    "name": "逐户走访未到校学生，当天反馈去向",
                                    "user_id": teachers[:1].id,
                                    "deadline": self.day(5 if number else 20, self.now),
                                }
                            ),
                            Command.create(
                                {
                                    "name": "核对寄宿生生活补助名单",
                                    "user_id": self.who("vice_principal", key).id,
                                    "deadline": self.day(15, self.now),
                                }
                            ),
                        ],
                    }
                )
                meeting.action_record()
                self.as_(meeting, "principal", key).action_close()

    def letters(self, key, day):
        """A school agrees with its class teachers: two have signed."""
        with self.county.at(day, 17):
            self.as_(self.env["edu.responsibility.prepare"], "principal", key).create(
                {"kind": "school_class", "school_year": self.county.term.school_year}
            ).action_prepare()
            letters = self.env["edu.responsibility.letter"].search([])
            for letter in letters.filtered("person_id")[:2]:
                letter.with_user(letter.person_id).action_sign_person()
            self.as_(letters.filtered("person_id")[:1], "principal", key).action_sign_issuer()

    def route(self, key, day):
        """Months without persuasion are counted; a dean plans whom to visit in a village."""
        school = self.county.school[key]
        with self.county.at(self.day(6, self.now), 8):
            self.env["edu.visit.gap"]._cron_fix()
            cases = self.env["edu.dropout.case"].search(
                [("school_id", "=", school.id), ("state", "=", "persuading")]
            )
            villages = cases.student_id.residence_area_id
            if villages:
                self.as_(self.env["edu.visit.plan"], "dean", key).create(
                    {
                        "date": day,
                        "area_id": villages[:1].id,
                        "school_id": school.id,
                        "user_names": "村支书",
                        "note": "八点在村委会集合",
                    }
                )

    def verify_fresh(self, student, key):
        case = self.env["edu.dropout.case"].search([("student_id", "=", student.id)])
        story = {"case": case, "key": key, "student": student}
        self.verify(story, self.day(6, self.now))
        self.visit(story, self.day(6, self.now), 0)

    def expect(self):
        """The children who must come: six-year-olds of the zone, last summer's grade 6."""
        Entrant = self.as_(self.env["edu.entrant"], "bureau", "county")
        for (key, grade), children in self.county.entrants.items():
            school = self.county.school[key].with_env(Entrant.env)
            source = "household" if grade == 1 else "graduates"
            entrants = Entrant._edu_expect(
                self.county.term, school, children.with_env(Entrant.env), grade, source
            )
            classes = [
                klass
                for (place, level, _index), klass in self.county.classes.items()
                if place == key and level == grade
            ]
            for number, klass in enumerate(classes):
                share = entrants[number :: len(classes)]
                share.sudo()._edu_assign(klass)
