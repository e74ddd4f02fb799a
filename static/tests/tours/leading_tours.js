import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const at = (name, tag) => `.o_field_widget[name=${name}] ${tag}`;
const press = (name) => ({
    content: `press ${name}`,
    trigger: `.o_form_view button[name=${name}]:visible`,
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

// The dean writes the minutes from the group's page, with one decision, and signs.
tours.add("edu_leading_minutes", {
    steps: () => [
        { content: "the school", trigger: ".o_data_row:contains(东河中心小学) td[name=school_id]", run: "click" },
        { content: "who is in it", trigger: ".o_field_widget[name=post_ids] .o_data_row:contains(Principal A)" },
        press("action_new_meeting"),
        { content: "the topic", trigger: at("name", "input"), run: "edit 开学部署" },
        { content: "the minutes", trigger: at("minutes", "textarea"), run: "edit 通报到校情况，逐户走访。" },
        {
            content: "a decision",
            trigger: ".o_field_widget[name=decision_ids] .o_field_x2many_list_row_add button, .o_field_widget[name=decision_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            content: "what",
            trigger: ".o_field_widget[name=decision_ids] .o_selected_row td[name=name] input",
            run: "edit 逐户走访",
        },
        {
            content: "who",
            trigger: ".o_field_widget[name=decision_ids] .o_selected_row td[name=user_id] input",
            run: "edit Class teacher A",
        },
        {
            content: "the class teacher",
            trigger: ".o-autocomplete--dropdown-item a:contains(Class teacher A)",
            run: "click",
        },
        {
            content: "by when",
            trigger: ".o_field_widget[name=decision_ids] .o_selected_row td[name=deadline] :is(input, button)",
            run: "click",
        },
        {
            content: "the day",
            trigger: ".o_field_widget[name=decision_ids] .o_selected_row td[name=deadline] input",
            run: "edit 09/10/2026",
        },
        { content: "save", trigger: ".o_form_button_save", run: "click" },
        { content: "saved", trigger: ".o_form_view button[name=action_record]:visible" },
        press("action_record"),
        ...yes,
        state("recorded"),
    ],
});

// The principal closes them.
tours.add("edu_leading_close", {
    steps: () => [
        { content: "the minutes", trigger: ".o_data_row:contains(开学部署) td[name=name]", run: "click" },
        state("recorded"),
        press("action_close"),
        ...yes,
        state("closed"),
    ],
});

// On a phone: whoever is to do it says what came of it.
tours.add("edu_leading_done", {
    steps: () => [
        {
            content: "done",
            trigger: ".o_kanban_record:contains(逐户走访) button[name=action_done]",
            run: "click",
        },
        { content: "in words", trigger: `.modal ${at("text", "textarea")}`, run: "edit 已走访三户" },
        { content: "done", trigger: ".modal .modal-footer button[name=action_report]:visible", run: "click" },
        { content: "nothing is left", trigger: ".o_kanban_view:not(:has(.o_kanban_record:contains(逐户走访)))" },
    ],
});
