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
  | "sound";

export const shortcuts: { keys: string[]; command: Command; text: string }[] = [
  { keys: ["J", "↓"], command: "next", text: "Next call" },
  { keys: ["K", "↑"], command: "previous", text: "Previous call" },
  { keys: ["Enter"], command: "open", text: "Listen to the marked call" },
  { keys: ["T"], command: "takeover", text: "Take over in your own voice" },
  { keys: ["Shift", "T"], command: "takeoverAgentVoice", text: "Take over in the AI’s voice" },
  { keys: ["B"], command: "handback", text: "Hand back to the AI" },
  { keys: ["M"], command: "mute", text: "Mute or unmute yourself" },
  { keys: ["/"], command: "type", text: "Type a message" },
  { keys: ["1", "2", "3"], command: "use1", text: "Put a suggestion into the message box" },
  { keys: ["A"], command: "accept", text: "Accept what rings (also while typing: Alt + A)" },
  { keys: ["D"], command: "decline", text: "Decline it (also while typing: Alt + D)" },
  { keys: ["N"], command: "takeNext", text: "Take the next caller" },
  { keys: ["C"], command: "consult", text: "Ask a colleague" },
  { keys: ["X"], command: "transfer", text: "Transfer the call" },
  { keys: ["W"], command: "whisper", text: "Whisper to the colleague who has the call" },
  { keys: ["F"], command: "search", text: "Search everything that was said" },
  { keys: ["Ctrl", "K"], command: "palette", text: "All commands" },
  { keys: ["S"], command: "sound", text: "Sound for new requests on or off" },
  { keys: ["Esc"], command: "close", text: "Stop listening, back to the list" },
  { keys: ["?"], command: "help", text: "This list" },
];

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
    case "f":
    case "F":
      return "search";
    case "Escape":
      return "close";
    default:
      return null;
  }
}
