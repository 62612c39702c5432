/** The devices of this machine, and how they change. */

export interface Device {
  id: string;
  label: string;
}

export interface DeviceList {
  microphones: Device[];
  speakers: Device[];
  cameras: Device[];
}

/** True when this browser can choose where sound goes. */
export function canChooseSpeaker(): boolean {
  return typeof HTMLMediaElement !== "undefined" && "setSinkId" in HTMLMediaElement.prototype;
}

/** Lists the devices. Labels are empty until a permission was given once. */
export async function listDevices(): Promise<DeviceList> {
  const out: DeviceList = { microphones: [], speakers: [], cameras: [] };
  if (typeof navigator === "undefined" || !navigator.mediaDevices?.enumerateDevices) return out;
  for (const d of await navigator.mediaDevices.enumerateDevices()) {
    const list = d.kind === "audioinput" ? out.microphones : d.kind === "audiooutput" ? out.speakers : out.cameras;
    if (d.deviceId === "" || d.deviceId === "communications") continue;
    const name = d.kind === "audioinput" ? "Microphone" : d.kind === "audiooutput" ? "Speaker" : "Camera";
    list.push({ id: d.deviceId, label: d.label || `${name} ${list.length + 1}` });
  }
  return out;
}

/** Calls back when a device is plugged in or out; returns how to stop. */
export function watchDevices(changed: (list: DeviceList) => void): () => void {
  const media = typeof navigator === "undefined" ? undefined : navigator.mediaDevices;
  if (!media?.addEventListener) return () => undefined;
  const look = () => void listDevices().then(changed);
  media.addEventListener("devicechange", look);
  return () => media.removeEventListener("devicechange", look);
}
