import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const FIELD = ".o_field_widget[name=id_number]";
const SHOWN = `${FIELD} .o_edu_secret_clear:contains(990000)`;

registry.category("web_tour.tours").add("edu_secret_own_class", {
    steps: () => [
        { content: "only the mask", trigger: `${FIELD}:contains(****)` },
        { content: "one tap in the own class", trigger: `${FIELD} .o_edu_reveal`, run: "click" },
        { content: "the number", trigger: SHOWN },
        { content: "hidden again by hand", trigger: `${FIELD} .fa-eye-slash`, run: "click" },
        { trigger: `${FIELD} .fa-eye` },
        { trigger: `${FIELD}:not(:has(.o_edu_secret_clear))` },
    ],
});

registry.category("web_tour.tours").add("edu_secret_reason_and_edit", {
    steps: () => [
        { trigger: `${FIELD} .o_edu_reveal`, run: "click" },
        { content: "no reason, no number", trigger: ".modal .o_edu_reveal_show:disabled" },
        { trigger: ".modal .o_edu_reason:first", run: "click" },
        { content: "or in words of one's own", trigger: ".modal #edu_reveal_reason", run: "edit 核对户口簿" },
        { trigger: ".modal .o_edu_reveal_show:enabled", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: SHOWN },
        { trigger: `${FIELD} .fa-eye-slash`, run: "click" },
        { content: "type over the mask", trigger: `${FIELD} input`, run: "edit 990000201805068716" },
        ...stepUtils.saveForm(),
        { trigger: `${FIELD} input:value(****************16)` },
        { content: "saving again changes nothing", trigger: ".o_field_widget[name=name] input", run: "edit 周秘" },
        ...stepUtils.saveForm(),
        { trigger: `${FIELD} input:value(****************16)` },
    ],
});
