from odoo import api, models

from ..models.casework.notice_document import chinese_date

METHODS = {
    "home": "上门家访",
    "phone": "电话",
    "video": "视频",
    "workplace": "务工地点",
    "school": "学校",
    "other": "其他",
}
ATTITUDES = {"willing": "愿意返校", "hesitant": "犹豫", "refusing": "拒绝", "absent": "未见到"}
RESULTS = {
    "promised": "答应返校",
    "considering": "家庭考虑中",
    "refused": "拒绝",
    "not_reached": "未联系上",
    "moved": "已外迁",
    "help_needed": "须先帮扶",
    "back": "已返校",
}
GENDERS = {"male": "男", "female": "女"}
PHOTOS = 4


class VisitSheet(models.AbstractModel):
    """What the sheet 劝返（家访）记录 says of a case and a visit. The sheet is Chinese whatever the user
    speaks; numbers of people stand on it masked, to be completed by hand."""

    _name = "edu.visit.sheet"
    _description = "Sheet of a Persuasion Record"

    @api.model
    def _edu_case(self, case):
        case = case.sudo().with_context(lang="zh_CN")
        guardian = case.student_id.guardian_ids[:1]
        return {
            "number": case.name,
            "school": case.school_id.name,
            "child": case.student_id.name,
            "gender": GENDERS.get(case.gender, ""),
            "birthdate": chinese_date(case.birthdate) if case.birthdate else "",
            "class": case.class_id.display_name or "",
            "guardian": guardian.name or "",
            "relation": guardian.relation_id.name or "",
            "phone": guardian.phone or "",
            "place": " ".join(
                dict.fromkeys(
                    filter(None, (case.residence_township_id.name, case.lives_in_id.name))
                )
            ),
            "missing_since": chinese_date(case.missing_since) if case.missing_since else "",
        }

    @api.model
    def _edu_boxes(self, labels, chosen=None):
        return "　".join(f"{'☑' if key == chosen else '□'}{label}" for key, label in labels.items())

    @api.model
    def _edu_visit(self, visit=None):
        """The middle of the sheet: of ``visit``, or blank."""
        boxes = self._edu_boxes
        if not visit:
            return {
                "blank": True,
                "when": "　　　　年　　月　　日　　时　　分",
                "method": boxes(METHODS),
                "attitude": boxes(ATTITUDES),
                "child_attitude": boxes(ATTITUDES),
                "result": boxes(RESULTS),
                "next_on": "　　月　　日",
            }
        visit = visit.with_context(lang="zh_CN")
        local = self.env["edu.policy"]._edu_now(visit.visited_at)
        return {
            "when": f"{chinese_date(local.date())}{local.hour}时{local.minute:02d}分",
            "place": visit.place,
            "method": boxes(METHODS, visit.method),
            "visitors": visit.visitors,
            "met": visit.met,
            "situation": visit.situation,
            "cause": visit.cause_found_id.name,
            "whereabouts": visit.whereabouts_found_id.name,
            "said": visit.said,
            "attitude": boxes(ATTITUDES, visit.attitude),
            "child_attitude": boxes(ATTITUDES, visit.child_attitude),
            "result": boxes(RESULTS, visit.result),
            "next": visit.next_step,
            "next_on": chinese_date(visit.next_visit_on) if visit.next_visit_on else "",
            "entered": (
                f"录入：{visit.create_uid.sudo().name}，"
                f"{self.env['edu.policy']._edu_now(visit.entered_at):%Y-%m-%d %H:%M}"
                + ("（据纸质原件补录）" if visit.from_paper else "")
                + ("（迟录）" if visit.late_entry else "")
            ),
            "photos": [
                f"data:{photo.mimetype};base64,{photo.datas.decode()}"
                for photo in visit.photo_ids
                if (photo.mimetype or "").startswith("image/")
            ][:PHOTOS],
        }


class VisitBlankReport(models.AbstractModel):
    """The blank sheet of a case, to be filled in where there is no signal. Whoever reads the case."""

    _name = "report.edu_dropout_control.document_visit_blank"
    _description = "Blank Persuasion Record on Paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        Sheet = self.env["edu.visit.sheet"]
        cases = self.env["edu.dropout.case"].browse(docids)
        cases.check_access("read")
        return {
            "sheets": [
                {"record": case, "c": Sheet._edu_case(case), "v": Sheet._edu_visit()}
                for case in cases
            ]
        }


class VisitReport(models.AbstractModel):
    """A persuasion record on paper, with its photographs. Whoever reads the visit."""

    _name = "report.edu_dropout_control.document_visit"
    _description = "Persuasion Record on Paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        Sheet = self.env["edu.visit.sheet"]
        visits = self.env["edu.visit"].browse(docids)
        visits.check_access("read")
        return {
            "sheets": [
                {
                    "record": visit,
                    "c": Sheet._edu_case(visit.sudo().case_id),
                    "v": Sheet._edu_visit(visit),
                }
                for visit in visits
            ]
        }
