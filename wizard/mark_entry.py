import re
import unicodedata
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.names import comparison_key

NAME_HEADERS = ("姓名", "学生姓名", "name")
#: {code of a subject: how worksheets write it}, beside the names of the code list
SUBJECTS = {
    "chinese": "语文 国语",
    "maths": "数学",
    "english": "英语 外语",
    "physics": "物理",
    "chemistry": "化学",
    "biology": "生物 生物学",
    "ethics": "道德与法治 道法 政治 思想品德 品德",
    "history": "历史",
    "geography": "地理",
    "science": "科学 综合科学",
}
#: what stands in a cell of a child who sat no examination
NOTHING = ("", "-", "—", "/", "缺考", "缺", "免", "免考", "缓考")


class EduMarkEntry(models.TransientModel):
    """Enter the marks of a class: a table is pasted from the teacher's worksheet. Lines that cannot be
    read stay in the box, with what is wrong; the others are entered at once. Class teacher for the
    own class, records administrator for the school.
    """

    _name = "edu.mark.entry"
    _description = "Enter marks of a class"

    class_id = fields.Many2one(
        "edu.class",
        "Class",
        required=True,
        ondelete="cascade",
        domain="[('id', 'in', allowed_class_ids)]",
        default=lambda self: self._edu_classes()[:1],
    )
    allowed_class_ids = fields.Many2many("edu.class", compute="_compute_allowed_class_ids")
    term_id = fields.Many2one(
        "edu.term",
        "Term",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env["edu.term"]._current(),
    )
    full_score = fields.Float("Out of", required=True, default=100, digits=(6, 1))
    text = fields.Text("Table")
    problems = fields.Text("What Is Wrong", readonly=True)
    done = fields.Char(readonly=True)

    @api.model
    def _edu_classes(self):
        user = self.env.user.sudo()
        own = user.edu_class_teacher_class_ids
        school = self.env["edu.class"].search(
            [("school_id", "in", user.edu_records_admin_school_ids.ids)]
        )
        return own.with_env(self.env) | school

    @api.depends("class_id")
    @api.depends_context("uid")
    def _compute_allowed_class_ids(self):
        self.allowed_class_ids = self._edu_classes()

    def action_enter(self):
        """See the class: who may enter, and for which classes."""
        self.ensure_one()
        if self.class_id not in self._edu_classes():
            raise UserError(self.env._("Marks are entered for a class of your own."))
        if self.full_score <= 0:
            raise UserError(self.env._("Say what the marks are out of."))
        subjects, lines = self._edu_table()
        marks, bad, problems = self._edu_read(subjects, lines)
        self._edu_keep(marks)
        if not problems:
            action = self.env["ir.actions.act_window"]._for_xml_id(
                "edu_dropout_control.edu_mark_action"
            )
            return {
                **action,
                "domain": [("class_id", "=", self.class_id.id), ("term_id", "=", self.term_id.id)],
                "target": "main",
            }
        header = self.text.strip("\n").split("\n")[0]
        self.write(
            {
                "text": "\n".join([header, *bad]),
                "problems": "\n".join(problems),
                "done": self.env._("%(count)s marks are entered.", count=len(marks)),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Enter Marks"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _edu_table(self):
        """([subject or None for a column to leave out], [(number, line as typed, cells)])

        :raise UserError: when the first line names no subject
        """
        rows = [
            (number, line, self._edu_cells(line))
            for number, line in enumerate((self.text or "").split("\n"), 1)
            if line.strip()
        ]
        if len(rows) < 2 or rows[0][2][0].lower() not in NAME_HEADERS:
            raise UserError(
                self.env._(
                    "Paste a table whose first line begins with 姓名 and goes on with the subjects,"
                    " then a line a child."
                )
            )
        known = {}
        for code in self.env["edu.code"].search([("kind", "=", "subject")]):
            for name in (code.name, *SUBJECTS.get(code.code, "").split()):
                known[comparison_key(name)] = code
        subjects = [known.get(comparison_key(cell)) for cell in rows[0][2][1:]]
        if not any(subjects):
            raise UserError(
                self.env._(
                    "No subject of the code list stands in the first line. The list: %(subjects)s",
                    subjects=self.env._(", ").join(dict.fromkeys(c.name for c in known.values())),
                )
            )
        named = [subject.id for subject in subjects if subject]
        if len(named) != len(set(named)):
            raise UserError(self.env._("A subject stands in the first line twice."))
        return subjects, rows[1:]

    @api.model
    def _edu_cells(self, line):
        line = unicodedata.normalize("NFKC", line)
        for separator in ("\t", ",", ";"):
            if separator in line:
                return [cell.strip() for cell in line.split(separator)]
        return re.split(r"\s+", line.strip())

    def _edu_read(self, subjects, lines):
        """({(child, subject): score}, lines with something wrong, what is wrong with each)"""
        children = defaultdict(list)
        for child in self.env["edu.student"].search([("class_id", "=", self.class_id.id)]):
            children[comparison_key(child.name)].append(child)
        marks, bad, problems = {}, [], []

        def tell(number, text):
            problems.append(self.env._("Line %(number)s: %(text)s", number=number, text=text))

        for number, line, cells in lines:
            found = children.get(comparison_key(cells[0]), [])
            if len(found) != 1:
                bad.append(line)
                if found:
                    tell(
                        number,
                        self.env._("two children have this name: enter them in the list of marks"),
                    )
                else:
                    tell(number, self.env._("no child of the class has this name"))
                continue
            wrong = False
            for subject, cell in zip(subjects, cells[1:], strict=False):
                if not subject or cell in NOTHING:
                    continue
                score = self._edu_score(cell)
                if score is None:
                    wrong = True
                    tell(
                        number,
                        self.env._(
                            "%(subject)s is no mark between 0 and %(full)s",
                            subject=subject.name,
                            full=f"{self.full_score:g}",
                        ),
                    )
                elif (found[0], subject) in marks:
                    wrong = True
                    tell(number, self.env._("the child stands in the table twice"))
                    break
                else:
                    marks[found[0], subject] = score
            if wrong:
                bad.append(line)
        return marks, bad, problems

    def _edu_score(self, cell):
        try:
            score = float(cell)
        except ValueError:
            return None
        return score if 0 <= score <= self.full_score else None

    def _edu_keep(self, marks):
        """Create or correct the marks, as the caller."""
        Mark = self.env["edu.mark"]
        known = {
            (mark.student_id, mark.subject_id): mark
            for mark in Mark.search(
                [
                    ("term_id", "=", self.term_id.id),
                    ("student_id", "in", [child.id for child, _subject in marks]),
                ]
            )
        }
        new = []
        for (child, subject), score in marks.items():
            values = {"score": score, "full_score": self.full_score}
            mark = known.get((child, subject))
            if not mark:
                new.append(
                    {
                        "student_id": child.id,
                        "subject_id": subject.id,
                        "term_id": self.term_id.id,
                        **values,
                    }
                )
            elif (mark.score, mark.full_score) != (score, self.full_score):
                mark.write(values)
        Mark.create(new)
