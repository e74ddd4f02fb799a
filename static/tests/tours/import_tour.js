import { ImportProgress } from "@edu_dropout_control/import_progress/import_progress";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";

const FILE = "/edu_dropout_control/static/tests/files/roster.xlsx";

/** Give the form's file input a workbook, as choosing one in the dialog does. */
async function choose(input, name, url = FILE) {
    const response = await fetch(url);
    const type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    const data = new DataTransfer();
    data.items.add(new File([await response.blob()], name, { type }));
    input.files = data.files;
    input.dispatchEvent(new Event("change"));
}

function press(name) {
    return {
        content: `press ${name}`,
        trigger: `.o_statusbar_buttons button[name=${name}]:enabled`,
        run: "click",
    };
}

function state(name) {
    return {
        content: `it is ${name}`,
        trigger: `.o_statusbar_status .o_arrow_button_current[data-value=${name}]`,
    };
}

const TODO = ".o_field_widget[name=todo_row_ids]";

registry.category("web_tour.tours").add("edu_roster_import", {
    steps: () => [
        { content: "a new import", trigger: ".o_list_button_add", run: "click" },
        {
            content: "choose the workbook",
            trigger: ".o_field_widget[name=upload] .o_select_file_button",
            async run() {
                await choose(
                    document.querySelector(".o_field_widget[name=upload] input[type=file]"),
                    "三年级.xlsx"
                );
            },
        },
        {
            content: "it is taken up",
            trigger: ".o_field_widget[name=upload_name]:contains(三年级.xlsx)",
        },
        press("action_read"),
        state("mapped"),
        {
            content: "what a column holds, its number masked",
            trigger:
                ".o_field_widget[name=column_ids] .o_data_row:contains(身份证件号):contains(****************02)",
        },
        press("action_preview"),
        state("previewed"),
        {
            content: "what would happen",
            trigger: ".alert-info:visible .o_field_widget[name=summary]",
        },
        press("action_import"),
        state("done"),
        { content: "three are new", trigger: ".alert-success:contains(3)" },
        {
            content: "three stay",
            trigger: `${TODO}:has(.o_data_row:eq(2)):not(:has(.o_data_row:eq(3)))`,
        },
        {
            content: "correct the impossible date",
            trigger: `${TODO} .o_data_row:contains(吴佳怡) button[name=action_open]`,
            run: "click",
        },
        {
            content: "what is wrong",
            trigger: ".o_field_widget[name=problem_table]:contains(2018-02-30)",
        },
        {
            content: "type the date of the household register",
            trigger: ".o_field_widget[name=val_birthdate] input",
            run: "edit 2018-01-13",
        },
        press("action_run"),
        state("imported"),
        { content: "the child is there", trigger: "button[name=action_open_student]" },
        {
            content: "back to the import",
            trigger: ".o_breadcrumb .breadcrumb-item a:contains(三年级.xlsx), .o_back_button",
            run: "click",
        },
        {
            content: "two stay",
            trigger: `${TODO}:has(.o_data_row:eq(1)):not(:has(.o_data_row:eq(2)))`,
        },
        press("action_run_again"),
        { content: "four are in", trigger: ".alert-success:contains(4)" },
    ],
});

registry.category("web_tour.tours").add("edu_roster_dirty", {
    steps: () => [
        {
            content: "a new import",
            trigger: ".o_list_button_add",
            run(helpers) {
                ImportProgress.silence = 300; // no websocket in this test: it asks
                browser.open = (url) => {
                    fetch(url).then((response) => {
                        const name = response.headers.get("content-disposition");
                        document.body.dataset.eduFile = response.ok ? name : "";
                    });
                    return window;
                };
                return helpers.click();
            },
        },
        {
            content: "choose the workbook",
            trigger: ".o_field_widget[name=upload] .o_select_file_button",
            async run() {
                const input = ".o_field_widget[name=upload] input[type=file]";
                await choose(document.querySelector(input), "三年级.xlsx", "/edu_tests/dirty.xlsx");
            },
        },
        {
            content: "it is taken up",
            trigger: ".o_field_widget[name=upload_name]:contains(三年级.xlsx)",
        },
        press("action_read"),
        state("mapped"),
        press("action_preview"),
        state("previewed"),
        press("action_import"),
        state("running"),
        {
            content: "how far it is",
            trigger: ".o_edu_import_progress .progress-bar:not([aria-valuenow='0'])",
        },
        { content: "it can be stopped", trigger: "button[name=action_stop]:enabled" },
        state("done"),
        { content: "six are new", trigger: ".alert-success:contains(6)" },
        {
            content: "two stay",
            trigger: `${TODO}:has(.o_data_row:eq(1)):not(:has(.o_data_row:eq(2)))`,
        },
        press("action_error_workbook"),
        {
            content: "the list of wrong rows came down",
            trigger: "body[data-edu-file*='.xlsx']",
        },
        {
            content: "choose the corrected list",
            trigger: ".o_field_widget[name=corrected] .o_select_file_button",
            async run() {
                const input = ".o_field_widget[name=corrected] input[type=file]";
                const url = "/edu_tests/corrected.xlsx";
                await choose(document.querySelector(input), "更正.xlsx", url);
            },
        },
        { content: "save", trigger: ".o_form_button_save:enabled", run: "click" },
        { content: "all are in", trigger: ".alert-success:contains(8)" },
        { content: "nothing stays", trigger: `.o_form_view:not(:has(${TODO}))` },
    ],
});
