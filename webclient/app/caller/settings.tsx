import { LevelMeter, Sheet } from "../shared/ui.tsx";
import type { Device } from "../../sdk/src/index.ts";
import type { CallerModel } from "./model.ts";
import { t } from "../shared/i18n.ts";

export function DeviceSheet({ model, onClose }: { model: CallerModel; onClose: () => void }) {
  const d = model.check.devices.value;
  return (
    <Sheet title={t("caller.check.devices")} onClose={onClose}>
      <Picker label={t("caller.check.microphone")} list={d.microphones} value={model.check.microphoneId.value} onPick={(id) => void model.chooseMicrophone(id)} />
      <LevelMeter track={model.call?.localTrack("microphone") ?? null} label={t("caller.check.level")} />
      {model.check.canChooseSpeaker && (
        <Picker label={t("caller.check.speaker")} list={d.speakers} value={model.check.speakerId.value} onPick={(id) => void model.chooseSpeaker(id)} none={t("caller.check.default")} />
      )}
      <Picker
        label={t("caller.check.camera")}
        list={d.cameras}
        value={model.camera.value?.getSettings().deviceId ?? ""}
        onPick={(id) => void model.chooseCamera(id)}
        none={t("caller.check.off")}
      />
    </Sheet>
  );
}

function Picker(p: { label: string; list: Device[]; value: string; onPick: (id: string) => void; none?: string }) {
  return (
    <label class="field">
      <span>{p.label}</span>
      <select class="input" value={p.value} onChange={(e) => p.onPick(e.currentTarget.value)} disabled={p.list.length === 0}>
        {(p.none && p.value === "") || p.list.length === 0 ? <option value="">{p.list.length === 0 ? t("caller.check.noneFound") : p.none}</option> : null}
        {p.list.map((x) => (
          <option key={x.id} value={x.id}>
            {x.label}
          </option>
        ))}
      </select>
    </label>
  );
}
