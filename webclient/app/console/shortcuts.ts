/** The console's keys. Pure: a key in, a command out. */
export type Command =
  | "help"
  | "next"
  | "previous"
  | "open"
  | "close"
  | "takeover"
  | "takeoverAgentVoice"
  | "handback"
  | "mute"
  | "type"
  | "use1"
  | "use2"
  | "use3"
  | "accept"
  | "decline"
  | "takeNext"
  | "consult"
  | "transfer"
  | "whisper"
  | "search"
  | "palette"
  | "jump"
  | "sound";

export const shortcuts: { keys: string[]; command: Command }[] = [
  { keys: ["J", "↓"], command: "next" },
  { keys: ["K", "↑"], command: "previous" },
  { keys: ["Enter"], command: "open" },
  { keys: ["T"], command: "takeover" },
  { keys: ["Shift", "T"], command: "takeoverAgentVoice" },
  { keys: ["B"], command: "handback" },
  { keys: ["M"], command: "mute" },
  { keys: ["/"], command: "type" },
  { keys: ["1", "2", "3"], command: "use1" },
  { keys: ["A"], command: "accept" },
  { keys: ["D"], command: "decline" },
  { keys: ["N"], command: "takeNext" },
  { keys: ["C"], command: "consult" },
  { keys: ["X"], command: "transfer" },
  { keys: ["W"], command: "whisper" },
  { keys: ["G"], command: "jump" },
  { keys: ["F"], command: "search" },
  { keys: ["Ctrl", "K"], command: "palette" },
  { keys: ["S"], command: "sound" },
  { keys: ["Esc"], command: "close" },
  { keys: ["?"], command: "help" },
];

/** Words with the keys that do the same, for a tooltip: isolated, so that they read from the left in every language. */
export function hint(words: string, ...keys: string[]): string {
  return `${words} (\u2066${keys.join(" + ")}\u2069)`;
}

export interface KeyLike {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  /** The key's place, where a modifier makes another character of it. */
  code?: string;
}

/** What a key means, or null. inField: somebody is typing; inList: the list of calls has the focus. */
export function command(e: KeyLike, inField: boolean, inList: boolean): Command | null {
  if ((e.ctrlKey || e.metaKey) && !e.altKey && e.key.toLowerCase() === "k") return "palette";
  if (e.altKey && !e.ctrlKey && !e.metaKey && (e.code === "KeyA" || e.code === "KeyD")) return e.code === "KeyA" ? "accept" : "decline";
  if (e.ctrlKey || e.metaKey || e.altKey) return null;
  if (inField) return null;
  switch (e.key) {
    case "?":
      return "help";
    case "j":
    case "J":
      return "next";
    case "k":
    case "K":
      return "previous";
    case "ArrowDown":
      return inList ? "next" : null;
    case "ArrowUp":
      return inList ? "previous" : null;
    case "t":
      return "takeover";
    case "T":
      return "takeoverAgentVoice";
    case "b":
    case "B":
      return "handback";
    case "m":
    case "M":
      return "mute";
    case "/":
      return "type";
    case "1":
      return "use1";
    case "2":
      return "use2";
    case "3":
      return "use3";
    case "s":
    case "S":
      return "sound";
    case "a":
    case "A":
      return "accept";
    case "d":
    case "D":
      return "decline";
    case "n":
    case "N":
      return "takeNext";
    case "c":
    case "C":
      return "consult";
    case "x":
    case "X":
      return "transfer";
    case "w":
    case "W":
      return "whisper";
    case "g":
    case "G":
      return "jump";
    case "f":
    case "F":
      return "search";
    case "Escape":
      return "close";
    default:
      return null;
  }
}
