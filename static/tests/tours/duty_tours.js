import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

function press(name) {
    return [
        { content: name, trigger: `.o_statusbar_buttons button[name=${name}]`, run: "click" },
        { content: "yes", trigger: ".modal .modal-footer .btn-primary", run: "click" },
        { content: "asked no more", trigger: "body:not(:has(.modal))" },
    ];
}

tours.add("edu_duty_principal_clears", {
    steps: () => [
        {
            content: "the report waits for the head of the school",
            trigger: ".o_data_row:contains(东河中心小学) .o_data_cell[name=kind_id]:contains(Written Report)",
            run: "click",
        },
        { content: "its record opens", trigger: ".o_form_view .o_field_widget[name=signoff_ids], .o_form_view .o_notebook" },
        ...press("action_sign_reviewed"),
        ...press("action_submit"),
        {
            content: "submitted",
            trigger: ".o_statusbar_status .o_arrow_button_current[data-value=submitted]",
        },
        {
            content: "back to the duties",
            trigger: ".o_breadcrumb a:contains(My Duties), .o_back_button",
            run: "click",
        },
        { content: "nothing is due any more", trigger: ".o_view_nocontent_smiling_face" },
    ],
});
