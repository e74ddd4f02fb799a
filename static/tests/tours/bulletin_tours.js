import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const at = (name, tag) => `.o_field_widget[name=${name}] ${tag}`;
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
const row = (text) => ({
    content: `the row ${text}`,
    trigger: `.o_data_row:contains(${text}) td[name=name]`,
    run: "click",
});

// The bureau prepares the bulletin, asks for something and issues it.
tours.add("edu_bulletin_issue", {
    steps: () => [
        { content: "a new bulletin", trigger: ".o_list_button_add", run: "click" },
        { content: "what is asked", trigger: at("remark", "textarea"), run: "edit 请逐户走访。" },
        { content: "saved", trigger: ".o_form_button_save", run: "click" },
        { content: "filled", trigger: ".o_field_widget[name=figure_table]:contains(东河中心小学)" },
        press("action_issue"),
        ...yes,
        state("issued"),
        { content: "its orders", trigger: ".oe_stat_button:contains(Orders)", run: "click" },
        { content: "one a place", trigger: ".o_data_row:contains(东河中心小学)" },
    ],
});

// The school answers child by child; one of whom nothing is said is named.
tours.add("edu_order_answer", {
    steps: () => [
        row("控辍督"),
        state("sent"),
        press("action_answer"),
        ...yes.slice(0, 1),
        { content: "refused by name", trigger: ".o_error_dialog:contains(张小明)" },
        { content: "read", trigger: ".o_error_dialog .modal-footer .btn-primary", run: "click" },
        { content: "closed", trigger: "body:not(:has(.modal))" },
        { content: "the child", trigger: ".o_data_row:contains(张小明) td[name=answer]", run: "click" },
        {
            content: "what was done",
            trigger: `.o_data_row:contains(张小明) ${at("answer", "textarea")}`,
            run: "edit 已家访，父母答应下周送返",
        },
        { content: "saved", trigger: ".o_form_button_save", run: "click" },
        { content: "it stays", trigger: ".o_form_saved, .o_form_status_indicator:not(:has(.o_form_button_save:visible))" },
        press("action_answer"),
        ...yes,
        state("answered"),
    ],
});

// The bureau reads the answer and accepts it.
tours.add("edu_order_accept", {
    steps: () => [
        row("东河中心小学"),
        state("answered"),
        { content: "the answer", trigger: ".o_data_row:contains(已家访)" },
        press("action_accept"),
        state("accepted"),
    ],
});
