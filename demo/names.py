"""Made-up names, drawn from a fixed seed."""

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏"
    "吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万"
)
BOYS = (
    "伟 强 磊 军 勇 杰 涛 超 明 刚 浩 宇 轩 子涵 浩然 俊杰 博文 天佑 家豪 志远 文昊 宇航 子墨 思远 明轩 "
    "小龙 建国 志强 文斌 晓东 国栋 家乐 一鸣 天宇 嘉诚 梓豪 振华 海波 鹏飞 小军"
).split()
GIRLS = (
    "芳 娜 敏 静 丽 艳 娟 霞 燕 玲 婷 雪 梅 欣怡 梓涵 诗涵 雨桐 欣悦 思琪 佳怡 雅婷 晓燕 小红 美玲 "
    "秀英 春梅 文静 子萱 若曦 语嫣 可欣 梦瑶 雨欣 婉清 巧玲 小芳 佳慧 晓彤 月娥 冬梅"
).split()
ETHNICITIES = ["汉族"] * 17 + ["畲族", "苗族", "土家族"]


def person(rng, gender):
    """A surname and a given name."""
    return rng.choice(SURNAMES) + rng.choice(BOYS if gender == "male" else GIRLS)
