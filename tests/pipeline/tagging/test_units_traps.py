"""Each trap of the domain's section on roles and crediting, in texts written for this test."""

# ruff: noqa: E501  (a text stays on its line)
from __future__ import annotations

import pytest

from pipeline.city import load_city
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.units import UnitTagger

PAPER = "防城港日报"
S, B, J = "subject", "byline", "joint"


@pytest.fixture(scope="module")
def tagger() -> UnitTagger:
    return UnitTagger(load_city())


def credits(tagger: UnitTagger, **fields: str) -> set[tuple[str, str]]:
    fields.setdefault("outlet", PAPER)
    found = tagger.tag(ArticleItem(id="t", **fields))  # type: ignore[arg-type]
    return {(credit.unit, credit.role) for credit in found.credits}


CASES: dict[str, tuple[dict[str, str], set[tuple[str, str]]]] = {
    # --- byline
    "correspondent with the unit in brackets": (
        {
            "title": "渔船避风记",
            "byline": "通讯员 石某（市海洋局）",
            "body": "凌晨两点，最后一艘渔船进了港。岸上的人松了一口气。",
        },
        {("市海洋局", B)},
    ),
    "author's unit before the name": (
        {
            "title": "秤杆上的公道",
            "byline": "作者：市质监局 莫某",
            "body": "摆了二十年摊的老莫，换了一杆新秤。",
        },
        {("市质监局", B)},
    ),
    "supplied at the end of the text": (
        {
            "title": "巷子里的笑声",
            "body": "巷口的灯修好了，孩子们又在灯下跳绳。\n住户们凑钱买了茶水，送到工地上。\n（市妇联 供稿）",
        },
        {("市妇联", B)},
    ),
    "where a picture was taken": (
        {
            "title": "满载而归",
            "byline": "张三 摄于东兴市",
            "body": "渔船靠岸，码头上摆开了秤。",
        },
        set(),
    ),
    "a title alone that ends with a county": ({"title": "秋天的港口区", "body": ""}, set()),
    "source names a unit": (
        {
            "title": "开学第一课",
            "outlet": "防城港市人民政府网站",
            "source": "来源：市教育局",
            "body": "操场上，新生们站成四排，听老师讲怎样过马路。",
        },
        {("市教育局", B)},
    ),
    "source names the official name": (
        {
            "title": "海边清早",
            "outlet": "防城港新闻网",
            "source": "防城港市林业局",
            "body": "白鹭落在红树林外的滩涂上，护林员数了三遍。",
        },
        {("市林业局", B)},
    ),
    "own site, own copy": (
        {
            "title": "全局干部下村帮收甘蔗",
            "outlet": "单位网站:市农业局",
            "body": "十二月的蔗地里，三十多名干部挥刀砍蔗，半天装满两车。",
        },
        {("市农业局", B)},
    ),
    "own site, another's copy": (
        {
            "title": "外地见闻",
            "outlet": "单位网站:市农业局",
            "source": "南宁日报",
            "body": "近日，南宁市农业局在武鸣举办柑橘品鉴会，市农业局负责人介绍了新品种。",
        },
        set(),
    ),
    "own site, another unit's copy": (
        {
            "title": "窗口见闻",
            "outlet": "单位网站:市农业局",
            "source": "来源：市妇联",
            "body": "一位大姐在窗口前问了三个问题，都有了答案。",
        },
        {("市妇联", B)},
    ),
    "signature below a notice": (
        {
            "title": "关于调整窗口时间的公告",
            "outlet": "防城港市人民政府网站",
            "body": "为方便群众，自下周一起窗口延时一小时。\n特此公告。\n防城港市行政审批局\n2017年11月3日",
        },
        {("市行政审批局", B)},
    ),
    "the paper's own reporter credits nobody": (
        {
            "title": "潮水退了以后",
            "byline": "本报记者 韦某",
            "source": "防城港日报",
            "body": "潮水退了，赶海的人提着桶往滩上走。",
        },
        set(),
    ),
    "a company is no unit": (
        {
            "title": "码头夜班",
            "byline": "通讯员 黄某（北部湾港防城港码头有限公司）",
            "body": "凌晨三点，吊机还在转。",
        },
        set(),
    ),
    "byline before subject": (
        {
            "title": "市司法局送法进村",
            "byline": "市司法局 供稿",
            "body": "近日，市司法局组织律师进村，解答了四十多个问题。",
        },
        {("市司法局", B)},
    ),
    "uniform notice on the paper": (
        {
            "title": "2017年度社会评价公告",
            "body": "各位市民：请如实回答。\n自治区绩效考评领导小组办公室\n2017年10月11日",
        },
        {("防城港日报社", B)},
    ),
    "uniform notice on a county's site": (
        {
            "title": "2017年度设区市社会评价公告",
            "outlet": "单位网站:上思县",
            "source": "市绩效办",
            "body": "各位市民：请如实回答。",
        },
        {("上思县", B)},
    ),
    # --- subject
    "acts in the headline": (
        {"title": "市水利局清淤保灌溉", "body": "入冬以来，三条干渠的清淤已过半。"},
        {("市水利局", S)},
    ),
    "source of the report": (
        {
            "title": "我市新增三条公交线",
            "body": "本报讯（记者 唐某）记者昨日从市交通局获悉，我市将新增三条公交线路，覆盖西湾片区。",
        },
        {("市交通局", S)},
    ),
    "source without 记者": (
        {"title": "前十个月外贸增一成", "body": "据市商务局统计，今年前十个月，全市外贸进出口增长10.3%。"},
        {("市商务局", S)},
    ),
    "learned at the end of a sentence": (
        {"title": "养老金又涨了", "body": "从下月起，企业退休人员养老金上调。这是记者从市人社局了解到的。"},
        {("市人社局", S)},
    ),
    "opens with a quotation": (
        {
            "title": "一碗水端平",
            "body": "“水费怎么多了三块？”老周把单子拍在桌上。\n这样的事，今年已经少了。市水利局把抄表改成了拍照上传，每户都能在手机上看到表底。\n“看得见，就不吵了。”老周说。",
        },
        {("市水利局", S)},
    ),
    "opens with a scene, the unit comes late": (
        {
            "title": "雾里的灯",
            "body": "早上六点，雾把整个码头都盖住了。\n老李把手电别在腰上，沿着防波堤走。他要看的是航标灯，一共十九盏，一盏不亮，船就不敢进港。\n十九盏都亮。他在本子上打了十九个勾。\n防城港海事局今年把航标巡查由每周一次改为每天一次，灯灭到修好，最长没有超过四小时。",
        },
        {("防城港海事局", S)},
    ),
    "long official name": (
        {"title": "降门槛", "body": "近日，防城港市住房和城乡建设委员会召开座谈会，听取物业企业意见。"},
        {("市住建委", S)},
    ),
    "renamed department form": (
        {"title": "审批提速", "body": "近日，防城港市发展改革委召开项目审批协调会，现场办结七项。"},
        {("市发改委", S)},
    ),
    "department of the city": (
        {"title": "塘坝除险", "body": "入汛前，市水利部门对三十座小型水库逐座体检，查出的隐患全部处理。"},
        {("市水利局", S)},
    ),
    "alias of the day": (
        {"title": "图书送进军营", "body": "近日，市文广局把八百册图书送进军营。"},
        {("市文化委", S)},
    ),
    "rectification is no exposure": (
        {
            "title": "二十年的烂路平了",
            "kicker": "群众意见整改进行时",
            "body": "去年被群众点名批评的环城路，如今铺上了沥青。市市政局把整改清单贴在路口，逐项销号，目前全部完成。",
        },
        {("市市政局", S)},
    ),
    # --- joint
    "two with 联合": (
        {
            "title": "夜查烧烤摊",
            "body": "11月2日晚，市食药监局联合市工商局对夜市开展突击检查，封存不合格肉串四十公斤。",
        },
        {("市食药监局", J), ("市工商局", J)},
    ),
    "unit with a county": (
        {
            "title": "鱼苗入海",
            "body": "日前，市水产畜牧局与东兴市人民政府共同举行增殖放流活动，放流鱼苗三十万尾。",
        },
        {("市水产畜牧局", J), ("东兴市", J)},
    ),
    "list of departments acting together": (
        {
            "title": "占道经营有人管了",
            "body": "近日，市住建、市政、公安等部门联合整治老街占道经营，清理摊点六十处。",
        },
        {("市住建委", J), ("市市政局", J), ("市公安局", J)},
    ),
    "host and executor": (
        {"title": "职工篮球赛落幕", "body": "由市总工会主办、市文化委承办的职工篮球赛日前落幕。"},
        {("市总工会", J), ("市文化委", J)},
    ),
    "helper is no host": (
        {"title": "读书会", "body": "日前，由市妇联主办，市教育局协办的亲子读书会在市图书馆举行。"},
        {("市妇联", S)},
    ),
    "under guidance": (
        {"title": "村里办起合唱团", "body": "在市文化委的指导下，那梭镇的合唱团日前登台。"},
        set(),
    ),
    "joint with nobody of the table": (
        {"title": "送医下乡", "body": "近日，市卫计委联合广西医科大学附属医院到山区义诊。"},
        {("市卫计委", S)},
    ),
    # --- mention
    "attendees": (
        {
            "title": "全市防火工作会议召开",
            "body": "12月1日，全市森林防火工作会议召开。市领导李某讲话。\n市林业局、市气象局、市公安局有关负责人参加会议。",
        },
        set(),
    ),
    "addressees in a list": (
        {
            "title": "全市交通安全会议召开",
            "body": "会议指出，形势不容乐观。会议要求，公安、交通、教育等部门要各负其责，春运前完成排查。",
        },
        set(),
    ),
    "place only": (
        {
            "title": "十年种一片林",
            "body": "在上思县叫安镇，62岁的凌某种了十年树。他说，树比人长得慢，可也比人站得久。",
        },
        set(),
    ),
    "in a quotation, by the way": (
        {
            "title": "老街的修鞋匠",
            "body": "修鞋匠老吴在东兴市步行街摆了三十年摊。“隔壁就是市妇联，她们常来补鞋跟。”他笑着说。",
        },
        set(),
    ),
    "an old building": (
        {"title": "老楼新生", "body": "市教育局旧址上的老楼改成了书店，开业三天卖出两千本书。"},
        set(),
    ),
    "the harbour is not the district": (
        {
            "title": "前三季度港口吞吐量增一成",
            "body": "前三季度，港口完成货物吞吐量八千万吨，港口企业用工稳定。",
        },
        set(),
    ),
    "the old town's market": (
        {"title": "腊味飘香", "body": "东兴市场里的腊味摊又热闹起来，港口城区也有人专程来买。"},
        set(),
    ),
    "a bare department names nobody": (
        {"title": "雾霾天少出门", "body": "环保部门提醒，近期扩散条件不利，市民应减少户外活动。"},
        set(),
    ),
    "我市 and 全市各单位 name none": (
        {
            "title": "我市开展爱国卫生月活动",
            "body": "四月以来，我市各单位动手清理卫生死角，全市各单位干部职工上街劳动。",
        },
        set(),
    ),
    "court of a district": (
        {"title": "一纸调解", "body": "近日，港口区人民法院调解了一起邻里纠纷，双方握手言和。"},
        set(),
    ),
    "word across a name": (
        {"title": "我市农业局部受旱", "body": "入秋以来，我市农业局部受旱，水库蓄水不足。"},
        set(),
    ),
    # --- whose city
    "another city's": (
        {
            "title": "钦州市教育局启动校车检查",
            "source": "钦州日报",
            "body": "近日，钦州市教育局启动校车安全检查，市教育局要求一车一档。",
        },
        set(),
    ),
    "another city's without a source": (
        {
            "title": "邻市新规",
            "body": "日前，北海市旅发委出台新规，规范海鲜排档明码标价。市旅发委有关负责人表示，违者取消星级。",
        },
        set(),
    ),
    "the region's and the state's": (
        {
            "title": "我区下达补助",
            "body": "自治区财政厅、自治区发改委近日下达补助资金，国家发展改革委将开展督查。",
        },
        set(),
    ),
    "agency copy": (
        {
            "title": "秋粮收购有序",
            "source": "新华社",
            "body": "新华社北京10月9日电 国家粮食局介绍，各地粮食、财政等部门加强协调，秋粮收购进展顺利。",
        },
        set(),
    ),
    "a visiting delegation does not make it another city's": (
        {
            "title": "北海市考察团来我市学习考察",
            "body": "近日，北海市考察团到我市考察，市投促局介绍了招商做法。市投促局还就项目落地与考察团交流。",
        },
        {("市投促局", S)},
    ),
    # --- counties
    "county bureau": (
        {"title": "东兴市教育局给村小送暖", "body": "近日，东兴市教育局给十一所村小装上了热水器。"},
        {("东兴市", S)},
    ),
    "county without its ending": (
        {"title": "上思警方端掉赌窝", "body": "日前，上思警方在山上端掉一个流动赌窝，抓获十二人。"},
        {("上思县", S)},
    ),
    "harbour district's police": (
        {"title": "港口警方夜巡", "body": "近日，港口警方在夜市增设三个巡逻点。"},
        {("港口区", S)},
    ),
    "township": (
        {
            "title": "渡口来了护学队",
            "body": "每天清早，防城区扶隆镇派出所的民警都在渡口等学生过河。从九月起，扶隆镇派出所组织了护学队。",
        },
        {("防城区", S)},
    ),
    "county propaganda office": (
        {"title": "故事会", "body": "近日，上思县委宣传部在县文化广场举办红色故事会。"},
        {("上思县", S)},
    ),
    "branch of the city's police": (
        {"title": "丢失的金镯找到了", "body": "近日，防城港市公安局港口区分局民警帮助一位老人找回了金镯。"},
        {("港口区", S)},
    ),
    "a county's studio in another outlet": (
        {
            "title": "瑶寨新年",
            "outlet": "防城港新闻网",
            "source": "上思县融媒体中心",
            "body": "新年第一天，瑶寨的长桌摆了两百米。",
        },
        {("上思县", B)},
    ),
    "police account over a county's story": (
        {
            "title": "雨夜救人",
            "outlet": "防城港新闻网",
            "source": "防城港公安发布",
            "body": "昨夜大雨，东兴警方在北仑河边救起一名落水男子。",
        },
        {("市公安局", B), ("东兴市", S)},
    ),
    # --- a second harvest
    "correspondent's unit in the dateline": (
        {"title": "早稻开镰", "body": "本报讯（通讯员 何某 市农业局）晨雾里，收割机下了田。"},
        {("市农业局", B)},
    ),
    "unit and author in a last line": (
        {"title": "灯塔", "body": "灯塔亮了一夜。\n守塔的老人说，他在等一条船。\n（防城港海事局 林某）"},
        {("防城港海事局", B)},
    ),
    "picture by a unit is no byline": (
        {"title": "白鹭归来", "body": "白鹭回来了，落满红树林。\n（市林业局供图）"},
        set(),
    ),
    "on behalf of": (
        {"title": "一场体检", "body": "受市教育局委托，一家机构近日为山区教师做了体检。"},
        set(),
    ),
    "awarded by": (
        {"title": "村小的奖牌", "body": "扶隆镇一所村小日前被市教育局评为先进，校长笑得合不拢嘴。"},
        set(),
    ),
    "leaders visit a unit": (
        {
            "title": "市领导调研政务服务",
            "body": "11月7日，市领导李某调研市行政审批局，与窗口人员交谈，要求把群众的事办快办好。",
        },
        set(),
    ),
    "an official under investigation": (
        {"title": "一干部接受审查", "body": "市交通局原科员黄某涉嫌严重违纪，目前正接受组织审查。"},
        set(),
    ),
    "the inspector acts on an official": (
        {
            "title": "市纪委通报三起典型案例",
            "body": "近日，市纪委通报三起违反中央八项规定精神的案例，对市交通局原副局长韦某给予处分。",
        },
        {("市纪委", S)},
    ),
    "a deputy is no organ": (
        {"title": "代表风采", "body": "港口区人大代表李某每周三都在社区的小屋里听街坊说事。"},
        set(),
    ),
    "a county's school": (
        {"title": "球场上的少年", "body": "上思县第二小学的球场铺了新草皮，孩子们舍不得回家。"},
        set(),
    ),
    "two bureaus, one word": (
        {"title": "一次办好", "body": "近日，市国税、地税两局联合设立办税窗口，一次取号办两家事。"},
        {("市国税局", J), ("市地税局", J)},
    ),
    "region and city together": (
        {"title": "查水", "body": "近日，自治区水利厅、市水利局联合检查江平水厂。"},
        {("市水利局", S)},
    ),
    "county named first": (
        {"title": "种树", "body": "3月12日，防城区、市林业局联合开展植树活动，种下木麻黄两千株。"},
        {("防城区", J), ("市林业局", J)},
    ),
    "vertical branch": (
        {"title": "台风夜", "body": "台风过后，防城区供电局连夜抢修，天亮前全部复电。"},
        {("防城港供电局", S)},
    ),
    "host in a county": (
        {"title": "山歌会", "body": "由上思县司法局主办的普法山歌会日前在圩亭开唱。"},
        {("上思县", S)},
    ),
    "many hands supported": (
        {"title": "义卖", "body": "在市妇联、团市委的大力支持下，几位宝妈办起了义卖摊。"},
        set(),
    ),
    "long clause before the actor": (
        {
            "title": "老屋有了保险",
            "body": "为让困难群众住得安心，从今年七月起，市民政局为全市四千户低保户的住房买了保险。",
        },
        {("市民政局", S)},
    ),
    "reporter follows the inspectors": (
        {
            "title": "跟着执法船出海",
            "body": "凌晨四点，记者跟随市海洋局执法人员登船出海，查看禁渔区。当天共驱离渔船五艘。市海洋局今年已巡航两百航次。",
        },
        {("市海洋局", S)},
    ),
    "award list": (
        {
            "title": "全市歌咏比赛举行",
            "body": "12月8日，由市文化委主办的歌咏比赛举行。市公安局代表队、市国土局代表队获一等奖。",
        },
        {("市文化委", S)},
    ),
    # --- lists
    "bureaus without 市 behind the first": (
        {"title": "护河", "body": "近日，市水利局、农业局和林业局联合巡查江平河，清出网箱六十口。"},
        {("市水利局", J), ("市农业局", J), ("市林业局", J)},
    ),
    "departments of a county-level city": (
        {"title": "拆违", "body": "近日，东兴市住建、交通等部门联合拆除沿街违建三十处。"},
        {("东兴市", S)},
    ),
    "departments of a county": (
        {"title": "拆违", "body": "近日，上思县住建、交通等部门联合拆除沿街违建三十处。"},
        {("上思县", S)},
    ),
    "departments of everywhere": (
        {"title": "冬季防疫", "body": "各级卫生、教育等部门要做好冬季防疫，各地农业、水利部门要防冻害。"},
        set(),
    ),
    "two signatures": (
        {
            "title": "关于联合开展清查的通告",
            "body": "自即日起开展清查，望周知。\n防城港市公安局\n防城港市工商行政管理局\n2017年11月20日",
        },
        {("市公安局", B), ("市工商局", B)},
    ),
    "notice under another title": (
        {"title": "关于2017年度社会评价工作的公告", "outlet": "防城港市人民政府网站", "body": "请如实回答。"},
        {("市政府办", B)},
    ),
    "a unit's portal": (
        {
            "title": "收费站旁的早餐",
            "outlet": "防城港市交通运输局门户网站",
            "body": "凌晨五点，食堂的灯亮了，养护工们排队打粥。",
        },
        {("市交通局", B)},
    ),
    "called to the police": (
        {
            "title": "手机失而复得",
            "body": "“我的手机不见了！”周日中午，游客冯女士来到东兴市公安局江平派出所报警。\n民警调了三段监控，半小时后把手机送回她手里。",
        },
        {("东兴市", S)},
    ),
    "department of a county without its ending": (
        {"title": "上思民政开展敬老活动", "body": "重阳前夕，几位社工给老人剪发、量血压，院子里笑声不断。"},
        {("上思县", S)},
    ),
    # --- whose city, again
    "guests from elsewhere in the title": (
        {
            "title": "上海客商走进渔港",
            "body": "12月2日，二十多位上海客商走进企沙渔港看海鲜交易。市投促局全程陪同，当天签下三份意向书。市投促局表示，将派专人跟进。",
        },
        {("市投促局", S)},
    ),
    "another city at the head": (
        {
            "title": "桂林警方破获跨境赌博案",
            "body": "近日，桂林警方破获一起跨境赌博案，抓获四十人。市公安局提醒，网络赌博十赌九骗。",
        },
        set(),
    ),
    "a mineral is no city": (
        {"title": "大理石厂粉尘超标被叫停", "body": "近日，市环保局叫停一家粉尘超标的石材厂，责令改装喷淋。"},
        {("市环保局", S)},
    ),
    "the paper acts itself": (
        {
            "title": "小记者走进港口",
            "body": "11月5日，防城港日报社组织六十名小记者走进码头，看巨轮怎样卸煤。",
        },
        {("防城港日报社", S)},
    ),
    "the paper as a source": (
        {
            "title": "海风里的婚礼",
            "outlet": "防城港新闻网",
            "body": "据防城港日报报道，二十对新人日前在金滩举行集体婚礼。\n来源：防城港日报",
        },
        set(),
    ),
    "examples of what everybody did": (
        {
            "title": "全市干部职工义务植树",
            "body": "3月11日，全市上下掀起植树热潮，处处是挥锹培土的身影。市司法局、市审计局、市统计局等单位种下了上千株树苗，水桶在人群里传递。",
        },
        set(),
    ),
    "who attends a leader's inspection on the spot is no office of a county": (
        {
            "title": "市领导到码头现场办公",
            "body": "昨日，市领导在东湾码头开现场会，逐个问题定了期限。\n市发改委、市国土局以及港口区有关负责人参加现场办公。",
        },
        set(),
    ),
    "a social body with a county's name": (
        {
            "title": "剪纸课",
            "body": "近日，防城区小海星社会工作服务中心承办的剪纸课开班，三十个孩子剪出了海马。",
        },
        set(),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_trap(tagger: UnitTagger, name: str) -> None:
    fields, expected = CASES[name]
    assert credits(tagger, **fields) == expected
