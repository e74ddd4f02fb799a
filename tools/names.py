"""Names of people: one form for comparison, pinyin for search, a mask for anything public.

Called by the student and guardian models (stored search field), by the matching of imports and by
public documents. Every function takes any text and gives text; none raises.
"""

import re
from functools import lru_cache
from itertools import islice, product

from .text import clean, settled

#: dots between the parts of a name: all become "·"
_DOTS = re.compile(
    r"[\u00b7\u2022\u2027\u2219\u22c5\u30fb\uff65\u0387\u16eb\u2024.\uff0e\u25cf\u25e6]+"
)
_PLAIN = re.compile("[\u4e00-\u9fff]+")  # as nearly all names are: nothing to even out
_DROP = re.compile(r"[\s\u00b7]+")
#: surnames that are read otherwise than the character by itself; the surname's reading comes first
_SURNAMES = {
    "单": "shan dan", "單": "shan dan", "曾": "zeng ceng", "查": "zha cha", "仇": "qiu chou",
    "翟": "zhai di", "解": "xie jie", "任": "ren", "朴": "piao pu", "区": "ou qu",
    "盖": "ge gai", "繁": "po fan", "缪": "miao mou", "乐": "yue le", "樂": "yue le",
    "尹": "yin", "洗": "xian xi", "冼": "xian", "覃": "qin tan", "秘": "bi mi", "种": "chong zhong",
    "召": "shao zhao", "折": "she zhe", "黑": "he hei", "万": "wan mo", "訾": "zi", "晁": "chao",
    "逄": "pang", "宓": "mi fu", "員": "yun yuan", "员": "yun yuan", "过": "guo", "华": "hua",
    "纪": "ji", "那": "na", "宁": "ning", "牟": "mu mou", "能": "nai neng", "谌": "chen shen",
    "乜": "nie mie", "贾": "jia gu", "车": "che ju", "石": "shi", "盛": "sheng cheng", "柏": "bai bo",
    "莘": "shen xin", "臧": "zang", "藏": "zang cang", "麻": "ma", "哈": "ha", "撒": "sa", "妥": "tuo",
    "长孙": "zhangsun", "尉迟": "yuchi weichi", "万俟": "moqi wansi", "单于": "chanyu shanyu",
    "澹台": "tantai", "令狐": "linghu", "鲜于": "xianyu", "宰父": "zaifu", "亓官": "qiguan",
    "欧阳": "ouyang", "皇甫": "huangfu", "夏侯": "xiahou", "诸葛": "zhuge", "上官": "shangguan",
    "司马": "sima", "司徒": "situ", "东方": "dongfang", "独孤": "dugu", "南宫": "nangong",
    "慕容": "murong", "闻人": "wenren", "公孙": "gongsun", "轩辕": "xuanyuan", "宇文": "yuwen",
}  # fmt: skip
#: characters of given names that are read in several ways
_GIVEN = {
    "乐": "le yue", "长": "chang zhang", "重": "chong zhong", "朝": "chao zhao", "行": "xing hang",
    "晟": "sheng cheng", "茜": "qian xi", "传": "chuan zhuan", "露": "lu lou", "柏": "bai bo",
    "盛": "sheng cheng", "藏": "zang cang", "曾": "zeng ceng", "单": "dan shan", "奇": "qi ji",
    "莘": "xin shen", "纶": "lun guan", "车": "che ju", "朴": "pu piao", "珏": "jue", "给": "gei ji",
    "正": "zheng", "弹": "tan dan", "校": "xiao jiao", "降": "jiang xiang", "调": "diao tiao",
    "省": "sheng xing", "琢": "zhuo zuo", "沈": "shen chen", "尉": "wei yu", "少": "shao",
}  # fmt: skip
_SEVERAL = frozenset(_GIVEN) | frozenset(name for name in _SURNAMES if len(name) == 1)
_MOST_READINGS = 8
_VARIANTS = str.maketrans({"ü": "v", "ê": "e"})


def normalise_name(name):
    """The form in which names are stored: NFKC, one kind of dot "·", no spaces in Chinese names,
    single spaces in others, no invisible characters."""
    if isinstance(name, str) and _PLAIN.fullmatch(name):
        return name
    return settled(_normalised, clean(name))


def _normalised(text):
    text = _DOTS.sub("·", clean(text)).strip("· ")
    if any(ord(c) > 0x2E7F for c in text):
        text = re.sub(r"\s+", "", text)
    return text


def comparison_key(name):
    """The form in which names are compared: normalised, without dots and spaces, in one case."""
    if isinstance(name, str) and _PLAIN.fullmatch(name):
        return name
    return settled(
        lambda text: _DROP.sub("", normalise_name(text)).casefold(), normalise_name(name)
    )


def same_name(one, other):
    """Whether two spellings are one name. Empty names are never the same."""
    key = comparison_key(one)
    return bool(key) and key == comparison_key(other)


@lru_cache(maxsize=8192)
def _syllable(char):
    # its tables take a quarter of a second and 30 MB, which reading a file has no use for
    from pypinyin import Style, lazy_pinyin

    return lazy_pinyin(char, style=Style.NORMAL)[0].lower().translate(_VARIANTS)


def _readings(name):
    """Lists of alternatives, one list a syllable, each alternative a tuple of syllables."""
    key = comparison_key(name)
    out = []
    size = 2 if len(key) > 1 and key[:2] in _SURNAMES else 1
    surname, given = key[:size], key[size:]
    if surname in _SURNAMES:
        spoken = _SURNAMES[surname].split()
        if size == 2:
            first = [_two_syllables(surname, reading) for reading in spoken]
        else:
            first = [(reading,) for reading in spoken]
        out.append(first)
    else:
        given = key
    for char in given:
        if char in _GIVEN:
            out.append([(reading,) for reading in _GIVEN[char].split()])
        else:
            syllable = _syllable(char)
            alternatives = [(syllable,)]
            if syllable in ("lv", "nv"):  # 吕, 女: typed lv, lu and, as in passports, lyu
                alternatives += [(syllable[0] + "u",), (syllable[0] + "yu",)]
            out.append(alternatives)
    return out


def _two_syllables(surname, reading):
    """Cut "yuchi" in two where the second character's own initial stands, for the initials."""
    plain = _syllable(surname[1])
    for cut in range(1, len(reading)):
        if reading[cut:] == plain or (reading[cut:] in _SECOND_SYLLABLES):
            return (reading[:cut], reading[cut:])
    middle = len(reading) // 2
    return (reading[:middle], reading[middle:])


_SECOND_SYLLABLES = {
    "chi", "qi", "yu", "tai", "hu", "fu", "guan", "yang", "hou", "ge", "ma", "tu", "fang", "gu",
    "gong", "rong", "ren", "sun", "yuan", "wen", "si",
}  # fmt: skip


def _spellings(name):
    for choice in islice(product(*_readings(name)), _MOST_READINGS):
        yield [syllable for part in choice for syllable in part]


def full_pinyin(name):
    """The likeliest pinyin in one word: 单小明 → "shanxiaoming", 吕 → "lv"."""
    return "".join(next(_spellings(name), []))


def initials(name):
    """The initials of :func:`full_pinyin`: 单小明 → "sxm"."""
    return "".join(s[0] for s in next(_spellings(name), []) if s)


def search_text(name):
    """What a stored search field holds: the name, then every reading and its initials.

    曾乐 → "曾乐 zengle zl zengyue zy cengle cl …". Ask it with ``ilike`` and the typed letters, in
    lower case and without spaces. Empty for an empty name.
    """
    key = comparison_key(name)
    if not key:
        return ""
    if key[:2] not in _SURNAMES and _SEVERAL.isdisjoint(key):  # as most names: read in one way
        syllables = [_syllable(char) for char in key]
        if all(syllables) and not {"lv", "nv"}.intersection(syllables):
            pinyin = "".join(syllables)
            letters = "".join(syllable[0] for syllable in syllables)
            return " ".join(dict.fromkeys((key, pinyin, letters)))
    words = [key]
    for spelling in _spellings(name):
        for word in ("".join(spelling), "".join(s[0] for s in spelling if s)):
            if word and word not in words:
                words.append(word)
    return " ".join(words)


def same_pinyin(one, other):
    """Whether two names sound alike. Only ever a suggestion, never a judgement."""
    first, second = ({"".join(s) for s in _spellings(n)} - {""} for n in (one, other))
    return bool(first & second)


def mask_name(name):
    """A minor's name for anything public: 张小明 → 张*明, 张明 → 张*, 欧阳小明 → 欧**明."""
    key = _DROP.sub("", normalise_name(name))
    if len(key) <= 1:
        return "*" * len(key)
    if len(key) == 2:
        return key[0] + "*"
    return key[0] + "*" * (len(key) - 2) + key[-1]
