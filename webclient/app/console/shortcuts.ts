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
}

/** What a key means, or null. inField: somebody is typing; inList: the list of calls has the focus. */
export function command(e: KeyLike, inField: boolean, inList: boolean): Command | null {
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
    case "Escape":
      return "close";
    default:
      return null;
  }
}
