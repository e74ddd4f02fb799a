import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const press = (name) => ({
    content: `press ${name}`,
    trigger: `.o_form_view .o_statusbar_buttons button[name=${name}]:visible`,
    run: "click",
});
const yes = [
    { content: "yes", trigger: ".modal .modal-footer .btn-primary", run: "click" },
    { content: "closed", trigger: "body:not(:has(.modal))" },
];

// A township draws up what its schools have handed in, looks at the child behind a figure, and signs.
tours.add("edu_consolidation", {
    steps: () => [
        { content: "a new one", trigger: ".o_list_button_add", run: "click" },
        { content: "saved", trigger: ".o_form_button_save", run: "click" },
        { content: "what it would say", trigger: ".o_edu_figure_board:contains(Not drawn up yet)" },
        press("action_consolidate"),
        { content: "drawn up", trigger: ".o_edu_figure_board:contains(Version 1)" },
        { content: "who is missing", trigger: ".o_edu_missing:contains(东河中学)" },
        {
            content: "the child behind a figure",
            trigger: ".o_edu_figure_board button[data-figure='grades/3/dropout/version']",
            run: "click",
        },
        { content: "is named", trigger: ".o_list_view .o_data_row:contains(张小明)" },
        { content: "back", trigger: ".breadcrumb-item.o_back_button a", run: "click" },
        { content: "the figures again", trigger: ".o_edu_figure_board:contains(Version 1)" },
        press("action_sign_filled"),
        ...yes,
        {
            content: "signed by one",
            trigger: "body:not(:has(.o_statusbar_buttons button[name=action_sign_filled]))",
        },
    ],
});

// What changed since stands beside what was reported; the earlier version is still there.
tours.add("edu_consolidation_since", {
    steps: () => [
        { content: "what changed", trigger: ".o_edu_since:contains(西岭学校)" },
        { content: "the figure is marked", trigger: ".o_edu_changed button[data-figure='grades/3/suspected/today']" },
        press("action_consolidate"),
        ...yes,
        { content: "version 2", trigger: ".o_edu_figure_board:has(.o_edu_version):contains(3 of 4 schools)" },
        { content: "nothing changed since", trigger: ".o_edu_figure_board:not(:has(.o_edu_since))" },
        {
            content: "the first version",
            trigger: "select.o_edu_version",
            run: ({ anchor }) => {
                anchor.selectedIndex = anchor.options.length - 1;
                anchor.dispatchEvent(new Event("change"));
            },
        },
        { content: "says what it said", trigger: ".o_edu_since:contains(西岭学校)" },
    ],
});
