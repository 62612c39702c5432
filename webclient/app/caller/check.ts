/** The microphone check before a call: permission, devices, level. */
import { computed, signal } from "@preact/signals-core";
import { canChooseSpeaker, listDevices, openSource, toMediaError, watchDevices, type DeviceList, type MediaError } from "../../sdk/src/index.ts";
import { known, t } from "../shared/i18n.ts";

export type CheckState = "asking" | "ready" | "error";

export class MicCheck {
  readonly state = signal<CheckState>("asking");
  readonly track = signal<MediaStreamTrack | null>(null);
  readonly error = signal<MediaError | null>(null);
  readonly devices = signal<DeviceList>({ microphones: [], speakers: [], cameras: [] });
  readonly microphoneId = signal("");
  readonly speakerId = signal("");
  readonly canChooseSpeaker = canChooseSpeaker();
  readonly ready = computed(() => this.state.value === "ready");
  #stopWatching: (() => void) | null = null;

  constructor(private readonly opener: typeof openSource = openSource) {}

  /** Asks for the microphone; again after an error. */
  async start(deviceId = this.microphoneId.value): Promise<void> {
    this.state.value = "asking";
    this.error.value = null;
    try {
      const track = await this.opener("microphone", deviceId || undefined);
      this.#put(track);
      this.microphoneId.value = track.getSettings?.().deviceId ?? deviceId;
      this.state.value = "ready";
    } catch (e) {
      this.#put(null);
      this.error.value = toMediaError("microphone", e);
      this.state.value = "error";
    }
    this.devices.value = await listDevices();
    const speakers = this.devices.value.speakers;
    if (!this.speakerId.value && speakers.some((d) => d.id === "default")) this.speakerId.value = "default";
    this.#stopWatching ??= watchDevices((list) => {
      this.devices.value = list;
      if (this.state.value === "error" && list.microphones.length > 0) void this.start("");
    });
  }

  /** Gives the track to the call, which owns it from now on. */
  release(): MediaStreamTrack | null {
    const t = this.track.value;
    if (t) t.onended = null;
    this.track.value = null;
    this.#stop();
    return t;
  }

  close(): void {
    this.#put(null);
    this.#stop();
  }

  #stop(): void {
    this.#stopWatching?.();
    this.#stopWatching = null;
  }

  #put(track: MediaStreamTrack | null): void {
    const old = this.track.value;
    this.track.value = track;
    if (track) track.onended = () => this.track.value === track && void this.start("");
    if (old && old !== track) {
      old.onended = null;
      old.stop();
    }
  }
}

/** What to do about a device that could not be had, as steps. */
export function remedy(e: { device: string; code: string }, browser: string): { title: string; steps: string[] } {
  const device = t(`device.${e.device}`);
  const title = t(known(`remedy.title.${e.code}`) ? `remedy.title.${e.code}` : "remedy.title.failed", { device });
  const steps = (...keys: string[]) => ({ title, steps: keys.map((k) => t(`remedy.step.${k}`, { device })) });
  switch (e.code) {
    case "dismissed":
      return steps("again", "allow");
    case "denied":
      if (/firefox/i.test(browser)) return steps("firefox", "firefoxRemove", "again");
      if (/iphone|ipad|mac.*safari(?!.*chrom)/i.test(browser)) return steps("safari", "safariAllow", "again");
      return steps("chrome", "chromeOn", "again");
    case "notFound":
      return steps("plug", "appears");
    case "inUse":
      return steps("others", "again");
    case "insecure":
      return steps("https");
    case "unsupported":
      return steps("current");
    default:
      return steps("again", "restart");
  }
}
