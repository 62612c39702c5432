/** No person can be had: the preset reply, and a way to be called back. */
import { useState } from "preact/hooks";
import { t, locale } from "../shared/i18n.ts";
import { Icon } from "../shared/icons.tsx";
import type { CallerModel } from "./model.ts";
import { problems } from "./waiting.ts";

export function Over({ model }: { model: CallerModel }) {
  const h = model.over.value;
  if (!h) return null;
  return (
    <section class="ask over" data-who="wait" aria-label={t("wait.over")} data-testid="over">
      <div class="row">
        <Icon name="clock" />
        <b class="grow">{t("wait.over")}</b>
        <button type="button" class="btn quiet iconic compact" aria-label={t("dismiss")} onClick={() => (model.over.value = null)}>
          <Icon name="close" />
        </button>
      </div>
      {h.reply && (
        <p dir="auto" data-testid="reply">
          {h.reply}
        </p>
      )}
      {h.opensAt !== undefined && h.opensAt > 0 && <p class="small">{t("wait.opens", { when: new Date(h.opensAt).toLocaleString(locale(), { weekday: "long", hour: "2-digit", minute: "2-digit" }) })}</p>}
      {h.callBack && model.canLeaveCallBack && <CallBackForm model={model} />}
    </section>
  );
}

function CallBackForm({ model }: { model: CallerModel }) {
  const [c, set] = useState({ phone: "", email: "", note: "" });
  const [tried, setTried] = useState(false);
  const wrong = problems(c);
  if (model.callBack.value === "left") {
    return (
      <p role="status" data-testid="callback-left">
        <Icon name="check" /> {t("wait.left")}
      </p>
    );
  }
  const field = (key: "phone" | "email", kind: "tel" | "email") => (
    <label class="field grow">
      <span>{t(`wait.${key}`)}</span>
      <input
        class="input"
        inputMode={kind}
        dir="ltr"
        autocomplete={kind}
        value={c[key]}
        onInput={(e) => set({ ...c, [key]: e.currentTarget.value })}
        aria-invalid={wrong[key] !== undefined}
        aria-describedby={wrong[key] ? `wrong-${key}` : undefined}
        data-testid={`callback-${key}`}
      />
      {wrong[key] && (
        <span class="wrong small" id={`wrong-${key}`}>
          {t(wrong[key])}
        </span>
      )}
    </label>
  );
  return (
    <form
      class="stack"
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        setTried(true);
        if (Object.keys(wrong).length === 0) void model.leaveCallBack(c);
      }}
    >
      <p class="small">{t("wait.leave")}</p>
      <div class="row wrap callback-fields">
        {field("phone", "tel")}
        {field("email", "email")}
        <label class="field grow">
          <span>{t("wait.note")}</span>
          <input class="input" value={c.note} maxLength={1000} dir="auto" onInput={(e) => set({ ...c, note: e.currentTarget.value })} />
        </label>
      </div>
      {((tried && wrong.form) || model.callBackProblem.value) && (
        <p class="wrong small" role="alert">
          {model.callBackProblem.value ?? t(wrong.form!)}
        </p>
      )}
      <button type="submit" class="btn primary" disabled={model.callBack.value === "sending"} data-testid="callback-send">
        <Icon name="phone" /> {t("wait.call")}
      </button>
    </form>
  );
}
