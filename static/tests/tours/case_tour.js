import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const CHILD = "张小明";

// ---------------------------------------------------------------- what people do on a screen

const quiet = { content: "no dialog is left", trigger: "body:not(:has(.modal))" };
const at = (name, tag) => `.o_field_widget[name=${name}] ${tag}`;
const type = (name, text) => ({
    content: `type ${name}`,
    trigger: at(name, ":is(input, textarea)"),
    run: `edit ${text}`,
});
/** A date as mm/dd/yyyy; one that stands there already is a button. */
const day = (name, date) => [
    { content: `the day ${name}`, trigger: at(name, ":is(input, button)"), run: "click" },
    { content: `type ${name}`, trigger: at(name, "input"), run: `edit ${date}` },
    { content: "put it in", trigger: at(name, "input"), run: "press Enter" },
    { content: "the calendar is gone", trigger: "body:not(:has(.o_datetime_picker))" },
];
const choose = (name, label) => [
    { content: `open ${name}`, trigger: at(name, ".o_select_menu_toggler"), run: "click" },
    {
        content: `choose ${label}`,
        trigger: `.o_select_menu_item:contains(${label})`,
        run: "click",
    },
];
const pick = (name, label) => ({
    content: `pick ${label}`,
    trigger: at(name, `.o_radio_item:contains(${label}) input`),
    run: "click",
});
const find = (name, label) => [
    type(name, label),
    {
        content: `choose ${label}`,
        trigger: `.o-autocomplete--dropdown-item:not(.o_m2o_dropdown_option) a:contains(${label})`,
        run: "click",
    },
];
/** On a phone the choices fill the screen. */
const findOnPhone = (name, label) => [
    { content: `open ${name}`, trigger: at(name, "input"), run: "click" },
    { content: `choose ${label}`, trigger: `.modal .o_kanban_record:contains(${label})`, run: "click" },
    quiet,
];
const tab = (name) => ({ content: `page ${name}`, trigger: `.o_notebook a[name=${name}]`, run: "click" });
const press = (name) => ({
    content: `press ${name}`,
    trigger: `.o_form_view button[name=${name}]:visible`,
    run: "click",
});
const pressLabel = (label) => ({
    content: `press ${label}`,
    trigger: `.o_statusbar_buttons button:contains(${label})`,
    run: "click",
});
const yes = [{ content: "yes", trigger: ".modal .modal-footer .btn-primary", run: "click" }, quiet];
/** The step is refused in a dialog that holds each of these words. */
const refused = (...words) => [
    {
        content: `refused: ${words.join(", ")}`,
        trigger: `.o_error_dialog .modal-body${words.map((word) => `:contains("${word}")`).join("")}`,
    },
    { content: "read", trigger: ".o_error_dialog .modal-footer .btn-primary", run: "click" },
    { content: "closed", trigger: "body:not(:has(.o_error_dialog))" },
];
const state = (name) => ({
    content: `the record is ${name}`,
    trigger: `.o_form_statusbar .o_statusbar_status .o_arrow_button_current[data-value=${name}]`,
});
const openCase = (current) => [
    { content: "the case", trigger: `.o_kanban_record:contains(${CHILD})`, run: "click" },
    state(current),
];
const openRow = (kind) => [
    { content: `the row ${kind}`, trigger: `.o_data_row:contains(${kind}) td[name=kind]`, run: "click" },
    { content: "its form", trigger: ".o_form_view .o_form_statusbar" },
];
const rung = (name) => ({
    content: `the ladder stands at ${name}`,
    trigger: `.o_field_widget[name=ladder] .o_arrow_button_current[data-value=${name}]`,
});
const hint = (text) => ({
    content: "the next step of the law",
    trigger: `.o_field_widget[name=ladder_hint]:contains("${text}")`,
});

// ---------------------------------------------------------------- suspicion

// On a phone: the class teacher raises the case and looks into it.
tours.add("edu_case_teacher_raises", {
    steps: () => [
        { content: "a new case", trigger: ".o_kanban_button_new, .o-kanban-button-new", run: "click" },
        ...findOnPhone("student_id", CHILD),
        { content: "save", trigger: ".o_form_button_save", run: "click" },
        { content: "it has a number", trigger: ".o_field_widget[name=name]:contains(/[0-9]{4}/)" },
        press("action_verify"),
        { content: "now a visit can be recorded", trigger: "button[name=action_record_visit]:visible" },
    ],
});

// On a phone, at the door: a home visit takes two.
tours.add("edu_case_teacher_visits", {
    steps: () => [
        { content: "the case", trigger: `.o_kanban_record:contains(${CHILD})`, run: "click" },
        press("action_record_visit"),
        { content: "the teacher went", trigger: ".o_field_widget[name=visitor_ids] .o_tag:contains(Class teacher A)" },
        type("met", "父亲张大山"),
        type("situation", "孩子在家，不愿上学"),
        ...findOnPhone("cause_found_id", "Weary of school"),
        type("said", "讲明义务教育法，愿意安排补课"),
        ...choose("result", "Family considers it"),
        { content: "save", trigger: ".o_form_button_save", run: "click" },
        ...refused("at least 2 visitors"),
        type("visitor_names", "村支书老王"),
        { content: "save", trigger: ".o_form_button_save", run: "click" },
        { content: "saved", trigger: ".o_form_saved, .o_form_view:has(.o_field_widget[name=entered_at])" },
        { content: "back to the case", trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item:last a", run: "click" },
        tab("persuasion"),
        {
            content: "who went",
            trigger: ".o_field_widget[name=visit_ids] .o_kanban_record:contains(村支书老王)",
        },
    ],
});

// ---------------------------------------------------------------- confirmation

tours.add("edu_case_principal_confirms", {
    steps: () => [
        ...openCase("verifying"),
        press("action_confirm"),
        ...yes.slice(0, 1),
        ...refused("still needs", "whereabouts"),
        { content: "what the teacher found", trigger: at("cause_id", "input:value(Weary of school)") },
        ...find("whereabouts_id", "At home"),
        type("whereabouts_place", "柳树村家中"),
        type("township_responsible_name", "王村干"),
        press("action_confirm"),
        ...yes,
        state("persuading"),
        tab("law"),
        rung("none"),
    ],
});

// ---------------------------------------------------------------- advice

tours.add("edu_case_leader_advises", {
    steps: () => [
        ...openCase("persuading"),
        tab("law"),
        press("action_record_advice"),
        ...refused("the day the guardian was told", "who told the guardian", "article"),
        ...day("guardian_told_on", "09/07/2026"),
        type("guardian_told_by", "班主任、分管副校长"),
        pick("guardian_acknowledgement", "Signed"),
        press("action_record_advice"),
        rung("advised"),
        {
            content: "the township is asked",
            trigger: ".o_field_widget[name=referral_ids] .o_data_row:contains(东河镇人民政府)",
        },
        press("action_new_admission_notice"),
        ...refused("no good reason", "article 58"),
    ],
});

tours.add("edu_case_township_answers", {
    steps: () => [
        ...openRow("Advice to the township"),
        press("action_answer"),
        ...refused("the outcome of the answer"),
        { content: "open outcome", trigger: at("outcome", ".o_select_menu_toggler"), run: "click" },
        {
            content: "what a township may answer",
            trigger: ".o_select_menu_menu:has(.o_select_menu_item):not(:contains(justice))",
        },
        {
            content: "choose criticised",
            trigger: ".o_select_menu_item:contains(Guardian criticised and educated)",
            run: "click",
        },
        ...day("educated_on", "09/09/2026"),
        type("answer", "已到家中批评教育，责令送子女入学"),
        press("action_answer"),
        state("answered"),
    ],
});

tours.add("edu_case_leader_finds_no_good_reason", {
    steps: () => [
        ...openCase("persuading"),
        tab("law"),
        press("action_find_no_good_reason"),
        ...refused("the finding", "own statement", "article 58"),
        type("good_reason_finding", "家访核实：家庭无特殊困难，孩子身体健康"),
        type("good_reason_statement", "孩子自己不想念，我们管不住"),
        press("action_find_no_good_reason"),
        { content: "found", trigger: ".o_field_widget[name=good_reason]:contains(No good reason)" },
        hint("The admission notice may be issued."),
    ],
});

// ---------------------------------------------------------------- the two notices

const issue = (kind, number) => [
    press(`action_new_${kind}_notice`),
    { content: "the township issues", trigger: ".o_field_widget[name=issuer_name]:contains(东河镇人民政府)" },
    state("draft"),
    press("action_issue"),
    ...yes,
    state("issued"),
    { content: "its number", trigger: `.o_field_widget[name=number]:contains(${number})` },
];

tours.add("edu_case_township_issues_admission", {
    steps: () => [
        ...openCase("persuading"),
        tab("law"),
        press("action_new_deadline_notice"),
        ...refused("no deadline notice without an admission notice", "article 58"),
        ...issue("admission", "东河镇劝学通字〔2026〕第1号"),
    ],
});

const serve = (kind, date) => [
    ...openRow(kind),
    state("issued"),
    pick("service_method", "Served in person"),
    press("action_serve"),
    ...refused("the date of the signature", "who served it (article 87)"),
    ...day("service_date", date),
    type("service_place", "柳树村3号"),
    { content: "the guardian signed", trigger: at("recipient_name", "input:value(张大山)") },
    ...find("server_ids", "Dean A"),
    press("action_serve"),
    state("served"),
];

tours.add("edu_case_school_serves_admission", {
    steps: () => serve("Admission notice", "09/11/2026"),
});

tours.add("edu_case_township_is_too_early", {
    steps: () => [
        ...openCase("persuading"),
        tab("law"),
        press("action_new_deadline_notice"),
        ...refused("runs until the end of 2026-09-18", "article 58"),
        rung("admission_notice"),
    ],
});

tours.add("edu_case_township_issues_deadline", {
    steps: () => [
        ...openCase("persuading"),
        tab("law"),
        hint("The deadline notice may be issued."),
        ...issue("deadline", "东河镇限学通字〔2026〕第1号"),
    ],
});

tours.add("edu_case_school_serves_deadline", {
    steps: () => serve("Deadline notice", "09/22/2026"),
});

tours.add("edu_case_township_may_not_refer", {
    steps: () => [
        ...openCase("persuading"),
        tab("law"),
        press("action_refer_to_justice"),
        ...refused("only after that day may the case go to justice"),
        rung("deadline_notice"),
    ],
});

// ---------------------------------------------------------------- return

tours.add("edu_case_leader_takes_back", {
    steps: () => [
        ...openCase("persuading"),
        pressLabel("Child Is Back"),
        { content: "its own class", trigger: `.modal ${at("class_id", "input:value(Grade 3 class 1)")}` },
        { content: "confirm", trigger: ".modal button[name=action_apply]", run: "click" },
        ...refused("how the return was made sure"),
        type("note", "班主任当面见到学生，家长陪同到校"),
        { content: "confirm", trigger: ".modal button[name=action_apply]", run: "click" },
        quiet,
        state("returned"),
        tab("law"),
        rung("none"),
        {
            content: "an order obeyed is spent",
            trigger: ".o_field_widget[name=notice_ids] .o_data_row:contains(Deadline notice):contains(Spent)",
        },
    ],
});

tours.add("edu_case_teacher_observes", {
    steps: () => [...openCase("returned"), press("action_observe"), state("observing")],
});

tours.add("edu_case_teacher_checks", {
    steps: () => [
        ...openCase("observing"),
        pressLabel("Observation Check"),
        { content: "in school", trigger: `.modal ${at("present", "input[data-value=yes]:checked")}` },
        type("note", "在校，作业按时完成"),
        { content: "confirm", trigger: ".modal button[name=action_apply]", run: "click" },
        quiet,
        tab("return"),
        {
            content: "the check stands there",
            trigger: ".o_field_widget[name=observation_ids] .o_data_row:first:contains(作业按时完成)",
        },
    ],
});

tours.add("edu_case_principal_is_too_early", {
    steps: () => [
        ...openCase("observing"),
        press("action_close"),
        ...refused("the end of the observation on 2026-12-23"),
        state("observing"),
    ],
});

tours.add("edu_case_principal_closes", {
    steps: () => [
        ...openCase("observing"),
        { content: "due, not overdue", trigger: ".o_form_view:not(:has(.alert-warning:visible))" },
        press("action_close"),
        state("closed"),
    ],
});
