import { registry } from "@web/core/registry";

const FILE = "/edu_dropout_control/static/tests/files/roster.xlsx";

/** Give the form's file input a workbook, as choosing one in the dialog does. */
async function choose(input, name) {
    const response = await fetch(FILE);
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
