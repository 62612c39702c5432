import { Icon, type IconName } from "../shared/icons.tsx";
import type { CallerModel } from "./model.ts";
import { t } from "../shared/i18n.ts";

export function Controls({ model }: { model: CallerModel }) {
  const micOff = model.muted.value || !model.hasMicrophone.value;
  const canShare = typeof navigator.mediaDevices?.getDisplayMedia === "function";
  return (
    <div class="controls" role="toolbar" aria-label={t("caller.control.controls")}>
      <Control icon={micOff ? "micOff" : "mic"} label={t(micOff ? "caller.control.unmute" : "caller.control.mute")} off={micOff} onClick={() => model.toggleMute()} testid="mute" />
      <Control
        icon={model.camera.value ? "camera" : "cameraOff"}
        label={t(model.camera.value ? "caller.control.stopCamera" : "caller.control.camera")}
        on={model.camera.value !== null}
        onClick={() => model.toggle("camera")}
        testid="camera"
      />
      {canShare && (
        <Control
          icon="screen"
          label={t(model.screen.value ? "caller.control.stopSharing" : "caller.control.share")}
          on={model.screen.value !== null}
          onClick={() => model.toggle("screen")}
          testid="screen"
        />
      )}
      <Control
        icon="captions"
        label={t("caller.control.captions")}
        on={model.captions.value}
        pressed={model.captions.value}
        onClick={() => (model.captions.value = !model.captions.value)}
        testid="captions"
      />
      <Control icon="hangup" label={t("caller.control.hangUp")} danger onClick={() => void model.hangup()} testid="hangup" />
    </div>
  );
}

function Control(p: {
  icon: IconName;
  label: string;
  on?: boolean;
  off?: boolean;
  danger?: boolean;
  pressed?: boolean;
  onClick: () => void;
  testid: string;
}) {
  const look = p.danger ? "danger" : p.off ? "off" : p.on ? "on" : "";
  return (
    <button type="button" class="control" aria-pressed={p.pressed} onClick={p.onClick} data-testid={p.testid}>
      <span class={`btn round ${look}`}>
        <Icon name={p.icon} />
      </span>
      <span class="control-label">{p.label}</span>
    </button>
  );
}
