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
// the questions stand in the county's own words, whatever the user reads
const question = (number) => `.o_field_widget[name=answer_ids] .o_data_row:nth-child(${number})`;
const open = [
    {
        content: "the report of the school",
        trigger: ".o_data_row:contains(东河中心小学) .o_data_cell[name=school_id]",
        run: "click",
    },
    { content: "its form", trigger: ".o_form_view .o_statusbar_status" },
];
const saved = [
    { content: "save", trigger: ".o_form_button_save", run: "click" },
    { content: "saved", trigger: ".o_form_saved" },
];

// The records administrator answers the questions and signs; what is missing stands on top.
tours.add("edu_month_filled", {
    steps: () => [
        ...open,
        { content: "what is missing", trigger: ".alert-warning:contains(Not answered)" },
        { content: "the answers", trigger: ".o_notebook a[name=answers]", run: "click" },
        {
            content: "the first question",
            trigger: `${question(1)} td[name=value_text]`,
            run: "click",
        },
        {
            content: "its answer",
            trigger: `${question(1)} .o_field_widget[name=value_text] textarea`,
            run: "edit 走访三户，下月继续",
        },
        {
            content: "the second question",
            trigger: `${question(2)} td[name=value_choice]`,
            run: "click",
        },
        {
            content: "yes, it met",
            trigger: `${question(2)} .o_field_widget[name=value_choice] input[data-value=yes]`,
            run: "click",
        },
        ...saved,
        press("action_sign_filled"),
        ...yes,
        {
            content: "the next is not for the same person",
            trigger: ".o_statusbar_buttons:not(:has([name=action_sign_reviewed])):has([name=action_take_back])",
        },
    ],
});

// The principal reviews and submits.
tours.add("edu_month_reviewed", {
    steps: () => [
        ...open,
        press("action_sign_reviewed"),
        ...yes,
        state("signed"),
        press("action_submit"),
        ...yes,
        state("submitted"),
    ],
});

// The bureau sends it back.
tours.add("edu_month_returned", {
    steps: () => [
        ...open,
        state("submitted"),
        press("action_return"),
        {
            content: "why",
            trigger: ".modal .o_field_widget[name=reason] textarea",
            run: "edit 请补充家访情况",
        },
        { content: "return it", trigger: ".modal button[name=action_confirm]", run: "click" },
        state("returned"),
    ],
});

// The records administrator reads why, explains and signs again.
tours.add("edu_month_corrected", {
    steps: () => [
        ...open,
        { content: "why", trigger: ".alert-danger:contains(请补充家访情况)" },
        { content: "the explanation", trigger: ".o_notebook a[name=remark]", run: "click" },
        {
            content: "explain",
            trigger: ".o_field_widget[name=remark] textarea",
            run: "edit 已补充家访情况",
        },
        ...saved,
        press("action_sign_filled"),
        ...yes,
        { content: "signed", trigger: ".o_statusbar_buttons:has([name=action_take_back])" },
    ],
});

tours.add("edu_month_accepted", {
    steps: () => [...open, press("action_accept"), state("accepted")],
});

// The bureau sees who has not handed in, by name, and reminds them.
tours.add("edu_call_reminded", {
    steps: () => [
        {
            content: "the call of the month",
            trigger: ".o_data_row:contains(Monthly report) td[name=display_name]",
            run: "click",
        },
        { content: "who is waited for", trigger: "[name=open_names]:contains(东河中学)" },
        press("action_remind"),
        { content: "told", trigger: ".o_notification:contains(people were reminded)" },
        { content: "the page of all", trigger: ".oe_stat_button[name=action_view_status]", run: "click" },
        { content: "by name", trigger: ".o_data_row:contains(东河中学):contains(Not submitted)" },
    ],
});
