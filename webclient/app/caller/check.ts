/** The microphone check before a call: permission, devices, level. */
import { computed, signal } from "@preact/signals-core";
import { canChooseSpeaker, listDevices, openSource, toMediaError, watchDevices, type DeviceList, type MediaError } from "../../sdk/src/index.ts";

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

/** What to do about a device that could not be had, as steps. Pure. */
export function remedy(e: { device: string; code: string }, browser: string): { title: string; steps: string[] } {
  const it = e.device;
  switch (e.code) {
    case "denied":
    case "dismissed":
      return {
        title: e.code === "denied" ? `Your browser is blocking the ${it}` : `The ${it} was not allowed yet`,
        steps:
          e.code === "dismissed"
            ? ["Press “Try again”.", "Choose “Allow” when the browser asks."]
            : /firefox/i.test(browser)
              ? [`Click the ${it} symbol at the left of the address bar.`, "Remove the block next to it.", "Press “Try again”."]
              : /iphone|ipad|mac.*safari(?!.*chrom)/i.test(browser)
                ? [`Open the settings of this website (“aA” or Safari › Settings for This Website).`, `Set the ${it} to “Allow”.`, "Press “Try again”."]
                : ["Click the symbol at the left of the address bar.", `Switch the ${it} on.`, "Press “Try again”."],
      };
    case "notFound":
      return { title: `No ${it} was found`, steps: [`Plug in a ${it} or a headset, or switch it on.`, "It is used as soon as it appears."] };
    case "inUse":
      return { title: `Another program is using the ${it}`, steps: ["Close other calls and recording programs.", "Press “Try again”."] };
    case "insecure":
      return { title: "This page is not secure", steps: ["Open it with https:// in front of the address."] };
    case "unsupported":
      return { title: `This browser can not use a ${it}`, steps: ["Open the page in a current Chrome, Edge, Firefox or Safari."] };
    default:
      return { title: `The ${it} could not be started`, steps: ["Press “Try again”.", "If that does not help, restart the browser."] };
  }
}
