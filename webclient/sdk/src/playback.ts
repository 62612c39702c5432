/**
 * Playback of the audio slots: one element a slot, made once and kept, since a
 * slot's stream breaks only where the server is restarted. A browser that wants a click first says so.
 */
import { toMediaError } from "./errors.ts";

export class Playback {
  readonly #elements = new Map<string, HTMLAudioElement>();
  #sink = "";
  #blocked = false;

  constructor(private readonly onBlocked: (blocked: boolean) => void) {}

  get blocked(): boolean {
    return this.#blocked;
  }

  /** Plays a slot's track, in the place of the one that it had. */
  attach(mid: string, track: MediaStreamTrack): void {
    if (typeof document === "undefined") return;
    const old = this.#elements.get(mid);
    if (old) {
      old.srcObject = new MediaStream([track]);
      void this.#play(old);
      return;
    }
    const element = document.createElement("audio");
    element.autoplay = true;
    element.hidden = true;
    element.dataset["relevoSlot"] = mid;
    element.srcObject = new MediaStream([track]);
    document.body.append(element);
    this.#elements.set(mid, element);
    if (this.#sink) void this.#sinkTo(element, this.#sink).catch(() => undefined);
    void this.#play(element);
  }

  /** Tries again after a click. */
  async resume(): Promise<void> {
    await Promise.all([...this.#elements.values()].map((e) => this.#play(e)));
  }

  /** Chooses the speaker; throws MediaError. */
  async setSpeaker(deviceId: string): Promise<void> {
    this.#sink = deviceId;
    try {
      await Promise.all([...this.#elements.values()].map((e) => this.#sinkTo(e, deviceId)));
    } catch (error) {
      throw toMediaError("speaker", error);
    }
  }

  close(): void {
    for (const e of this.#elements.values()) {
      e.srcObject = null;
      e.remove();
    }
    this.#elements.clear();
  }

  #sinkTo(element: HTMLAudioElement, id: string): Promise<void> {
    return element.setSinkId ? element.setSinkId(id) : Promise.reject(new DOMException("no setSinkId", "NotSupportedError"));
  }

  async #play(element: HTMLAudioElement): Promise<void> {
    try {
      await element.play();
      this.#tell(false);
    } catch (error) {
      if ((error as DOMException).name === "NotAllowedError") this.#tell(true);
    }
  }

  #tell(blocked: boolean): void {
    if (blocked === this.#blocked) return;
    this.#blocked = blocked;
    this.onBlocked(blocked);
  }
}
