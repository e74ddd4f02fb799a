from odoo import api, models

from ..models.casework.notice_document import chinese_date
from ..tools.table_pages import OFFICIAL, text_height
from .hand import drawing_url

DECISIONS = [("序号", 80), ("事项", 500), ("责任人", 170), ("完成时限", 250)]
KINDS = {"meeting": "会议纪要", "dispatch": "工作调度记录"}
SIGNED_AS = {"filled": "记录人", "reviewed": "审签人"}


def _names(people):
    return "、".join(people.mapped("name"))


class LeadingMeetingReport(models.AbstractModel):
    """The minutes of a leading group on paper; a draft says so and leaves room for two signatures.
    Whoever reads the minutes."""

    _name = "report.edu_dropout_control.document_leading_meeting"
    _description = "Minutes of a Leading Group on Paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        meetings = self.env["edu.leading.meeting"].browse(docids)
        meetings.check_access("read")
        return {
            "docs": [self._edu_doc(meeting) for meeting in meetings.sudo()],
            "zh": chinese_date,
        }

    def _edu_doc(self, meeting):
        local = self.env["edu.policy"]._edu_now
        decisions = [
            [str(number), line.name, line.user_id.name or "", chinese_date(line.deadline) or ""]
            for number, line in enumerate(meeting.decision_ids, start=1)
        ]
        people = [
            f"出席人员：{_names(meeting.attendee_ids)}",
            f"缺席人员：{_names(meeting.absent_ids)}",
        ]
        # title, six lines of the head, minutes, heading of the decisions
        above = 100 + 6 * 36 + text_height(people, indent="")
        above += text_height((meeting.minutes or "").splitlines()) + 60
        starts, room = OFFICIAL.begin(above)
        return {
            "meeting": meeting,
            "columns": DECISIONS,
            "starts": starts,
            "decisions": OFFICIAL.cut(DECISIONS, decisions, room)[0] if decisions else None,
            "mark": "草　稿" if meeting.state == "draft" else None,
            "school": meeting.school_id.name,
            "kind": KINDS[meeting.kind],
            "chair": meeting.chair_id.name or "",
            "recorder": meeting.recorder_id.name or "",
            "present": _names(meeting.attendee_ids),
            "absent": _names(meeting.absent_ids)
            if meeting.state == "draft"
            else meeting.absent_names,
            "guests": "、".join(
                filter(None, map(str.strip, (meeting.guest_names or "").splitlines()))
            ),
            "signatures": [
                {
                    "as": SIGNED_AS[signoff.role],
                    "name": signoff.person_name,
                    "post": signoff.post_label or "",
                    "on": local(signoff.signed_at).date(),
                    "mark": signoff.short_hash,
                    "drawing": drawing_url(signoff),
                }
                for signoff in meeting._edu_signed()
            ],
        }


class ResponsibilityLetterReport(models.AbstractModel):
    """A letter of responsibility on paper, with its two signatures or room for them. Whoever reads the
    letter."""

    _name = "report.edu_dropout_control.document_responsibility_letter"
    _description = "Letter of Responsibility on Paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        letters = self.env["edu.responsibility.letter"].browse(docids)
        letters.check_access("read")
        return {
            "docs": [self._edu_doc(letter) for letter in letters.sudo().with_context(lang="zh_CN")],
            "zh": chinese_date,
        }

    def _edu_doc(self, letter):
        signed = {signoff.role: signoff for signoff in letter._edu_signed()}

        def side(role, name=""):
            signoff = signed.get(role)
            if not signoff:
                return {"name": name, "on": None, "drawing": None}
            on = signoff.paper_date or self.env["edu.policy"]._edu_now(signoff.signed_at).date()
            return {"name": signoff.person_name, "on": on, "drawing": drawing_url(signoff)}

        return {
            "letter": letter,
            "place": letter._edu_place(),
            "issuer": side("reviewed"),
            "person": side("filled", "" if letter.on_paper else letter.person_name),
            "marks": "　".join(signoff.short_hash for signoff in signed.values()),
        }
