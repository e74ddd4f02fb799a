"""Code lists of registry exports: what a cell says → the value that the add-on keeps.

Called by ``rows.py`` (reading) and ``tools/sample.py`` (writing). Each list gives for a value its
spellings, the first of which is the one that is written. Values are the keys of the student's
selections and of the county's code lists, or, where the add-on keeps text, the registry's own word.
"""

import re
from functools import lru_cache

from ..text import clean

GENDER = {
    "male": "男 1 男性 m male 男孩 男生 1男 01",
    "female": "女 2 女性 f female 女孩 女生 2女 02",
}
ID_TYPE = {  # the registry's own codes
    "1": "居民身份证 1 身份证 二代身份证 第二代身份证 公民身份证 公民身份号码 户口簿 户口本 "
    "中华人民共和国居民身份证",
    "6": "香港特区护照/身份证明 6 香港居民身份证 香港身份证 香港特区护照",
    "7": "澳门特区护照/身份证明 7 澳门居民身份证 澳门身份证 澳门特区护照",
    "8": "台湾居民来往大陆通行证 8 台胞证",
    "9": "境外永久居住证 9 外国人永久居留证 外国人永久居留身份证 境外永久居留证",
    "A": "护照 a",
    "Z": "其他 z 其他证件 出生医学证明 出生证明 港澳居民来往内地通行证 回乡证 港澳台居民居住证 "
    "港澳居民居住证 台湾居民居住证 无 无证件 没有 无身份证",
}
STATE = {
    "enrolled": "在读 01 1 在籍 在校 在籍在校 正常 复学 05 5 在籍在读 在学 就读",
    "suspended": "休学 02 2 停学 04 4",
    "dropped_out": "流失 06 6 辍学 退学 03 3 开除 14 下落不明 15 失踪 疑似辍学 失学",
    "transferred_out": "转出 10 转学 转学离校 调出 已转出",
    "graduated": "毕业 07 7",
    "completed": "结业 08 8 肄业 09 9",
    "deceased": "死亡 11",
    "expected": "保留入学资格 12 待入学 应入学",
    "abroad": "出国 13 公派出国 出国(境) 出境",
    "other": "其他 99 其他离校 其它",
}
#: states that compulsory education does not know: a school may neither expel nor let go
STATE_NOT_ALLOWED = frozenset(("退学", "03", "3", "开除", "14"))
HOUSEHOLD = {
    "农业户口": "农业户口 1 农业 农村 农业家庭户口 农村户口 01",
    "非农业户口": "非农业户口 2 非农业 城镇 城市 非农业家庭户口 非农户口 城镇户口 02 非农",
    "居民户口": "居民户口 居民家庭户口 居民 家庭户 统一居民户口",
}
ENTRY_MODE = {
    "就近入学": "就近入学 01 1 划片入学",
    "统一招生考试/普通入学": "统一招生考试/普通入学 02 统一招生考试 普通入学 统招",
    "体育/艺术特招": "体育/艺术特招 体育特招 艺术特招 特招 特长生",
    "外校转入": "外校转入 转入 转学",
    "恢复入学资格": "恢复入学资格 复学",
    "其他": "其他 义务教育阶段其他 99 9 其它",
}
STUDY_MODE = {
    "走读": "走读 1 01 走读生 日间走读 非寄宿",
    "住校": "住校 2 02 寄宿 住宿 住校生 寄宿生",
    "借宿": "借宿 3 03",
    "送教上门": "送教上门 送教上户 送教",
    "其他": "其他 9 99 其它",
}
DISABILITY = {  # GB/T 26341
    "none": "无残疾 0 00 无 否 非残疾 不是 没有 健全",
    "1": "视力残疾 1 01 视力 盲 低视力",
    "2": "听力残疾 2 02 听力 聋",
    "3": "言语残疾 3 03 言语 语言残疾",
    "4": "肢体残疾 4 04 肢体",
    "5": "智力残疾 5 05 智力 智障",
    "6": "精神残疾 6 06 精神 孤独症 自闭症",
    "7": "多重残疾 7 07 多重 综合残疾",
    "other": "其他残疾 9 99 其他 是 有 其它 残疾 1是",
}
PLACEMENT = {
    "regular": "随班就读 普校随班就读 普通学校随班就读 普通学校 普校 是",
    "special_school": "特殊教育学校 特教学校 特校 特殊学校",
    "special_class": "普校特教班 特教班 普通学校特教班 特殊教育班 附设特教班",
    "home": "送教上门 送教上户 送教",
    "remote": "远程教育 线上教育",
}
#: placements that say that there is none to tell
NO_PLACEMENT = frozenset(("非随班就读", "否", "无", "0", "正常", "不是"))
RELATION = {
    "father": "父亲 51 父 爸爸 父子 父女 继父 养父 养父或继父 53",
    "mother": "母亲 52 母 妈妈 母子 母女 继母 养母 养母或继母 54",
    "grandfather": "祖父 61 爷爷 爷孙",
    "grandmother": "祖母 62 奶奶",
    "grandfather_m": "外祖父 63 外公 姥爷",
    "grandmother_m": "外祖母 64 外婆 姥姥",
    "sibling": "兄弟姐妹 70 哥哥 71 兄 弟弟 73 兄弟 哥 弟 姐姐 72 姐 妹妹 74 姐妹 妹 兄妹 姐弟",
    "uncle": "叔伯姑舅姨 80 叔叔 伯父 舅舅 姑父 姨父 伯伯 叔 伯 舅 81 姑姑 姨妈 婶婶 伯母 舅妈 阿姨 姑 姨 82",
    "other": "其他 97 99 其他亲属 亲属 其它 监护人 非亲属 祖父母 外祖父母 祖父母或外祖父母 60 隔代监护 "
    "福利机构 福利院 社会福利机构 民政部门 村委会 居委会",
}
_YES = (
    "是 1 01 1是 y yes t true v √ ✓ ✔ 有 对 享受 已享受 寄宿 住校 住宿 留守 单亲留守 双亲留守 留守儿童 孤儿 "
    "随迁 随迁子女"
)
_NO = (
    "否 0 00 0否 2 02 n no f false x × ✗ 无 不是 非 不 没有 非留守 非留守儿童 走读 非寄宿 未享受 "
    "不享受 非孤儿 非随迁 - /"
)
YES = frozenset(_YES.split())
NO = frozenset(_NO.split())

_ETHNICITIES = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 "
    "纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 "
    "鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
)
ETHNICITIES = _ETHNICITIES.split()  # in the order of GB/T 3304
_ETHNICITY = {name: name + "族" for name in ETHNICITIES}
_ETHNICITY.update({name + "族": name + "族" for name in ETHNICITIES})
_ETHNICITY.update({f"{n:02d}": name + "族" for n, name in enumerate(ETHNICITIES, 1)})
_ETHNICITY.update({str(n): name + "族" for n, name in enumerate(ETHNICITIES, 1)})
_ETHNICITY.update(
    {"其他": "其他", "97": "其他", "其它": "其他", "外国血统": "外国血统", "98": "外国血统",
     "外国血统中国籍人士": "外国血统", "穿青人": "穿青人", "革家人": "革家人"}
)  # fmt: skip


def _index(spellings):
    return {word: key for key, words in spellings.items() for word in words.split()}


_LISTS = {
    "gender": _index(GENDER),
    "id_type": _index(ID_TYPE),
    "registry_state": _index(STATE),
    "household_kind": _index(HOUSEHOLD),
    "entry_mode": _index(ENTRY_MODE),
    "study_mode": _index(STUDY_MODE),
    "disability_type": _index(DISABILITY),
    "placement": _index(PLACEMENT),
    "relation": _index(RELATION),
    "ethnicity": _ETHNICITY,
}
_CODED = re.compile(r"([0-9a-z]{1,3})[\s\-_.:、|(]*([^0-9a-z\s\-_.:、|(].*?)\)?")
_CODED_LAST = re.compile(r"(.*?[^0-9a-z\s\-_.:、|(])[\s\-_.:、|(]+([0-9a-z]{1,3})\)?")


@lru_cache(maxsize=8192)
def read_code(name, text):
    """The value of ``text`` in the list ``name``, or None.

    Reads the words, the code, and both together ("01-在读", "在读(01)"); where word and code disagree
    the word counts.
    """
    words = _LISTS[name]
    text = clean(text).lower()
    if text in words:
        return words[text]
    for pattern, word_at in ((_CODED, 2), (_CODED_LAST, 1)):
        match = pattern.fullmatch(text)
        if match and match.group(word_at).strip() in words:
            return words[match.group(word_at).strip()]
    compact = text.replace(" ", "")
    return words.get(compact)


@lru_cache(maxsize=4096)
def read_bool(text):
    """True, False, or None where the text is neither."""
    text = clean(text).lower().replace(" ", "")
    if text in YES:
        return True
    if text in NO:
        return False
    match = _CODED.fullmatch(text)
    return read_bool(match.group(2)) if match and match.group(2) != text else None


def write_code(name, value):
    """The usual spelling of a value of a list; the value itself if the list lacks it."""
    if name == "ethnicity":
        return value
    lists = {
        "gender": GENDER, "id_type": ID_TYPE, "registry_state": STATE, "household_kind": HOUSEHOLD,
        "entry_mode": ENTRY_MODE, "study_mode": STUDY_MODE, "disability_type": DISABILITY,
        "placement": PLACEMENT, "relation": RELATION,
    }  # fmt: skip
    words = lists[name].get(value)
    return words.split()[0] if words else value
