"""Consolidated reports and half-year tables on paper: wording, columns, pages.

Plain Python without the ORM. PDF and workbook take both from here, so that they say the same. The
forms are Chinese documents by nature; their words are not translated. The content is what
``edu.report.consolidation`` freezes; its figures are as in ``tools.figures``.
"""

from dataclasses import dataclass, field

from . import figures as sums
from .dropout_form import FIGURES, date_words, grade_words, image_url, term_words

# How a column is split: one number; all, boys, girls; all and girls among them; boys and girls
ONE, ALL, GIRLS, PAIR = "one", "all", "girls", "pair"
SPLITS = {ONE: [""], ALL: ["男", "女", "计"], GIRLS: ["计", "女"], PAIR: ["男", "女"]}
STATES = {
    "missing": "未报送",
    "returned": "已退回、未重报",
    "unsigned": "签字不全",
}
SIGNERS = [("filled", "填表人"), ("reviewed", "审核人")]
TITLES = {
    "dropout_report": "学生失学辍学信息报告汇总表",
    "half_year": "义务教育阶段学生变动、辍学和去向情况统计表",
}


@dataclass
class Table:
    """One table of a form.

    ``columns``: [(key, words, split)]; ``rows``: "grade" (by number), "label" (named in the content),
    or None (one row without a name); ``total``: words of the row of totals; ``all_column``: words of a
    column that adds up the others
    """

    key: str
    words: str
    head: str
    columns: list
    rows: str | None = "label"
    total: str | None = "合计"
    all_column: str | None = None
    head_width: int = 150
    groups: list = field(default_factory=list)
    note: str | None = None
    # levels whose form has the table; None: all
    levels: tuple | None = None

    def all_columns(self):
        """Columns with the one that adds up."""
        if self.all_column:
            return [*self.columns, (None, self.all_column, ALL)]
        return self.columns


CHILDREN = [("suspected", "疑似", ALL), ("dropout", "辍学", ALL), ("never_enrolled", "失学", ALL)]

FORMS = {
    "dropout_report": [
        Table(
            "figures",
            "学生变动与失学辍学情况",
            "",
            [(key, words, ONE) for _group, items in FIGURES for key, words in items],
            rows=None,
            total=None,
            groups=[(group, len(items)) for group, items in FIGURES],
        ),
        Table(
            "grades",
            "分年级、分性别统计",
            "年级",
            [("registry", "在籍", ALL), ("arrived", "实际到校", ALL), *CHILDREN],
            rows="grade",
        ),
        Table("cause", "失学、辍学和疑似辍学原因", "原因", CHILDREN, all_column="合计"),
        Table("whereabouts", "失学、辍学和疑似辍学学生去向", "去向", CHILDREN, all_column="合计"),
        Table(
            "measure",
            "已采取的措施",
            "措施",
            [*CHILDREN, ("times", "次数", ONE)],
            total=None,
            note="一名学生采取过几种措施的，每种各计一人。",
        ),
        Table(
            "schools",
            "分学校统计",
            "学校",
            [
                ("registry", "在籍", ONE),
                ("expected", "应入学新生", ONE),
                ("arrived", "实际到校", ONE),
                ("suspected", "疑似", ONE),
                ("dropout", "辍学", ONE),
                ("never_enrolled", "失学", ONE),
                ("returned", "已劝返", ONE),
            ],
            head_width=420,
        ),
    ],
    "half_year": [
        Table(
            "increase",
            "学生变动情况（一）：期初与增加",
            "年级",
            [
                ("start", "期初在校", GIRLS),
                ("new_entry", "新入学", GIRLS),
                ("transfer_in", "转入", GIRLS),
                ("resumed", "复学", GIRLS),
                ("returned", "劝返复学", GIRLS),
                ("other_in", "其他增加", GIRLS),
                ("moved_up_in", "升入本年级", GIRLS),
            ],
            rows="grade",
        ),
        Table(
            "decrease",
            "学生变动情况（二）：减少与期末",
            "年级",
            [
                ("graduated", "毕业、升学", GIRLS),
                ("transfer_out", "转出", GIRLS),
                ("suspended", "休学、缓学", GIRLS),
                ("dropout", "辍学", GIRLS),
                ("missing", "疑似未核实", GIRLS),
                ("elsewhere", "在外就读", GIRLS),
                ("deceased", "死亡", GIRLS),
                ("abroad", "出国（境）", GIRLS),
                ("other_out", "其他减少", GIRLS),
                ("moved_up_out", "升出本年级", GIRLS),
                ("end", "期末在校", GIRLS),
            ],
            rows="grade",
            note="期初在校＋各项增加－各项减少＝期末在校，分年级和合计均如此。",
        ),
        Table(
            "dropouts",
            "辍学情况",
            "年级",
            [
                ("start", "期初辍学", ALL),
                ("new", "本期新增", ALL),
                ("returned", "本期劝返", ALL),
                ("other_off", "其他核减", ALL),
                ("end", "期末辍学", ALL),
                ("suspected", "期末疑似", ALL),
            ],
            rows="grade",
            note="期初辍学＋本期新增－本期劝返－其他核减＝期末辍学。",
        ),
        Table(
            "whereabouts",
            "期末辍学学生去向",
            "去向",
            [(str(grade), grade_words(grade)[:1], PAIR) for grade in range(1, 10)]
            + [("0", "未定", PAIR)],
            all_column="合计",
        ),
        Table(
            "schools",
            "分学校统计",
            "学校",
            [
                ("start", "期初在校", ONE),
                ("in", "增加", ONE),
                ("out", "减少", ONE),
                ("end", "期末在校", ONE),
                ("new", "新增辍学", ONE),
                ("returned", "劝返", ONE),
                ("dropout", "期末辍学", ONE),
            ],
            head_width=420,
            levels=("township", "county"),
        ),
    ],
}

# The PDF, in px of the page that wkhtmltopdf lays out (see ``dropout_form``)
WIDTH = 1356
PAGE = 905
FIRST = 120
CAPTION = 39
ROW = 25
NOTE = 26
FOOT = 170


def tables_of(content):
    """Tables of the form that ``content`` fills."""
    return [
        table
        for table in FORMS[content["kind"]]
        if table.levels is None or content["level"] in table.levels
    ]


def split_numbers(numbers, split):
    """Numbers of a cell as the form shows them."""
    total = sum(numbers)
    boys, girls = (numbers[at] if at < len(numbers) else 0 for at in (sums.BOYS, sums.GIRLS))
    return {
        ONE: [total],
        ALL: [boys, girls, total],
        GIRLS: [total, girls],
        PAIR: [boys, girls],
    }[split]


def row_keys(table, content):
    """[(key, words)] of the rows of ``table``: grades in their order, others as the content names
    them, "not known" last."""
    rows = content["tables"].get(table.key, {})
    if table.rows is None:
        return [("all", "")]
    if table.rows == "grade":
        keys = sorted(rows, key=lambda key: (key == "0", int(key)))
        return [(key, grade_words(int(key)) or "未定年级") for key in keys]
    labels = content["labels"].get(table.key, {})
    order = list(content["order"].get(table.key, labels))
    keys = sorted(
        rows, key=lambda key: (key == "0", order.index(key) if key in order else len(order))
    )
    return [(key, labels.get(key) or "未填写") for key in keys]


def cells_of(table, content, key):
    """Numbers of one row, column by column, [[…], …]; ``key`` None: of all rows."""
    tables = content["tables"]
    result, everything = [], {}
    for column, _words, split in table.columns:
        numbers = sums.numbers_of(tables, table.key, key, column)
        result.append(split_numbers(numbers, split))
        if split != ONE:
            sums.add(everything, "", "", "", numbers)
    if table.all_column:
        result.append(split_numbers(everything.get("", {}).get("", {}).get("", []), ALL))
    return result


def grid(table, content):
    """What a table prints: {key, words, head, columns, groups, note, rows: [(words, numbers)]}."""
    rows = [(words, cells_of(table, content, key)) for key, words in row_keys(table, content)]
    if table.total and table.rows:
        rows.append((table.total, cells_of(table, content, None)))
    columns = [
        {"words": words, "splits": SPLITS[split]} for _key, words, split in table.all_columns()
    ]
    # not all of a form's columns are known: "last term" of schools that reported for the first time
    if table.rows is None:
        known = content["tables"].get(table.key, {}).get("all", {})
        rows = [
            (
                words,
                [
                    cells if key in known else ["—"]
                    for (key, _words, _split), cells in zip(table.columns, numbers, strict=True)
                ],
            )
            for words, numbers in rows
        ]
    return {
        "key": table.key,
        "words": table.words,
        "head": table.head,
        "head_width": table.head_width,
        "columns": columns,
        "groups": table.groups,
        "split": any(column["splits"] != [""] for column in columns),
        "note": table.note,
        "rows": rows,
    }


def place_words(content):
    return content["place"]["name"]


def period_words(content):
    """The term, or the half year, that is told of."""
    if content.get("term"):
        return term_words(content["term"])
    period = content["period"]
    return f"{date_words(period['from'])}至{date_words(period['to'])}"


def schools_missing(content):
    """[(words of the state, [names])] of schools that were not counted."""
    result = []
    for state, words in STATES.items():
        names = [school["name"] for school in content["schools"] if school["state"] == state]
        if names:
            result.append((words, names))
    return result


def counted_words(content):
    schools = content["schools"]
    if not schools:
        return ""
    counted = sum(school["state"] == "counted" for school in schools)
    return f"应报学校{len(schools)}所，已报并汇总{counted}所"


def foot_words(content):
    """When the tables are due, and for whom the bureau filled them in."""
    words = []
    due = content.get("due") or {}
    if due:
        words.append(
            f"报送期限：学校{date_words(due['school'])}前，县{date_words(due['county'])}前，"
            f"市{date_words(due['city'])}前。"
        )
    if content.get("on_behalf"):
        words.append("本表由县教育局代乡镇填报。")
    return "".join(words)


NUMERALS = "一二三四五六七八九十"


def pages(grids, first, page=PAGE, row=ROW):
    """Cut tables into pages, since not every wkhtmltopdf keeps a row whole or repeats a head.

    :return: ([[(grid, rows)]], room left on the last page)
    """
    result = [[]]
    room = first
    for each in grids:
        fixed = fixed_height(each, row)
        rows = list(each["rows"])
        begun = False
        while rows or not begun:
            most = int((room - fixed) // row)
            if most < min(len(rows), 3) or most < 1:
                result.append([])
                room = page - 24
                most = int((room - fixed) // row)
            part, rows = rows[:most], rows[most:]
            result[-1].append({"grid": each, "rows": part, "continued": begun, "last": not rows})
            room -= fixed + row * max(len(part), 1)
            begun = True
    return result, room


def fixed_height(each, row=ROW):
    """Height of a table without its rows."""
    height = CAPTION + row * (1 + bool(each["groups"]) + each["split"])
    return height + (NOTE if each["note"] else 0)


def take_along(cut, page=PAGE):
    """Give the end of the last table a page of its own, which the signatures go with: they never stand
    alone. Changes ``cut``, which ``pages`` made.

    :return: room left on the new page
    """
    part = cut[-1].pop()
    rows = part["rows"]
    moved = rows if len(rows) < 6 else rows[-3:]
    kept = rows[: len(rows) - len(moved)]
    if kept:
        cut[-1].append({**part, "rows": kept, "last": False})
    elif not cut[-1]:
        cut.pop()
    cut.append([{**part, "rows": moved, "continued": part["continued"] or bool(kept)}])
    return page - 24 - fixed_height(part["grid"]) - ROW * max(len(moved), 1)


def text_rows(text, width=WIDTH, size=16):
    """How many lines a text takes over the whole width; rather one too many."""
    per_line = width // size
    return sum(max(1, -(-len(part) // per_line)) for part in text.split("\n"))


def document(content, signatures=(), head=None, number=None, draft=False):
    """What the QWeb template lays out of a content.

    :param signatures: [(role, name, post or None, date as text, drawing or None)]; the last of a role
        counts; the drawing is bytes of a picture
    :param head: hash at the head of the chain of signatures
    :param number: number of the version
    """
    grids = [grid(table, content) for table in tables_of(content)]
    for at, each in enumerate(grids):
        each["numeral"] = NUMERALS[at]
        each["leaf_width"] = (WIDTH - each["head_width"] * bool(each["head"])) / sum(
            len(column["splits"]) for column in each["columns"]
        )
    missing = schools_missing(content)
    missing_text = [f"{words}：{'、'.join(names)}" for words, names in missing]
    first = PAGE - FIRST - sum(22 * text_rows(text) for text in missing_text)
    cut, room = pages(grids, first)
    remark = content.get("remark") or ""
    tail = FOOT + (CAPTION + 24 * text_rows(remark) if remark else 0)
    if room < tail:
        room = take_along(cut)
    given = {role: signed for role, *signed in signatures}
    signers = []
    for role, words in SIGNERS:
        name, post, date, drawing = given.get(role, (None, None, None, None))
        signers.append(
            {
                "words": words,
                "name": f"{name}（{post}）" if name and post else name,
                "date": date_words(date),
                "drawing": image_url(drawing) if drawing else None,
            }
        )
    return {
        "title": TITLES[content["kind"]],
        "draft": draft,
        "place": place_words(content),
        "period": period_words(content),
        "as_of": date_words(content["as_of"]),
        "counted": counted_words(content),
        "missing": missing_text,
        "pages": cut,
        "remark": remark,
        "remark_numeral": NUMERALS[len(grids)],
        "foot": foot_words(content),
        "foot_page": len(cut) + 1 if room < tail else None,
        "signers": signers,
        "head": head,
        "round": number,
    }
