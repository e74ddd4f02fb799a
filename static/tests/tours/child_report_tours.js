import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

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

// The class teacher reports from the case, says why, and signs.
tours.add("edu_child_report_write", {
    steps: () => [
        press("action_report_in_writing"),
        state("draft"),
        { content: "what is missing", trigger: ".alert-warning:contains(in vain)" },
        {
            content: "why",
            trigger: ".o_field_widget[name=findings] textarea",
            run: "edit 家长两次拒绝送返，孩子在外务工。",
        },
        { content: "save", trigger: ".o_form_button_save", run: "click" },
        { content: "saved", trigger: ".o_form_saved" },
        press("action_sign_filled"),
        ...yes,
        { content: "signed", trigger: ".o_statusbar_buttons:has([name=action_take_back])" },
    ],
});

// The principal reviews it and hands it in.
tours.add("edu_child_report_submit", {
    steps: () => [
        { content: "the report", trigger: ".o_data_row:contains(张小明) td[name=student_id]", run: "click" },
        press("action_sign_reviewed"),
        ...yes,
        state("signed"),
        press("action_submit"),
        ...yes,
        state("submitted"),
        { content: "its number", trigger: ".oe_title:contains(控辍书报)" },
    ],
});
