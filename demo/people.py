"""The county itself: areas, schools, classes, staff, children. Plain tables that ``county.py`` reads."""

TOWNSHIPS = (
    # code, name, villages
    ("990001101", "城关镇", ("东街社区", "西街社区", "北门村")),
    ("990001102", "东河镇", ("柳树村", "河湾村", "石桥村")),
    ("990001103", "西岭乡", ("西岭村", "茶山村", "云头村")),
    ("990001104", "南坪镇", ("南坪村", "竹林村", "高坡村")),
)

SCHOOLS = (
    # key, name, kind, setting, township, central school, junior school, (grade, classes, children)
    ("cg1", "青禾县城关第一小学", "primary", "urban", 0, None, "cgz", [(g, 2, 40) for g in range(1, 7)]),
    ("cgz", "青禾县城关中学", "junior", "urban", 0, None, None, [(7, 3, 45), (8, 3, 44), (9, 3, 43)]),
    ("dh1", "东河镇中心小学", "primary", "town", 1, None, "dhz", [(g, 1, 41) for g in range(1, 7)]),
    ("ls1", "柳树村教学点", "teaching_point", "rural", 1, "dh1", "dhz", [(1, 1, 9), (2, 1, 8), (3, 1, 7)]),
    ("dhz", "东河中学", "junior", "town", 1, None, None, [(7, 2, 15), (8, 2, 45), (9, 2, 42)]),
    ("xl1", "西岭学校", "nine_year", "rural", 2, None, None, [(g, 1, 30) for g in range(1, 10)]),
    ("np1", "南坪镇中心小学", "primary", "rural", 3, None, "npz", [(g, 1, 34) for g in range(1, 7)]),
    ("gp1", "高坡村教学点", "teaching_point", "rural", 3, "np1", "npz", [(1, 1, 6), (2, 1, 5)]),
    ("npz", "南坪学校", "nine_year", "rural", 3, None, None, [(g, 1, 26) for g in range(1, 10)]),
    ("tj1", "青禾县特殊教育学校", "special", "urban", 0, None, None, [(2, 1, 8), (5, 1, 7), (8, 1, 9)]),
)  # fmt: skip

# log-in, name, role, place (school key, township number or "county"), class (grade, number)
LOGINS = (
    ("banzhuren", "周晓梅", "class_teacher", "dhz", (8, 1)),
    ("banzhuren7", "林志远", "class_teacher", "dhz", (7, 1)),
    ("xueji", "何文斌", "records_admin", "dhz", None),
    ("jiaodao", "罗建国", "dean", "dhz", None),
    ("fuxiaozhang", "谢玉兰", "vice_principal", "dhz", None),
    ("xiaozhang", "唐振华", "principal", "dhz", None),
    ("xiaozhang2", "郑海波", "principal", "dh1", None),
    ("xiangzhen", "马小军", "township", 1, None),
    ("jiaotiju", "沈国栋", "bureau", "county", None),
    ("zizhu", "彭秀英", "student_aid", "county", None),
    ("dudao", "秦明", "inspector", "county", None),
    ("xianguanliyuan", "顾天宇", "county_admin", "county", None),
)
PASSWORD = "demo"
