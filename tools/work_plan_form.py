"""控辍保学工作方案 as a document: its sections, its wording, its pages.

Plain Python without the ORM. PDF and Word copy take both from here, so that they say the same. It is a
Chinese document by nature; its words are not translated. It holds no number of a person.

The content is what ``edu.work.plan`` signs: see ``_edu_signoff_content`` there.
"""

from .dropout_form import date_words, grade_words, image_url, term_words, text_lines
from .table_pages import BODY, BODY_LINE, WIDTH, Layout

TITLE = "控辍保学“应返尽返”工作方案"
GROUP = {
    "principal": "组长",
    "vice_principal": "副组长",
    "dean": "成员（教导主任）",
    "records_admin": "成员（学籍管理员）",
}
STANDINGS = {
    "returned": "已返校",
    "excluded": "核实不属于辍学",
    "undecided": "疑似辍学，核实中",
    "none": "劝返中",
    "advised": "已告知建议",
    "admission_notice": "已发《入学（复学）通知书》",
    "deadline_notice": "已发《限期复学通知书》",
    "justice": "已移送司法",
}
FINALS = {
    "done": "按期完成",
    "done_late": "逾期完成",
    "late": "逾期未完成",
    "open": "未到期，未完成",
    "dropped": "已终止",
}
SIGNERS = [("filled", "填写人"), ("reviewed", "审核人")]
NO_CHILDREN = "经核查，本校目前没有失学、辍学和疑似辍学学生，重点做好预防。"
NO_PREVENTION = "按县级统一要求做好预防。"

# Columns: (words, share of the width in thousandths)
MEASURES = [("序号", 70), ("措施", 470), ("责任人", 165), ("完成时限", 150), ("经费（元）", 145)]
PREVENTION = [
    ("序号", 70),
    ("辍学原因", 125),
    ("防控措施", 370),
    ("责任人", 140),
    ("完成时限", 150),
    ("经费（元）", 145),
]
CHILDREN = [
    ("序号", 65),
    ("姓名", 95),
    ("班级", 135),
    ("目前情况", 130),
    ("原因", 100),
    ("劝返责任人", 140),
    ("返校时限", 145),
    ("劝返办法", 190),
]
SNAPSHOT = [
    ("序号", 65),
    ("姓名", 110),
    ("班级", 140),
    ("劝返情况", 200),
    ("原因与经过", 485),
]
FINAL_MEASURES = [
    ("序号", 65),
    ("措施", 375),
    ("责任人", 120),
    ("落实情况", 130),
    ("结果或原因", 310),
]
FINAL_CHILDREN = [("序号", 70), ("姓名", 210), ("班级", 240), ("学期末情况", 480)]

# Pages of the PDF, in the points that the official layout is written in
PAGE = 860
LAYOUT = Layout(page=PAGE)
TITLE_HEIGHT = 90
HEADING = 46
FOOT = 320


def class_words(child):
    """三（1）班; without a class 三年级."""
    grade, number = grade_words(child.get("grade")), child.get("class_number")
    return f"{grade[:1]}（{number}）班" if grade and number else grade


def money(text):
    """1200.00 as 1200, nothing as a dash."""
    amount = float(text or 0)
    if not amount:
        return "—"
    return f"{amount:.0f}" if amount == int(amount) else f"{amount:.2f}"


def paragraphs(text):
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def people(*names):
    return "、".join(filter(None, names))


def measure_rows(content, kind):
    names, causes = content["people"], content["causes"]
    rows = []
    for measure in content["measures"]:
        if measure["kind"] != kind:
            continue
        words = measure["name"] + ("（上期未完成）" if measure["left_over"] else "")
        cells = [
            str(len(rows) + 1),
            words,
            people(names.get(str(measure["person"])), measure["with"]),
            measure["due"] or "",
            money(measure["budget"]),
        ]
        if kind == "prevention":
            cells.insert(1, causes.get(str(measure["cause"]), "各类原因"))
        rows.append(cells)
    return rows


def child_rows(content):
    names, causes = content["people"], content["causes"]
    return [
        [
            str(number),
            child["name"] or "",
            class_words(child),
            STANDINGS.get(child["standing"], ""),
            causes.get(str(child["cause"]), ""),
            people(names.get(str(child["person"])), child["with"]),
            child["due"] or "",
            child["how"] or "",
        ]
        for number, child in enumerate(content["children"], start=1)
    ]


def group_lines(content):
    lines = [
        f"{GROUP[role]}：{'、'.join(names) if names else '（空缺）'}"
        for role, names in content["group"]
    ]
    if content["class_teachers"]:
        lines.append(f"成员（班主任）：{content['class_teachers']}人")
    return lines


def section(heading, lines=(), columns=None, rows=(), empty=None):
    """One part of the document: paragraphs, then a table or the sentence that stands for an empty one."""
    return {
        "heading": heading,
        "paragraphs": [*lines, *([empty] if empty and not rows else [])],
        "columns": columns if rows else None,
        "rows": list(rows),
    }


def sections(content):
    """The parts of the plan, in order."""
    works, prevention = (measure_rows(content, kind) for kind in ("work", "prevention"))
    children = child_rows(content)
    budget = sum(float(measure["budget"]) for measure in content["measures"])
    cost = f"以上措施共需经费{money(budget)}元。" if budget else "以上措施不另列经费。"
    parts = [
        ("工作目标", {"lines": paragraphs(content["goals"])}),
        ("组织领导", {"lines": group_lines(content)}),
        ("劝返措施", {"columns": MEASURES, "rows": works, "empty": "（尚未填写）"}),
        (
            f"失学辍学和疑似辍学学生（共{len(children)}人）",
            {"columns": CHILDREN, "rows": children, "empty": NO_CHILDREN},
        ),
        ("防控措施", {"columns": PREVENTION, "rows": prevention, "empty": NO_PREVENTION}),
        ("经费", {"lines": [cost]}),
        ("工作要求", {"lines": paragraphs(content["guarantee"])}),
    ]
    kept = [(words, part) for words, part in parts if part.get("lines") or "columns" in part]
    return [
        section(f"{'一二三四五六七八九'[number]}、{words}", **part)
        for number, (words, part) in enumerate(kept)
    ]


def annexes(snapshot=None, final=None):
    """What became of the plan: not part of what was signed.

    :param snapshot: {on, children: [{name, grade, class_number, standing, why, planned}]}
    :param final: {on, measures: [{name, person, state, why}], children: [{name, …, standing}]}
    """
    parts = []
    if snapshot:
        rows = [
            [
                str(number),
                child["name"] + ("" if child["planned"] else "（方案外）"),
                class_words(child),
                STANDINGS.get(child["standing"], ""),
                child["why"] or "",
            ]
            for number, child in enumerate(snapshot["children"], start=1)
        ]
        back = sum(child["standing"] == "returned" for child in snapshot["children"])
        parts.append(
            section(
                f"附件1　方案期满劝返情况（{date_words(snapshot['on'])}）",
                [f"共{len(rows)}人，已返校{back}人。"] if rows else [],
                SNAPSHOT,
                rows,
                NO_CHILDREN,
            )
        )
    if final:
        rows = [
            [
                str(number),
                measure["name"],
                measure["person"] or "",
                FINALS.get(measure["state"], ""),
                measure["why"] or "",
            ]
            for number, measure in enumerate(final["measures"], start=1)
        ]
        parts.append(
            section(
                f"附件2　学期末措施落实情况（{date_words(final['on'])}）",
                [],
                FINAL_MEASURES,
                rows,
                "方案没有列出措施。",
            )
        )
        rows = [
            [str(number), child["name"], class_words(child), STANDINGS.get(child["standing"], "")]
            for number, child in enumerate(final["children"], start=1)
        ]
        if rows:
            parts.append(section("附件3　学期末学生情况", [], FINAL_CHILDREN, rows))
    return parts


def signers(signatures=()):
    """[{words, name, post, date, drawing}] of the two who sign.

    :param signatures: [(role, name, post or None, date as text, drawing or None)]; the last of a role
        counts; the drawing is bytes of a picture
    """
    given = {role: rest for role, *rest in signatures}
    result = []
    for role, words in SIGNERS:
        name, post, date, drawing = given.get(role, (None, None, None, None))
        result.append(
            {
                "words": words,
                "name": name,
                "post": post,
                "date": date_words(date),
                "drawing": image_url(drawing) if drawing else None,
            }
        )
    return result


def document(content, signatures=(), draft=False, head=None, number=None, approval=None, **parts):
    """What PDF and Word copy lay out.

    :param signatures: see :func:`signers`
    :param head: hash at the head of the chain of signatures
    :param number: number of the signing round
    :param approval: {on, by: name of the bureau} once it is approved
    :param parts: ``snapshot`` and ``final``, see :func:`annexes`
    """
    body, room = lay_out(sections(content), PAGE - TITLE_HEIGHT)
    last = body[-1]
    if room < FOOT and not last["columns"] and section_height(last) + FOOT <= PAGE:
        # signatures never stand alone on a page
        last["break"], room = True, PAGE - section_height(last)
    return {
        "title": TITLE,
        "school": content["school"]["name"],
        "township": content["school"]["township"],
        "term": term_words(content["term"]),
        "due": date_words(content["due"]),
        "draft": draft,
        "sections": body,
        "foot_break": room < FOOT,
        "signers": signers(signatures),
        "approval": approval and {**approval, "on": date_words(approval["on"])},
        "annexes": [lay_out([part], PAGE)[0][0] for part in annexes(**parts)],
        "head": head,
        "round": number,
    }


def section_height(part):
    """Height of a section without a table."""
    lines = [text_lines("　　" + text, WIDTH, BODY) * BODY_LINE for text in part["paragraphs"]]
    return HEADING + sum(lines)


def lay_out(parts, room):
    """Cut the sections of a document into pages.

    :param room: what is left of the first page
    :return: (the sections, each with "break": whether it begins a page, and "pieces": its table cut;
        room left on the last page)
    """
    laid = []
    for part in parts:
        columns, rows = part["columns"], part["rows"]
        lines = [text_lines("　　" + text, WIDTH, BODY) * BODY_LINE for text in part["paragraphs"]]
        first = (
            sum(
                LAYOUT.row_height(columns, cells)
                for cells in ([words for words, _ in columns], rows[0])
            )
            if columns
            else 0
        )
        needed = HEADING + (sum(lines) + first if columns else min(sum(lines), 2 * BODY_LINE))
        starts = needed > room and needed <= PAGE
        room = (PAGE if starts else room) - HEADING
        for height in lines:
            room -= height
            while room < 0:
                room += PAGE
        pieces = []
        if columns:
            pieces, room = LAYOUT.cut(columns, rows, room)
        laid.append({**part, "break": starts, "pieces": pieces})
    return laid, room
