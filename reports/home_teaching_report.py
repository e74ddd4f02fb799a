from datetime import timedelta

from odoo import api, models

from ..models.casework.notice_document import chinese_date
from ..tools.table_pages import Layout

GENDERS = {"male": "男", "female": "女"}
GRADES = {"1": "一级", "2": "二级", "3": "三级", "4": "四级"}
BASES = {
    "certificate": "残疾人证",
    "committee": "残疾人教育专家委员会评估",
    "hospital": "医院证明",
}
PLACES = {
    "home": "学生家中",
    "village": "村内教学点",
    "school": "学校资源教室",
    "institution": "福利或康复机构",
}
RESPONSES = {
    "eager": "积极参与",
    "helped": "在帮助下参与",
    "tired": "疲倦或身体不适",
    "refused": "不参与",
}
REVIEWS = {"reached": "达到目标", "partly": "部分达到", "not_reached": "未达到"}
ANSWERS = {
    "held": "已送教",
    "paper": "已送教（据纸质原件补录）",
    "late": "迟录",
    "partly": "次数不足",
    "reason": "未开展",
    "none": "无记录",
    "ended": "方案已结束",
}
PHOTOS = 4
# Of the working sheet, with the head of the book above the weeks
PAGE, HEAD = 960, 190
WEEK_COLUMNS = [
    ("序号", 90),
    ("周（周一至周日）", 320),
    ("应送", 110),
    ("已送", 110),
    ("情况", 370),
]


class HomeTeachingPaper(models.AbstractModel):
    """What the papers of home teaching say: the plan 送教上户方案, and the record book 送教上户记录册 with
    a sheet a lesson. They are Chinese whatever the user speaks; numbers of people stand on them masked, to
    be completed by hand."""

    _name = "edu.home.teaching.paper"
    _description = "Papers of Home Teaching"

    @api.model
    def _edu_boxes(self, labels, chosen=None):
        return "　".join(f"{'☑' if key == chosen else '□'}{label}" for key, label in labels.items())

    @api.model
    def _edu_mask(self, mask):
        """A mask without its length, to be completed by hand."""
        return f"****{mask[-2:].strip('*')}" if mask else ""

    @api.model
    def _edu_plan(self, plan):
        plan = plan.sudo().with_context(lang="zh_CN")
        student = plan.student_id
        guardian = student.guardian_ids[:1]
        days = "至".join(chinese_date(day) for day in (plan.date_from, plan.date_to))
        return {
            "school": plan.school_id.name,
            "school_year": plan.school_year,
            "child": student.name,
            "gender": GENDERS.get(student.gender, ""),
            "birthdate": chinese_date(student.birthdate),
            "class": plan.class_id.display_name or "",
            "national_no": self._edu_mask(student.national_no),
            "disability": student.disability_type_id.name or "",
            "degree": GRADES.get(student.disability_grade, ""),
            "certificate": self._edu_mask(student.disability_no),
            "guardian": guardian.name or "",
            "relation": guardian.relation_id.name or "",
            "phone": self._edu_mask(guardian.phone),
            "lives_in": " ".join(
                filter(None, (student.residence_township_id.name, student.residence_area_id.name))
            ),
            "basis": self._edu_boxes(BASES, plan.basis),
            "assessment": plan.assessment,
            "team": "、".join(plan._edu_team()),
            "responsible": plan.responsible_id.name or "",
            "period": days,
            "times": plan.times or "",
            "per_week": plan.per_week,
            "minutes": plan.minutes,
            "place": self._edu_boxes(PLACES, plan.place),
            "place_note": plan.place_note or "",
            "subjects": "、".join(plan.subject_ids.mapped("name")),
            "goals_long": plan.goals_long,
            "goals": plan.goals,
            "content": plan.content,
            "method": plan.method,
            "consent": f"{plan.consent_by}，{chinese_date(plan.consent_on)}（同意书附后）"
            if plan.consent_by and plan.consent_on
            else "",
            "approved": (
                f"{plan.approved_by_id.name}（{plan.approved_as or ''}），"
                f"{chinese_date(plan.approved_on)}"
            )
            if plan.approved_on
            else "",
            "review": plan.review,
            "review_result": self._edu_boxes(REVIEWS, plan.review_result),
            "reviewed_on": chinese_date(plan.reviewed_on) if plan.reviewed_on else "",
        }

    @api.model
    def _edu_session(self, session=None):
        """One lesson of the book, or blank."""
        if not session:
            return {
                "blank": True,
                "when": "　　　年　　月　　日　　时　　分至　　时　　分",
                "response": self._edu_boxes(RESPONSES),
            }
        session = session.with_context(lang="zh_CN")
        Policy = self.env["edu.policy"]
        first = Policy._edu_now(session.started_at)
        last = first + timedelta(minutes=session.minutes)
        when = f"{chinese_date(first.date())}{first.hour}时{first.minute:02d}分"
        held = session.outcome == "held"
        files = session.photo_ids | session.signature_ids
        return {
            "when": f"{when}至{last.hour}时{last.minute:02d}分（{session.minutes}分钟）"
            if held
            else when,
            "held": held,
            "reason": session.reason_id.name,
            "place": session.place,
            "teachers": session.teachers,
            "subjects": "、".join(session.subject_ids.mapped("name")),
            "content": session.content,
            "response": self._edu_boxes(RESPONSES, session.response),
            "progress": session.progress,
            "homework": session.homework,
            "guardian": session.guardian,
            "next_on": chinese_date(session.next_on) if session.next_on else "",
            "entered": (
                f"录入：{session.create_uid.sudo().name}，"
                f"{Policy._edu_now(session.entered_at):%Y-%m-%d %H:%M}"
                + ("（据纸质原件补录）" if session.from_paper else "")
                + ("（迟录）" if session.late_entry else "")
            ),
            "photos": [
                f"data:{file.mimetype};base64,{file.datas.decode()}"
                for file in files
                if (file.mimetype or "").startswith("image/")
            ][:PHOTOS],
        }

    @api.model
    def _edu_weeks(self, plan):
        """The weeks that are over, one a line, cut into pages."""
        weeks = plan.with_context(lang="zh_CN").week_ids.sorted("date_from")
        rows = [
            [
                str(number),
                f"{week.date_from:%Y-%m-%d} 至 {week.date_to:%m-%d}",
                str(week.needed),
                str(week.held),
                "：".join(filter(None, (ANSWERS[week.answer], week.reason_id.name))),
            ]
            for number, week in enumerate(weeks, 1)
        ]
        rows = rows or [["", "还没有结束的周", "", "", ""]]
        return Layout(page=PAGE).cut(WEEK_COLUMNS, rows, PAGE - HEAD)[0]


class HomePlanReport(models.AbstractModel):
    """The plan on paper. Whoever reads it."""

    _name = "report.edu_dropout_control.document_home_plan"
    _description = "Home-Teaching Plan on Paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        plans = self.env["edu.home.teaching"].browse(docids)
        plans.check_access("read")
        Paper = self.env["edu.home.teaching.paper"]
        return {"sheets": [{"record": plan, "c": Paper._edu_plan(plan)} for plan in plans]}


class HomeBlankReport(models.AbstractModel):
    """The blank record of a lesson, to be signed where there is no signal. Whoever reads the plan."""

    _name = "report.edu_dropout_control.document_home_blank"
    _description = "Blank Home Lesson on Paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        plans = self.env["edu.home.teaching"].browse(docids)
        plans.check_access("read")
        Paper = self.env["edu.home.teaching.paper"]
        return {
            "sheets": [
                {"record": plan, "c": Paper._edu_plan(plan), "v": Paper._edu_session()}
                for plan in plans
            ]
        }


class HomeSessionReport(models.AbstractModel):
    """A lesson on paper. Whoever reads it."""

    _name = "report.edu_dropout_control.document_home_session"
    _description = "Home Lesson on Paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        sessions = self.env["edu.home.teaching.session"].browse(docids)
        sessions.check_access("read")
        Paper = self.env["edu.home.teaching.paper"]
        return {
            "sheets": [
                {
                    "record": session,
                    "c": Paper._edu_plan(session.teaching_id),
                    "v": Paper._edu_session(session),
                }
                for session in sessions
            ]
        }


class HomeBookReport(models.AbstractModel):
    """The record book of a plan: its weeks, then a sheet a lesson. Whoever reads the plan."""

    _name = "report.edu_dropout_control.document_home_book"
    _description = "Record Book of Home Teaching on Paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        plans = self.env["edu.home.teaching"].browse(docids)
        plans.check_access("read")
        Paper = self.env["edu.home.teaching.paper"]
        books = []
        for plan in plans:
            content = Paper._edu_plan(plan)
            sessions = plan.session_ids.filtered(lambda session: not session.withdrawn_on)
            books.append(
                {
                    "record": plan,
                    "c": content,
                    "columns": WEEK_COLUMNS,
                    "weeks": Paper._edu_weeks(plan),
                    "count": len(plan.week_ids),
                    "owed": sum(plan.week_ids.mapped("needed")),
                    "held": len(sessions.filtered(lambda session: session.outcome == "held")),
                    "withdrawn": len(plan.session_ids) - len(sessions),
                    "sheets": [
                        {"record": session, "c": content, "v": Paper._edu_session(session)}
                        for session in sessions.sorted("started_at")
                    ],
                }
            )
        return {"books": books}
