import { useState } from "preact/hooks";
import { Brand, Notice, ThemeButton } from "../shared/ui.tsx";
import type { ConsoleModel } from "./model.ts";
import { t } from "../shared/i18n.ts";

// The server of a developer knows one user. Elsewhere this is only a wrong guess.
const dev = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);

export function LoginView({ model }: { model: ConsoleModel }) {
  const [identity, setIdentity] = useState(dev ? "dana" : "");
  const [password, setPassword] = useState(dev ? "dev" : "");
  return (
    <main class="login">
      <header class="row topbar">
        <span class="grow">
          <Brand />
        </span>
        <ThemeButton />
      </header>
      <form
        class="card login-card"
        onSubmit={(e) => {
          e.preventDefault();
          void model.login(identity, password);
        }}
      >
        <h1>{t("login.title")}</h1>
        <p class="muted">{t("login.lead")}</p>
        <label class="field">
          <span>{t("login.name")}</span>
          <input
            class="input"
            name="username"
            autocomplete="username"
            required
            value={identity}
            onInput={(e) => setIdentity(e.currentTarget.value)}
            aria-invalid={model.loginError.value !== null}
          />
        </label>
        <label class="field">
          <span>{t("login.password")}</span>
          <input
            class="input"
            name="password"
            type="password"
            autocomplete="current-password"
            required
            value={password}
            onInput={(e) => setPassword(e.currentTarget.value)}
            aria-invalid={model.loginError.value !== null}
          />
        </label>
        {model.loginError.value && (
          <Notice bad role="alert">
            {model.loginError.value}
          </Notice>
        )}
        <button type="submit" class="btn primary big" disabled={model.loggingIn.value} data-testid="login">
          {t(model.loggingIn.value ? "login.moment" : "login.submit")}
        </button>
      </form>
    </main>
  );
}
