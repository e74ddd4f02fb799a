"""附件1 《学生失学辍学信息报告》 as a form: its columns, its wording, its pages.

Plain Python without the ORM. PDF and workbook take both from here, so that they say the same. The
form is a Chinese document by nature; its words are not translated.

The content is what ``edu.dropout.report`` composes and freezes: see ``_edu_compose`` there.
"""

import base64
import re
import unicodedata

from .crypto import mask

TITLE = "学生失学辍学信息报告"
COPIES = "本表一式三份：学校、乡镇人民政府（街道办事处）、县教育局各存一份。"
ZERO = "经核查，本学期无失学、辍学和疑似辍学学生，特此报告（零报告）。"
UNCHECKED = "学生核查尚未结束，名单待核查后填写。"
KINDS = {
    "dropout": "辍学",
    "never_enrolled": "失学",
    "suspected": "疑似辍学",
    "suspected_never": "疑似失学",
}
SIGNERS = [("checked", "核查人"), ("filled", "填表人"), ("reviewed", "审核人")]
METHODS = {
    "home": "家访",
    "phone": "电话劝返",
    "video": "视频劝返",
    "workplace": "到务工地劝返",
    "school": "到校面谈",
    "other": "劝返",
    "admission": "发《入学（复学）通知书》",
    "deadline": "发《限期复学通知书》",
}
RESULTS = {
    "promised": "答应返校",
    "considering": "尚在考虑",
    "refused": "拒绝返校",
    "not_reached": "未能联系上",
    "moved": "已搬离",
    "help_needed": "需先行帮扶",
    "back": "同意返校",
}
GENDERS = {"male": "男", "female": "女"}
GRADES = "一二三四五六七八九"

# The head: (group, [(key of content["figures"], words)])
FIGURES = [
    (
        "在籍与到校",
        [
            ("previous", "上学期在籍"),
            ("registry", "本学期在籍"),
            ("expected", "应入学新生"),
            ("arrived", "实际到校"),
        ],
    ),
    ("增加", [("new_entry", "新入学"), ("transfer_in", "转入"), ("resumed", "复学")]),
    (
        "减少",
        [
            ("transfer_out", "转出"),
            ("suspended", "休学"),
            ("postponed", "延缓入学"),
            ("deceased", "死亡"),
            ("abroad", "出国（境）"),
        ],
    ),
    ("其他未到校", [("on_leave", "请假"), ("elsewhere", "在外就读")]),
    (
        "失学辍学",
        [
            ("suspected", "疑似"),
            ("dropout", "辍学"),
            ("never_enrolled", "失学"),
            ("returned", "已劝返"),
        ],
    ),
]

# Columns of the list: (words, width in px of the PDF, keys of a row's cells). A column of two keys
# is one cell of two lines on paper and two columns in the workbook.
COLUMNS = [
    ("序号", 34, ["no"]),
    ("姓名", 62, ["name"]),
    ("性别", 30, ["gender"]),
    ("民族", 46, ["ethnicity"]),
    ("出生日期", 82, ["birthdate"]),
    ("身份证件号\n全国学籍号", 158, ["id_number", "national_no"]),
    ("年级\n班级", 58, ["class"]),
    ("家庭住址", 114, ["address"]),
    ("监护人（关系）\n联系电话", 105, ["guardian", "phone"]),
    ("特殊群体", 70, ["special_groups"]),
    ("类别", 44, ["kind"]),
    ("离校时间", 82, ["left_on"]),
    ("原因", 78, ["cause"]),
    ("去向", 80, ["whereabouts"]),
    ("已采取措施及时间", 157, ["measures"]),
    ("责任人", 74, ["responsible"]),
    ("预计返校", 82, ["return_by"]),
]
SHEET_WORDS = {
    "id_number": "身份证件号",
    "national_no": "全国学籍号",
    "guardian": "监护人（关系）",
    "phone": "联系电话",
}
TOTALS = [
    ("registry", "在籍"),
    ("arrived", "实际到校"),
    ("suspected", "疑似"),
    ("dropout", "辍学"),
    ("never_enrolled", "失学"),
]

# What a central school's report says of each of its teaching points
POINTS = [
    ("registry", "在籍"),
    ("arrived", "实际到校"),
    ("suspected", "疑似"),
    ("dropout", "辍学"),
    ("never_enrolled", "失学"),
    ("returned", "已劝返"),
]

# The PDF's list, in px of the page that wkhtmltopdf lays out
FONT = 14
LINE = 18
PADDING = 7
PAGE = 905
FIRST_PAGE = PAGE - 300
FOOT = 170
HEAD_ROW = 2 * LINE + PADDING
CONTINUED = 24
MEASURES_SHOWN = 4


def date_words(text):
    """2026-09-11 as 2026年9月11日; empty stays empty."""
    if not text:
        return ""
    year, month, day = text[:10].split("-")
    return f"{year}年{int(month)}月{int(day)}日"


def grade_words(grade):
    return f"{GRADES[grade - 1]}年级" if 1 <= (grade or 0) <= 9 else ""


def class_words(row):
    number = row.get("class_number")
    return grade_words(row.get("grade")) + (f"\n（{number}）班" if number else "")


def term_words(term):
    season = {"autumn": "秋季学期", "spring": "春季学期"}.get(term["season"], "")
    return f"{term['school_year'].replace('-', '—')}学年{season}"


def measure_words(measure):
    """One thing done for the child: day, what, with what result."""
    words = f"{measure['on']} {METHODS.get(measure['method'], '')}{measure.get('number') or ''}"
    result = RESULTS.get(measure.get("result"))
    return f"{words}：{result}" if result else words


def row_cells(row):
    """Return the printed text of each cell of one child's row."""
    guardian = row.get("guardian") or {}
    measures = row.get("measures") or []
    shown = [measure_words(item) for item in measures[-MEASURES_SHOWN:]]
    if len(measures) > MEASURES_SHOWN:
        shown.insert(0, f"共{len(measures)}次，最近{MEASURES_SHOWN}次：")
    relation = guardian.get("relation")
    return {
        "no": str(row["no"]),
        "name": row["name"],
        "gender": GENDERS.get(row.get("gender"), ""),
        "ethnicity": row.get("ethnicity") or "",
        "birthdate": row.get("birthdate") or "",
        "id_number": row.get("id_number") or "",
        "national_no": row.get("national_no") or "",
        "class": class_words(row),
        "address": row.get("address") or "",
        "guardian": (guardian.get("name") or "") + (f"（{relation}）" if relation else ""),
        "phone": guardian.get("phone") or "",
        "special_groups": "、".join(row.get("special_groups") or []),
        "kind": KINDS[row["kind"]],
        "left_on": row.get("left_on") or "",
        "cause": "：".join(filter(None, [row.get("cause"), row.get("cause_note")])),
        "whereabouts": "：".join(
            filter(None, [row.get("whereabouts"), row.get("whereabouts_place")])
        ),
        "measures": "\n".join(shown),
        "responsible": "\n".join(row.get("responsible") or []),
        "return_by": row.get("return_by") or "",
    }


def empty_words(content):
    """What stands in place of an empty list: a zero report takes a check that was closed."""
    return ZERO if content["checked_on"] else UNCHECKED


def total_rows(totals):
    """Return (words, {key: (boys, girls, all)}) for each grade and for the whole school."""
    rows = []
    everybody = {key: [0, 0, 0] for key, _words in TOTALS}
    for entry in totals:
        counts = {}
        for key, _words in TOTALS:
            boys, girls, other = (
                entry[key].get(gender, 0) for gender in ("male", "female", "unknown")
            )
            counts[key] = (boys, girls, boys + girls + other)
            for position, count in enumerate(counts[key]):
                everybody[key][position] += count
        rows.append((grade_words(entry["grade"]) or "未定年级", counts))
    rows.append(("合计", {key: tuple(counts) for key, counts in everybody.items()}))
    return rows


def point_rows(content):
    """(words, numbers of POINTS) of the school's own part, of each teaching point, and in all; none for
    a school without teaching points."""
    points = content.get("points") or []
    if not points:
        return []
    parts = [("本部", content["figures"])] + [(point["name"], point["figures"]) for point in points]
    rows = [(words, [figures[key] for key, _words in POINTS]) for words, figures in parts]
    return [*rows, ("合计", [sum(column) for column in zip(*(r[1] for r in rows), strict=True)])]


# What stays together on a line: no line begins with a closing mark, none ends with an opening one, and
# numbers and dates are not cut
_UNBROKEN = re.compile(
    r"[（《〈「『【〔“]*(?:[!-~]+|.)[，。、；：？！）》〉」』】〕”…·]*", re.DOTALL
)


def text_width(text, font=FONT):
    return sum(font if unicodedata.east_asian_width(char) in "WFA" else font * 0.6 for char in text)


def text_lines(text, width, font=FONT):
    """How many lines ``text`` takes in a cell ``width`` px wide; rather one too many."""
    room = width - 5
    lines = 0
    for part in str(text).split("\n"):
        used = 0
        lines += 1
        for word in _UNBROKEN.findall(part):
            size = text_width(word, font)
            for piece in word if size > room else (word,):
                size = text_width(piece, font)
                if used + size > room + 0.01:
                    lines += 1
                    used = 0
                used += size
    return lines


def row_height(cells):
    """Height in px of a row of the PDF's list."""
    lines = max(
        sum(text_lines(cells[key], width) for key in keys) for _words, width, keys in COLUMNS
    )
    return lines * LINE + PADDING


def pages(rows, first=FIRST_PAGE, other=PAGE):
    """Cut ``rows`` (printed cells) into pages, since not every wkhtmltopdf keeps a row whole or
    repeats a table's head.

    :return: (pages, room left on the last one); only the first page may have no rows
    """
    result = [[]]
    room = first - HEAD_ROW
    for cells in rows:
        height = row_height(cells)
        if height > room and (result[-1] or len(result) == 1):
            result.append([])
            room = other - CONTINUED - HEAD_ROW
        result[-1].append(cells)
        room -= height
    return result, room


def totals_height(totals):
    """Height in px of the table of totals with its caption."""
    return (len(totals) + 4) * (LINE + PADDING)


def masked(content):
    """``content`` with the numbers and addresses that a draft does not show."""
    rows = []
    for row in content["rows"]:
        guardian = row["guardian"] and {
            **row["guardian"],
            "phone": mask("phone", row["guardian"]["phone"]),
        }
        rows.append(
            {
                **row,
                "id_number": mask("identity", row["id_number"]),
                "national_no": mask("student_no", row["national_no"]),
                "address": mask("address", row["address"]),
                "guardian": guardian,
            }
        )
    return {**content, "rows": rows}


def document(content, signers, head=None, number=None, draft=False):
    """What the QWeb template lays out of a content.

    :param signers: [(words, name and post, date, drawing)], each None without, see ``signers``
    :param head: hash at the head of the chain of signatures
    :param number: number of the version
    """
    rows = [row_cells(row) for row in content["rows"]]
    totals = total_rows(content["totals"])
    points = point_rows(content)
    first = FIRST_PAGE - ((points and (len(points) + 2) * (LINE + PADDING) + 12) or 0)
    cut, room = pages(rows, first) if rows else ([[]], first - 50)
    # what ends the report goes together: signatures never stand alone on a page
    height = totals_height(totals)
    remark = content["remark"] or ""
    tail = FOOT + (40 + 24 * text_lines(remark, 1356, 16) if remark else 0)
    totals_break = height + tail > room
    room = (PAGE - CONTINUED if totals_break else room) - height
    return {
        "title": TITLE,
        "draft": draft,
        "school": content["school"],
        "term": term_words(content["term"]),
        "checked_on": date_words(content["checked_on"]),
        "as_of": date_words(content["as_of"]),
        "figures": [
            (group, [(words, figure_text(content["figures"][key])) for key, words in figures])
            for group, figures in FIGURES
        ],
        "points": points,
        "point_columns": [words for _key, words in POINTS],
        "count": len(rows),
        "zero": None if rows else empty_words(content),
        "columns": COLUMNS,
        "pages": cut,
        "total_columns": [words for _key, words in TOTALS],
        "totals": [(words, [counts[key] for key, _words in TOTALS]) for words, counts in totals],
        "totals_page": len(cut) + 1 if totals_break else None,
        "remark": remark,
        "foot_page": len(cut) + totals_break + 1 if room < tail else None,
        "signers": [
            {
                "words": words,
                "name": name,
                "date": date_words(date),
                "drawing": image_url(drawing) if drawing else None,
            }
            for words, name, date, drawing in signers
        ],
        "copies": COPIES,
        "head": head,
        "round": number,
    }


def figure_text(number):
    return "—" if number is None else str(number)


def signers(signatures=()):
    """The foot's three people, in order.

    :param signatures: [(role, name, post or None, date as text, drawing or None)]; the last of a
        role counts; the drawing is bytes of a picture
    """
    given = {role: rest for role, *rest in signatures}
    result = []
    for role, words in SIGNERS:
        name, post, date, drawing = given.get(role, (None, None, None, None))
        result.append((words, f"{name}（{post}）" if name and post else name, date, drawing))
    return result


def image_url(image):
    """A picture (bytes) as a page holds it in itself."""
    kind = "png" if image.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(image).decode()}"
