//! The questions of `queries/`, asked of the samples: each answers what a careful reader of the samples
//! would.
//!
//! A question has its parameters in a VALUES clause; a test asks about others by putting them there.

mod common;

use std::collections::BTreeSet;

use common::{SAMPLES, project};

/// The titles of the samples are long; the tests call them by these names.
const TITLES: [(&str, &str); 11] = [
    ("老龄工作的意见》任务分工方案", "老龄分工"),
    ("教育局2024年工作要点", "教育要点"),
    ("水环境综合治理行动方案", "湖泊方案"),
    ("优化营商环境实施方案", "营商方案"),
    ("技工教育", "技工意见"),
    ("机动车停放管理办法", "停车办法"),
    ("水库安全度汛", "度汛通知"),
    ("政务公开检查情况", "公开通报"),
    ("托育服务", "托育报告"),
    ("幸福晚年", "临澜新闻"),
    ("望湖区老龄工作2025年行动计划", "望湖计划"),
];

/// The works of one lineage, as their IRIs name them.
const OPINION: &str = "中共中央国务院加强新时代老龄工作的意见";
const PROVINCE_NOTICE: &str = "中共江南省委办公厅江南省人民政府办公厅印发江南省贯彻落实中共中央国务院关于加强新时代老龄工作的意见任务分工方案的通知";
const PROVINCE_PLAN: &str = "江南省贯彻落实中共中央国务院关于加强新时代老龄工作的意见任务分工方案";
const CITY_NOTICE: &str =
    "青澜市人民政府办公室印发贯彻落实中共中央国务院关于加强新时代老龄工作的意见任务分工方案的通知";
const CITY_PLAN: &str =
    "青澜市人民政府办公室贯彻落实中共中央国务院关于加强新时代老龄工作的意见任务分工方案";
const DISTRICT_PLAN: &str = "望湖区老龄工作2025年行动计划";

/// The answer to a question: its rows in their order, the named columns joined by ` | `, the last
/// segment of each IRI. `about` puts other parameters in the place of the question's own.
fn answer(question: &str, about: &[(&str, &str)], columns: &[&str]) -> Vec<String> {
    let mut query = text(question);
    for (own, other) in about {
        assert_eq!(query.matches(own).count(), 1, "{own} in {question}");
        query = query.replace(own, other);
    }
    let rows = SAMPLES.ask(&query);
    let cell = |value: &String| {
        let short = TITLES.iter().find(|(title, _)| value.contains(title) && !value.contains('/'));
        short.map_or_else(|| local(value), |(_, short)| (*short).to_owned())
    };
    rows.iter()
        .map(|row| columns.iter().map(|&column| row.get(column).map(cell).unwrap_or_default()))
        .map(|cells| cells.collect::<Vec<_>>().join(" | "))
        .collect()
}

fn set(rows: Vec<String>) -> BTreeSet<String> {
    rows.into_iter().collect()
}

fn of<const N: usize>(rows: [&str; N]) -> BTreeSet<String> {
    rows.into_iter().map(str::to_owned).collect()
}

fn local(term: &str) -> String {
    let iri = term.starts_with("http");
    let cut = if iri { term.rfind(['#', '/']).map_or(0, |at| at + 1) } else { 0 };
    term[cut..].to_owned()
}

fn text(question: &str) -> String {
    let path = project(&format!("queries/{question}.rq"));
    std::fs::read_to_string(path).expect("a question")
}

#[test]
fn every_question_is_asked_here_and_says_what_it_asks() {
    let entries = std::fs::read_dir(project("queries")).expect("the folder of questions");
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        let question = path.file_stem().expect("a name").to_string_lossy();
        assert!(
            include_str!("queries.rs").contains(&format!("answer(\"{question}\", ")),
            "{question}"
        );
        let text = text(&question);
        let mut head = text.lines();
        for mark in ["# 问: ", "# Q: "] {
            let line = head.next().and_then(|line| line.strip_prefix(mark));
            assert!(line.is_some_and(|line| line.ends_with(['？', '?'])), "{question}: {mark}");
        }
    }
}

#[test]
fn tasks_led_by_one_and_supported_by_another() {
    let tasks = |lead: &str, support: &str| {
        let about = [("\"青澜市民政局\"", lead), ("\"青澜市财政局\"", support)];
        answer("led-and-supported", &about, &["title", "number", "what"])
    };
    assert_eq!(
        tasks("\"青澜市民政局\"", "\"青澜市财政局\""),
        [
            "老龄分工 | （一） | 完善居家社区养老服务",
            "老龄分工 | （八） | 落实部门责任",
            "老龄分工 | 1 | 完善居家社区养老服务",
        ]
    );
    // The row of the table that restates 建设老年友好环境 has no 财政局.
    assert_eq!(
        set(tasks("\"青澜市住房和城乡建设局\"", "\"青澜市财政局\"")),
        of(["老龄分工 | （七） | 建设老年友好环境", "湖泊方案 | 1 | 城区雨污分流改造工程"])
    );
    // A name as printed finds the body too; the district's bureau is another body than the city's.
    assert_eq!(
        tasks("\"青澜市望湖区民政局\"", "\"青澜市望湖区财政局\""),
        ["望湖计划 | （一） | 补齐服务设施短板"]
    );
    assert!(tasks("\"青澜市民政局\"", "\"青澜市望湖区财政局\"").is_empty());
}

#[test]
fn all_that_one_agency_does_by_role() {
    let does = |agency: &str| {
        let about = [("青澜市民政局", agency)];
        set(answer("agency-by-role", &about, &["role", "body", "title", "number", "what"]))
    };
    assert_eq!(
        does("青澜市财政局"),
        of([
            "lead | 青澜市财政局 | 营商方案 | 7. | 发挥政府性融资担保作用",
            "responsible | 青澜市财政局 | 公开通报 | （三） | 持续强化解读",
            "responsible | 青澜市财政局 | 技工意见 | （三） | 加强师资建设",
            "responsible | 青澜市财政局 | 湖泊方案 | （二） | 加大资金投入",
            "responsible | 青澜市财政局 | 老龄分工 | （八） | 落实部门责任",
            "support | 青澜市财政局 | 技工意见 | （一） | 改善办学条件",
            "support | 青澜市财政局 | 技工意见 | （五） | 共建实训基地",
            "support | 青澜市财政局 | 湖泊方案 | 1 | 城区雨污分流改造工程",
            "support | 青澜市财政局 | 老龄分工 | 1 | 完善居家社区养老服务",
            "support | 青澜市财政局 | 老龄分工 | 4 | 办好家门口的老年教育",
            "support | 青澜市财政局 | 老龄分工 | （一） | 完善居家社区养老服务",
            "support | 青澜市财政局 | 老龄分工 | （七） | 建设老年友好环境",
            "support | 青澜市财政局 | 老龄分工 | （八） | 落实部门责任",
            "support | 青澜市财政局 | 老龄分工 | （六） | 办好家门口的老年教育",
            "support | 青澜市财政局 | 老龄分工 | （四） | 加强老年健康服务",
        ])
    );
    assert_eq!(
        does("青澜市望湖区财政局"),
        of([
            "responsible | 青澜市望湖区财政局 | 望湖计划 | （五） | 加强资金保障",
            "support | 青澜市望湖区财政局 | 望湖计划 | （一） | 补齐服务设施短板",
        ])
    );
    // The offices inside a bureau are units of it.
    assert_eq!(
        does("青澜市水利局"),
        of([
            "lead | 青澜市水利局水库科 | 度汛通知 | 二、 | 抓紧隐患整治",
            "support | 青澜市水利局 | 度汛通知 | 四、 | 完善应急准备",
            "support | 青澜市水利局 | 湖泊方案 | 1 | 城区雨污分流改造工程",
            "support | 青澜市水利局 | 湖泊方案 | （一） | 实施入湖排口整治",
        ])
    );
}

#[test]
fn tasks_without_a_lead() {
    let all = answer("tasks-without-lead", &[], &["title", "number", "what"]);
    assert_eq!(all.len(), all.iter().collect::<BTreeSet<_>>().len(), "{all:?}");
    let mut without = set(all);
    // An article of a regulation that lays a duty on someone is a task without a lead: at least this one.
    let parking: Vec<_> =
        without.iter().filter(|row| row.starts_with("停车办法")).cloned().collect();
    assert!(
        parking.iter().any(|row| row.starts_with("停车办法 | 第九条 | 市城市管理部门应当建立"))
    );
    without.retain(|row| !parking.contains(row));
    assert_eq!(
        without,
        of([
            "公开通报 | （一） | 立即整改问题",
            "公开通报 | （三） | 持续强化解读",
            "度汛通知 | 一、 | 压实防汛责任",
            "度汛通知 | 三、 | 强化监测预警",
            "度汛通知 | 五、 | 严格值班值守",
            "托育报告 | （一） | 扩大普惠供给",
            "托育报告 | （二） | 加强队伍建设",
            "技工意见 | （七） | 完善评价激励",
            "技工意见 | （三） | 加强师资建设",
            "技工意见 | （二） | 优化专业布局",
            "技工意见 | （五） | 共建实训基地",
            "教育要点 | 1. | 推进党建与教学同频",
            "教育要点 | 2. | 守好校园思想文化阵地",
            "教育要点 | 3. | 扩大义务教育优质资源",
            "教育要点 | 4. | 发展普惠安全的学前教育",
            "教育要点 | 5. | 促进普通高中多样发展",
            "教育要点 | 6. | 弘扬教育家精神",
            "教育要点 | 7. | 推动教育数字化应用",
            "教育要点 | 8. | 完善校园安全防护",
            "教育要点 | 9. | 加强食堂和校车监管",
            "教育要点 | 一、 | 校长教师赋能行动",
            "教育要点 | 三、 | 校园安全清零行动",
            "教育要点 | 二、 | 学生身心健康护航行动",
            "望湖计划 | （五） | 加强资金保障",
            "望湖计划 | （六） | 严格督导考核",
            "湖泊方案 | 5 | 智慧湖泊监测工程",
            "湖泊方案 | （一） | 强化组织领导",
            "湖泊方案 | （二） | 加大资金投入",
            "湖泊方案 | （四） | 严控船舶和旅游污染",
            "老龄分工 | （九） | 加强宣传引导",
            "营商方案 | 二、 | 重点任务",
        ])
    );
    let others = answer("tasks-without-lead", &[], &["what", "others"]);
    assert!(others.contains(&"加强资金保障 | 青澜市望湖区财政局".to_owned()), "{others:?}");
}

#[test]
fn targets_due_by_a_date_per_agency() {
    let columns = ["due", "name", "role", "quote"];
    let due = answer("targets-due", &[], &columns);
    assert!(due.is_sorted_by_key(|row| row[..10].to_owned()), "{due:?}");
    let bearers = [
        "青澜市民政局",
        "青澜市住房和城乡建设局",
        "青澜市人民政府办公室",
        "青澜市生态环境局",
        "青澜市林业局",
        "青澜市行政审批局",
        "青澜市司法局",
        "青澜市财政局",
        "青澜市卫生健康委员会",
        "青澜市各县（市、区）水利局",
        "青澜市教师发展中心",
    ];
    let borne: BTreeSet<String> = due
        .iter()
        .filter(|row| bearers.iter().any(|name| row.contains(&format!(" | {name} | "))))
        .filter(|row| row.contains("| lead |") || row.contains("| responsible |"))
        .cloned()
        .collect();
    assert_eq!(
        borne,
        of([
            "2024-04-20 | 青澜市各县（市、区）水利局 | responsible | 全市水库责任人培训实现全覆盖",
            "2024-06-30 | 青澜市生态环境局 | lead | 2024年6月底前完成沿湖312个排口溯源",
            "2024-06-30 | 青澜市行政审批局 | lead | 6月底前推出餐饮、药店、民宿等20个“一业一证”事项",
            "2024-11-30 | 青澜市人民政府办公室 | responsible | 11月底前至少各开展2场线上访谈",
            "2024-11-30 | 青澜市卫生健康委员会 | responsible | 11月底前至少各开展2场线上访谈",
            "2024-11-30 | 青澜市民政局 | responsible | 11月底前至少各开展2场线上访谈",
            "2024-11-30 | 青澜市财政局 | responsible | 11月底前至少各开展2场线上访谈",
            "2024-12-31 | 青澜市人民政府办公室 | lead | 年底前实现政策文件结构化发布率100%",
            "2024-12-31 | 青澜市住房和城乡建设局 | lead | 2024年完成困难老年人家庭适老化改造1500户",
            "2024-12-31 | 青澜市住房和城乡建设局 | lead | 完成困难老年人家庭适老化改造1200户",
            "2024-12-31 | 青澜市住房和城乡建设局 | lead | 年底前联合验收率达到90%",
            "2024-12-31 | 青澜市住房和城乡建设局 | lead | 老旧小区全年加装电梯不少于200部",
            "2024-12-31 | 青澜市住房和城乡建设局 | responsible | 年底前联合验收率达到90%",
            "2024-12-31 | 青澜市司法局 | responsible | 年底前实现政策文件结构化发布率100%",
            "2024-12-31 | 青澜市教师发展中心 | responsible | 年内培训校长120名",
            "2024-12-31 | 青澜市林业局 | lead | 力争年底前建成湿地生态监测站5座",
            "2024-12-31 | 青澜市民政局 | lead | 年底前新建农村互助养老点86个",
        ])
    );
    let half = [("\"2024-12-31\"^^xsd:date", "\"2024-06-30\"^^xsd:date")];
    let early = answer("targets-due", &half, &columns);
    assert!(!early.is_empty() && early.len() < due.len());
    assert_eq!(early, due[..early.len()]);
}

#[test]
fn targets_without_a_deadline() {
    let all = set(answer("targets-without-deadline", &[], &["title", "quote", "value", "unit"]));
    for row in [
        "营商方案 | 企业开办全流程办理时间压减至0.5个工作日 | 0.5 | 个工作日",
        "营商方案 | “澜企贷”平台累计授信突破85亿元 | 8500000000 | 元",
        "技工意见 | 师生比不低于1:18 | 1:18 | 比",
        "老龄分工 | 新增护理型床位600张 | 600 | 张",
        "托育报告 | 每年培养托育人员200名 | 200 | 名",
        "湖泊方案 | 畜禽粪污综合利用率达到82%—85% | 82 | %",
        "湖泊方案 | 畜禽粪污综合利用率达到82%—85% | 85 | %",
    ] {
        assert!(all.contains(row), "{row} not in {all:#?}");
    }
    let district: Vec<_> = all.iter().filter(|row| row.starts_with("望湖计划")).collect();
    // Its other targets have the limit of their task's label line.
    assert_eq!(district, ["望湖计划 | 新增老年学习点8个 | 8 | 个"]);
    assert!(!all.iter().any(|row| row.contains("到2025年") || row.contains("月底前")), "{all:#?}");
}

#[test]
fn the_lineage_of_a_document() {
    let rows = answer("lineage", &[], &["steps", "from", "how", "to"]);
    let step = |steps: &str, from: &str, how: &str, to: &str| {
        // The short names are of titles, and these are keys of works.
        format!("{steps} | {from} | {how} | {to}").replace(DISTRICT_PLAN, "望湖计划")
    };
    assert_eq!(
        set(rows),
        BTreeSet::from([
            step("1", DISTRICT_PLAN, "implements", CITY_NOTICE),
            step("1", DISTRICT_PLAN, "via", CITY_PLAN),
            step("2", CITY_NOTICE, "issues", CITY_PLAN),
            step("3", CITY_PLAN, "implements", OPINION),
            step("3", CITY_PLAN, "implements", PROVINCE_NOTICE),
            step("3", CITY_PLAN, "via", PROVINCE_PLAN),
            step("4", PROVINCE_NOTICE, "issues", PROVINCE_PLAN),
            step("5", PROVINCE_PLAN, "implements", OPINION),
        ])
    );
}

#[test]
fn who_cites_a_policy_and_how() {
    let cites = |words: &str| {
        let about = [("新时代老龄工作的意见", words)];
        set(answer("who-cites", &about, &["cited", "kind", "title", "number", "what"]))
    };
    assert_eq!(
        cites("老年人权益保障法"),
        of([
            "老年人权益保障法 | basis | 望湖计划 |  | ",
            "老年人权益保障法 | basis | 老龄分工 |  | "
        ])
    );
    let plan = cites("老龄工作的意见任务分工方案");
    for (cited, kind, title) in [
        (CITY_PLAN, "issues", "老龄分工"),
        (CITY_PLAN, "via", "望湖计划"),
        (CITY_NOTICE, "implements", "望湖计划"),
        (PROVINCE_PLAN, "via", "老龄分工"),
        (PROVINCE_NOTICE, "implements", "老龄分工"),
    ] {
        let row = format!("{cited} | {kind} | {title} |  | ");
        assert!(plan.contains(&row), "{row} not in {plan:#?}");
    }
    let mention = " | mentions | 公开通报 | （三） | 持续强化解读";
    assert!(plan.iter().any(|row| row.ends_with(mention)), "{plan:#?}");
    assert_eq!(plan.len(), 6);
    let rules = cites("湿地公园管理办法");
    let [row] = &rules.iter().collect::<Vec<_>>()[..] else { panic!("{rules:#?}") };
    assert!(
        row.ends_with("青澜湖湿地公园管理办法 | drafts | 湖泊方案 | （三） | 保护修复湖滨湿地"),
        "{row}"
    );
}

#[test]
fn tasks_of_a_named_leader() {
    let tasks =
        |name: &str| answer("tasks-of-leader", &[("许棠", name)], &["title", "number", "what"]);
    assert_eq!(
        tasks("许棠"),
        ["教育要点 | 一、 | 校长教师赋能行动", "教育要点 | 二、 | 学生身心健康护航行动"]
    );
    assert_eq!(
        tasks("沈知远"),
        ["教育要点 | 二、 | 学生身心健康护航行动", "教育要点 | 三、 | 校园安全清零行动"]
    );
    assert_eq!(tasks("陆闻笙"), ["教育要点 | 一、 | 校长教师赋能行动"]);
    // Cells that span rows.
    assert_eq!(
        tasks("周砚秋"),
        [
            "湖泊方案 | 1 | 城区雨污分流改造工程",
            "湖泊方案 | 2 | 乡镇污水处理厂提标工程",
            "湖泊方案 | 3 | 湖滨缓冲带修复工程",
        ]
    );
    assert_eq!(
        tasks("何既明"),
        ["湖泊方案 | 4 | 入湖河口湿地工程", "湖泊方案 | 5 | 智慧湖泊监测工程"]
    );
    // Who is to be rung up leads nothing.
    assert!(tasks("岑亦舟").is_empty());
}

#[test]
fn where_body_and_table_disagree() {
    let all = answer("body-and-table", &[], &["title", "what", "aspect", "where", "says"]);
    let differs = set(all);
    let expected = of([
        "老龄分工 | 办好家门口的老年教育 | lead | 正文 | 青澜市教育局",
        "老龄分工 | 办好家门口的老年教育 | lead | 表格 | 青澜市文化广播电视和旅游局",
        "老龄分工 | 办好家门口的老年教育 | support | 正文 | 共青团青澜市委员会",
        "老龄分工 | 办好家门口的老年教育 | support | 正文 | 青澜市文化广播电视和旅游局",
        "老龄分工 | 办好家门口的老年教育 | support | 表格 | 青澜市教育局",
        "老龄分工 | 建设老年友好环境 | support | 正文 | 青澜市财政局",
        "老龄分工 | 建设老年友好环境 | support | 表格 | 青澜市妇女联合会",
        "老龄分工 | 建设老年友好环境 | value | 正文 | 2024年完成困难老年人家庭适老化改造1500户",
        "老龄分工 | 建设老年友好环境 | value | 表格 | 完成困难老年人家庭适老化改造1200户",
        "老龄分工 | 加强老年健康服务 | support | 正文 | 青澜市财政局",
    ]);
    assert!(expected.is_subset(&differs), "{differs:#?}");
    for agreed in ["完善居家社区养老服务", "提升机构养老质量"] {
        assert!(!differs.iter().any(|row| row.contains(agreed)), "{differs:#?}");
    }
    let (lead, value) = (" | lead | ", " | value | ");
    let grave = |rows: &BTreeSet<String>| {
        rows.iter().filter(|row| row.contains(lead) || row.contains(value)).count()
    };
    assert_eq!(grave(&differs), grave(&expected));
}

#[test]
fn the_evidence_of_one_claim() {
    let proof = |agency: &str, words: &str| {
        let about = [("\"青澜市民政局\"", agency), ("\"农村互助养老\"", words)];
        answer("evidence", &about, &["surface", "role", "basis", "sentence", "file"])
    };
    assert_eq!(
        proof("\"青澜市住房和城乡建设局\"", "\"建设老年友好环境\""),
        [
            "市住房城乡建设局 | lead | inline | （牵头单位：市住房城乡建设局；配合单位：市财政局、市民政局、市残联） \
             | elderly-division-plan-2024.txt",
            "住建局 | lead | table | 住建局 | elderly-division-plan-2024.txt",
        ]
    );
    // Two claims of one body, each with the words that make it.
    let finance = proof("\"青澜市财政局\"", "\"老龄事业经费\"");
    let [duty, support] = &finance[..] else { panic!("{finance:#?}") };
    assert!(duty.starts_with("财政部门 | responsible | prose | "), "{duty}");
    assert!(duty.contains("；财政部门要保障老龄事业经费；"), "{duty}");
    assert!(
        support.starts_with("市财政局 | support | inline | （牵头单位：市老龄办，"),
        "{support}"
    );
    assert_eq!(
        proof("\"青澜市望湖区财政局\"", "\"老龄事业经费\""),
        ["区财政局 | responsible | prose | 区财政局将老龄事业经费列入年度预算。 \
          | wanghu-elderly-plan-2025.txt"]
    );
}

#[test]
fn who_works_together() {
    let pairs = answer("cooperation", &[], &["lead", "support", "tasks"]);
    let several: BTreeSet<String> =
        pairs.iter().filter(|row| !row.ends_with(" | 1")).cloned().collect();
    // A task of the body and the row that restates it are one.
    assert_eq!(
        several,
        of([
            "青澜市住房和城乡建设局 | 青澜市财政局 | 2",
            "青澜市卫生健康委员会 | 青澜市医疗保障局 | 2",
            "青澜市民政局 | 青澜市医疗保障局 | 2",
            "青澜市民政局 | 青澜市卫生健康委员会 | 2",
            "青澜市民政局 | 青澜市财政局 | 2",
        ])
    );
    let most = |row: &String| row.rsplit(' ').next().map(str::to_owned);
    assert!(pairs.iter().map(most).rev().is_sorted(), "{pairs:#?}");
    assert!(pairs.contains(&"青澜市水利局水库科 | 青澜市水库事务中心 | 1".to_owned()));
}

#[test]
fn names_that_could_not_be_resolved() {
    let names = set(answer("unresolved-names", &[], &["name", "title", "times"]));
    for row in [
        "青澜湖旅游投资公司 | 湖泊方案 | 1",
        "市水务集团 | 营商方案 | 1",
        "银龄服务专班 | 望湖计划 | 1",
    ] {
        assert!(names.contains(row), "{row} not in {names:#?}");
    }
    assert!(!names.iter().any(|row| row.contains('局')), "{names:#?}");
}

#[test]
fn the_documents_and_their_heads() {
    let columns = ["title", "genre", "number", "issuers", "region", "written", "published", "tier"];
    let all = answer("documents", &[], &columns);
    assert_eq!(all.len(), TITLES.len());
    for row in [
        "望湖计划 | plan | 望政办发〔2025〕3号 | 青澜市望湖区人民政府办公室 | 望湖区 | 2025-01-14 |  | official",
        "老龄分工 | division-plan | 青政办发〔2024〕18号 | 青澜市人民政府办公室 | 青澜市 | 2024-05-10 | 2024-05-17 | official",
        "度汛通知 | notice | 青水发〔2024〕22号 | 青澜市应急管理局、青澜市水利局 | 青澜市 | 2024-04-08 |  | official",
        "湖泊方案 | plan |  | 青澜市生态环境局 | 青澜市 | 2024-03-27 | 2024-03-28 | draft",
        "技工意见 | opinion | 青政发〔2023〕11号 | 青澜市人民政府 | 青澜市 | 2023-08-18 |  | official",
    ] {
        assert!(all.contains(&row.to_owned()), "{row} not in {all:#?}");
    }
    assert!(all[0].starts_with("望湖计划"), "the latest first: {all:#?}");
}

#[test]
fn documents_that_are_to_be_drafted() {
    let all = set(answer("documents-to-draft", &[], &["draft", "agencies", "due", "title"]));
    for row in [
        "青澜湖湿地公园管理办法 | 青澜市林业局 | 2024-12-31 | 湖泊方案",
        "青澜市大中型水库调度规程 | 青澜市应急管理局 | 2024-05-31 | 度汛通知",
        "青澜市停车设施专项规划 | 青澜市自然资源和规划局 |  | 停车办法",
        "青澜市技能人才薪酬分配指引 | 青澜市人力资源和社会保障局 |  | 技工意见",
        "青澜市普通高中特色办学三年规划 |  |  | 教育要点",
    ] {
        assert!(all.contains(row), "{row} not in {all:#?}");
    }
    assert!(
        !all.iter().any(|row| row.starts_with("青澜市促进婴幼儿照护")),
        "what was done: {all:#?}"
    );
}

#[test]
fn what_falls_due_in_a_period() {
    let november = [
        ("\"2024-01-01\"^^xsd:date", "\"2024-11-01\"^^xsd:date"),
        ("\"2024-12-31\"^^xsd:date", "\"2024-11-30\"^^xsd:date"),
    ];
    let due = answer("deadline-calendar", &november, &["due", "limit", "title", "number", "what"]);
    assert_eq!(
        due,
        [
            "2024-11-15 | 11月15日前 | 公开通报 | （一） | 立即整改问题",
            "2024-11-30 | 11月底前 | 公开通报 | （三） | 持续强化解读",
        ]
    );
}

#[test]
fn one_indicator_compared() {
    let columns = ["region", "year", "quote", "comparator", "value", "unit", "due"];
    assert_eq!(
        set(answer("compare-indicator", &[], &columns)),
        of([
            "青澜市 | 2024 | 到2025年县级老年大学覆盖率达到100% | eq | 100 | % | 2025-12-31",
            "青澜市 | 2024 | 普惠性幼儿园覆盖率不低于92% | ge | 92 | % | ",
        ])
    );
}

#[test]
fn regions_and_years_compared() {
    let columns = ["region", "year", "documents", "tasks", "tasksWithLead"];
    let all = answer("compare-regions", &[], &columns);
    for row in ["望湖区 | 2025 | 1 | 6 | 4", "青澜市 | 2023 | 1 | 8 | 4"] {
        assert!(all.contains(&row.to_owned()), "{row} not in {all:#?}");
    }
}

#[test]
fn claims_that_want_a_look() {
    let all = answer("uncertain-claims", &[], &["confidence", "said"]);
    assert!(!all.is_empty());
    let confidence = |row: &String| row.split(' ').next().and_then(|c| c.parse::<f64>().ok());
    let rated: Vec<_> = all.iter().map(|row| confidence(row).expect("a number")).collect();
    assert!(rated.is_sorted() && rated.iter().all(|&c| c < 0.85), "{rated:?}");
    // The second party of a clause in running text is less certain than a label line.
    let said = |name: &str| all.iter().any(|row| row.ends_with(&format!(" | {name}")));
    assert!(said("市城市管理部门") && !said("区住房城乡建设局"));
}
