import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const report = [
    {
        content: "the report of the school",
        trigger: ".o_data_row:contains(东河中心小学) .o_data_cell[name=school_id], .o_kanban_record:contains(东河中心小学)",
        run: "click",
    },
    { content: "its form", trigger: ".o_form_view .o_statusbar_status" },
];

/** A hand writes on the pad of Odoo's signature dialog. */
async function write() {
    const pad = document.querySelector(".modal canvas");
    const box = pad.getBoundingClientRect();
    const at = (type, x, y) =>
        pad.dispatchEvent(
            new PointerEvent(type, {
                bubbles: true,
                cancelable: true,
                pointerId: 1,
                pointerType: "pen",
                isPrimary: true,
                buttons: type === "pointerup" ? 0 : 1,
                pressure: 0.5,
                clientX: box.x + x * box.width,
                clientY: box.y + y * box.height,
            })
        );
    at("pointerdown", 0.2, 0.7);
    for (const [x, y] of [
        [0.3, 0.2],
        [0.45, 0.6],
        [0.6, 0.3],
        [0.8, 0.7],
    ]) {
        at("pointermove", x, y);
        await new Promise((resolve) => setTimeout(resolve, 30));
    }
    at("pointerup", 0.8, 0.7);
}

tours.add("edu_sign_password_and_drawing", {
    steps: () => [
        ...report,
        {
            content: "review",
            trigger: ".o_statusbar_buttons button[name=action_sign_reviewed]",
            run: "click",
        },
        { content: "yes", trigger: ".modal .modal-footer .btn-primary", run: "click" },
        {
            content: "what is signed as what",
            trigger: ".modal .o_field_widget[name=statement]:contains(Reviewed)",
        },
        { content: "the box", trigger: ".modal .o_signature", run: "click" },
        { content: "the hand writes", trigger: ".modal canvas", run: write },
        {
            content: "adopt it",
            trigger: ".modal .modal-footer button:contains(Adopt):enabled",
            run: "click",
        },
        { content: "it shows", trigger: ".modal img.o_signature" },
        {
            content: "a wrong password",
            trigger: ".modal .o_field_widget[name=password] input",
            run: "edit not-mine",
        },
        { content: "sign", trigger: ".modal button[name=action_sign]", run: "click" },
        {
            content: "refused in words",
            trigger: ".o_error_dialog .modal-body:contains(not your password)",
        },
        { content: "read", trigger: ".o_error_dialog .modal-footer .btn-primary", run: "click" },
        {
            content: "the right one",
            trigger: "body:not(:has(.o_error_dialog)) .modal .o_field_widget[name=password] input",
            run: "edit principal_a",
        },
        { content: "sign", trigger: ".modal button[name=action_sign]", run: "click" },
        {
            content: "signed: the next is to submit it",
            trigger:
                "body:not(:has(.modal)) .o_statusbar_buttons button[name=action_submit]",
        },
    ],
});

tours.add("edu_withdraw_and_compare", {
    steps: () => [
        ...report,
        {
            content: "take it back",
            trigger: ".o_statusbar_buttons button[name=action_take_back]",
            run: "click",
        },
        {
            content: "why",
            trigger: ".modal .o_field_widget[name=reason] textarea",
            run: "edit 漏写情况说明",
        },
        { content: "withdraw", trigger: ".modal button[name=action_confirm]", run: "click" },
        {
            content: "being prepared again",
            trigger:
                "body:not(:has(.modal)) .o_statusbar_status .o_arrow_button_current[data-value=draft]",
        },
        { content: "the explanation", trigger: ".o_notebook a[name=remark]", run: "click" },
        {
            content: "explain",
            trigger: ".o_field_widget[name=remark] textarea",
            run: "edit 三年级一名学生疑似辍学。",
        },
        { content: "save", trigger: ".o_form_button_save", run: "click" },
        { content: "saved", trigger: ".o_form_saved" },
        { content: "the signatures", trigger: ".o_notebook a[name=signatures]", run: "click" },
        {
            content: "the reason stands there",
            trigger: ".o_field_widget[name=signoff_ids]:contains(漏写情况说明)",
        },
        {
            content: "compare",
            trigger: ".tab-pane.active button[name=action_signoff_compare]",
            run: "click",
        },
        {
            content: "the new explanation is marked",
            trigger: ".modal .o_edu_comparison .bg-success-subtle:contains(三年级一名学生)",
        },
    ],
});

tours.add("edu_verify_all_shown", {
    steps: () => [
        { content: "a signature", trigger: ".o_data_row:contains(东河中心小学)" },
        { content: "verify all", trigger: "button[name=action_verify_shown]", run: "click" },
        {
            content: "the broken one is named",
            trigger: ".o_last_breadcrumb_item:contains(Broken Signatures), .o_breadcrumb:contains(Broken Signatures)",
        },
        { content: "and in what", trigger: ".o_data_row:contains(altered)" },
    ],
});

tours.add("edu_seal_from_request_to_line", {
    steps: () => [
        { content: "a new one", trigger: ".o_list_button_add", run: "click" },
        {
            content: "the paper",
            trigger: ".o_field_widget[name=document] input",
            run: "edit 《学校控辍保学方案》",
        },
        {
            content: "the own school stands there",
            trigger: ".o_field_widget[name=school_id]:has(input)",
        },
        { content: "save", trigger: ".o_form_button_save", run: "click" },
        {
            content: "asked for",
            trigger: ".o_statusbar_status .o_arrow_button_current[data-value=asked]",
        },
        {
            content: "the principal is asked to approve",
            trigger: ".o-mail-Chatter .o-mail-Activity:contains(Approve the use of the seal)",
        },
    ],
});
