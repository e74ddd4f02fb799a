import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const at = (name, tag) => `.o_field_widget[name=${name}] ${tag}`;
const open = (school) => [
    { content: "the plan", trigger: `.o_data_row:contains(${school}) .o_data_cell[name=school_id]`, run: "click" },
    { content: "its form", trigger: ".o_form_view .o_statusbar_status" },
];
const press = (name) => ({
    content: `press ${name}`,
    trigger: `.o_form_view .o_statusbar_buttons button[name=${name}]`,
    run: "click",
});
const yes = [
    { content: "yes", trigger: ".modal .modal-footer .btn-primary", run: "click" },
    { content: "closed", trigger: "body:not(:has(.modal))" },
];
const state = (name) => ({
    content: `it is ${name}`,
    trigger: `.o_form_statusbar .o_statusbar_status .o_arrow_button_current[data-value=${name}]`,
});

// What template and cases hold comes in; the goals are the school's own.
tours.add("edu_work_plan_fill", {
    steps: () => [
        ...open("东河中心小学"),
        press("action_fill"),
        { content: "filled", trigger: `.o_field_widget[name=goals] textarea:value(应返尽返)` },
        { content: "goals", trigger: at("goals", "textarea"), run: "edit 全部返校，不再流失。" },
        { content: "saved", trigger: ".o_form_button_save", run: "click" },
        { content: "it is saved", trigger: ".o_form_saved" },
        { content: "measures", trigger: ".o_notebook a[name=measures]", run: "click" },
        { content: "from the template", trigger: ".o_field_widget[name=work_ids] .o_data_row:nth-child(6)" },
        { content: "children", trigger: ".o_notebook a[name=children]", run: "click" },
        { content: "the open case", trigger: ".o_field_widget[name=child_ids] .o_data_row:contains(张小明)" },
    ],
});

tours.add("edu_work_plan_sign", {
    steps: () => [...open("东河中心小学"), press("action_sign_filled"), ...yes, state("to_review")],
});

tours.add("edu_work_plan_principal", {
    steps: () => [
        ...open("东河中心小学"),
        press("action_sign_reviewed"),
        ...yes,
        state("signed"),
        press("action_submit"),
        ...yes,
        state("submitted"),
    ],
});

tours.add("edu_work_plan_bureau", {
    steps: () => [
        ...open("东河中心小学"),
        { content: "signatures", trigger: ".o_notebook a[name=signatures]", run: "click" },
        { content: "of two", trigger: ".o_field_widget[name=signoff_ids] .o_data_row:nth-child(2)" },
        press("action_approve"),
        state("approved"),
    ],
});

// The teacher says what came of the measure that is the teacher's.
tours.add("edu_work_plan_measure", {
    steps: () => [
        { content: "done", trigger: ".o_data_row:contains(家访) button[name=action_done]", run: "click" },
        { content: "what came of it", trigger: `.modal ${at("outcome", "textarea")}`, run: "edit 走访12户" },
        ...yes,
        { content: "nothing open is left", trigger: ".o_list_view:not(:has(.o_data_row)), .o_nocontent_help" },
    ],
});
