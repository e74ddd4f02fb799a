import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

function open(school) {
    return [
        {
            content: "the report of the school",
            trigger: `.o_data_row:contains(${school}) .o_data_cell[name=school_id]`,
            run: "click",
        },
        { content: "its form", trigger: ".o_form_view .o_statusbar_status" },
    ];
}

function press(name, confirmed = true) {
    const steps = [
        { content: name, trigger: `.o_statusbar_buttons button[name=${name}]`, run: "click" },
    ];
    if (confirmed) {
        steps.push({ content: "yes", trigger: ".modal .modal-footer .btn-primary", run: "click" });
        steps.push({ content: "asked no more", trigger: "body:not(:has(.modal))" });
    }
    return steps;
}

function state(name) {
    return {
        content: `it is ${name}`,
        trigger: `.o_statusbar_status .o_arrow_button_current[data-value=${name}]`,
    };
}

tours.add("edu_report_principal_signs", {
    steps: () => [
        ...open("东河中心小学"),
        ...press("action_sign_reviewed"),
        state("signed"),
        ...press("action_submit"),
        state("submitted"),
        {
            content: "the principal has nothing left to do",
            trigger: ".o_statusbar_buttons:not(:has([name=action_take_back]))",
        },
    ],
});

tours.add("edu_report_bureau_returns", {
    steps: () => [
        ...open("东河中心小学"),
        ...press("action_receive", false),
        state("received"),
        ...press("action_return", false),
        {
            content: "why",
            trigger: ".modal .o_field_widget[name=reason] textarea",
            run: "edit 请补充说明三年级的到校情况",
        },
        { content: "return it", trigger: ".modal button[name=action_confirm]", run: "click" },
        state("returned"),
        {
            content: "the reason stands on top",
            trigger: ".alert-danger .o_field_widget[name=return_reason]:contains(三年级)",
        },
    ],
});

tours.add("edu_report_school_corrects", {
    steps: () => [
        ...open("东河中心小学"),
        {
            content: "the bureau's reason",
            trigger: ".alert-danger .o_field_widget[name=return_reason]:contains(三年级)",
        },
        { content: "the explanation", trigger: ".o_notebook a[name=remark]", run: "click" },
        {
            content: "explain",
            trigger: ".o_field_widget[name=remark] textarea",
            run: "edit 三年级一名学生疑似辍学，班主任正在家访。",
        },
        { content: "save", trigger: ".o_form_button_save", run: "click" },
        { content: "saved", trigger: ".o_form_saved" },
        ...press("action_sign_checked"),
        ...press("action_sign_filled"),
        {
            content: "the next is not for the same person",
            trigger: ".o_statusbar_buttons:not(:has([name=action_sign_reviewed]))",
        },
        { content: "the signatures", trigger: ".o_notebook a[name=signatures]", run: "click" },
        {
            content: "five of two rounds",
            trigger: ".o_field_widget[name=signoff_ids] .o_data_row:nth-child(5)",
        },
    ],
});

tours.add("edu_report_bureau_accepts", {
    steps: () => [
        ...open("东河中心小学"),
        ...press("action_accept", false),
        state("accepted"),
        { content: "the versions", trigger: ".o_notebook a[name=versions]", run: "click" },
        {
            content: "both versions are there",
            trigger: ".o_field_widget[name=version_ids] .o_data_row:nth-child(2)",
        },
    ],
});
