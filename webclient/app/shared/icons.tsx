/** Icons as inline SVG: no font, no request. All are decoration; the button has the name. */
const paths = {
  mic: "M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3ZM6 11a6 6 0 0 0 12 0M12 17v4",
  micOff: "M9 6a3 3 0 0 1 6 0v4M15 14a3 3 0 0 1-6-2V9M6 11a6 6 0 0 0 9.5 4.9M18 11a6 6 0 0 1-.6 2.6M12 17v4M4 3l16 18",
  camera: "M4 7h9a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2ZM15 11l6-3v8l-6-3",
  cameraOff: "M7 7h6a2 2 0 0 1 2 2v4M15 15.500a2 2 0 0 1-2 1.500H4a2 2 0 0 1-2-2V9a2 2 0 0 1 1.600-1.950M15 11l6-3v8l-3-1.500M3 3l18 18",
  screen: "M4 5h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1ZM9 21h6M12 14V8M9.500 10.500 12 8l2.500 2.500",
  captions: "M5 5h14a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2ZM10.500 10.500a2 2 0 1 0 0 3M17 10.500a2 2 0 1 0 0 3",
  hangup: "M3 14.500c5.500-5 12.500-5 18 0l-2.300 2.600-3.700-1.600v-2.400a11 11 0 0 0-6 0v2.400l-3.700 1.600Z",
  phone: "M6 3h3l1.500 5-2 1.500a12 12 0 0 0 6 6l1.500-2 5 1.500v3a2 2 0 0 1-2 2A16 16 0 0 1 4 5a2 2 0 0 1 2-2Z",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.500 20a7.500 7.500 0 0 1 15 0",
  spark: "M12 3l1.800 5.200L19 10l-5.200 1.800L12 17l-1.800-5.200L5 10l5.200-1.800ZM19 16l.700 2.300L22 19l-2.300.700L19 22l-.700-2.300L16 19l2.300-.700Z",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 9a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM9 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  send: "M4 12l16-8-5 16-3.500-6.500ZM11.500 13.500 20 4",
  close: "M6 6l12 12M18 6 6 18",
  back: "M15 5l-7 7 7 7",
  alert: "M12 4l9 16H3ZM12 10v4M12 17v.500",
  wifi: "M3 9.500a13 13 0 0 1 18 0M6.500 13a8 8 0 0 1 11 0M10 16.500a3 3 0 0 1 4 0M12 20v.100",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.500 1.500M17.500 17.500 19 19M5 19l1.500-1.500M17.500 6.500 19 5",
  moon: "M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500Z",
  auto: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM12 3v18",
  speaker: "M4 10v4h4l5 4V6L8 10ZM16.500 9a4 4 0 0 1 0 6M19 6.500a8 8 0 0 1 0 11",
  ear: "M7 17a3 3 0 0 0 5.500 1.500c1-2 4.500-3.500 4.500-8a6 6 0 0 0-12 0M9 11a2.500 2.500 0 0 1 5 0c0 2-2 2-2 4",
  handback: "M8 6 4 10l4 4M4 10h9a6 6 0 0 1 0 12h-2",
  takeover: "M9 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM3 18a6 6 0 0 1 9-5.200M14 17h7M18 13.500l3.500 3.500-3.500 3.500",
  check: "M5 12.500l4.500 4.500L19 7.500",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7v5l3.500 2",
  bell: "M6 17V11a6 6 0 0 1 12 0v6l1.500 2h-15ZM10 21h4",
  bellOff: "M8.500 6.200A6 6 0 0 1 18 11v4M6 11v6l-1.500 2H17M10 21h4M3 3l18 18",
  keyboard: "M4 6h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1ZM7 10h.010M11 10h.010M15 10h.010M8 14h8",
  lock: "M6 11h12v9H6ZM9 11V8a3 3 0 0 1 6 0v3",
  logout: "M10 4H5v16h5M14 8l4 4-4 4M18 12H9",
  down: "M12 5v14M6 13l6 6 6-6",
  pip: "M4 5h16v14H4ZM12 12h6v5h-6Z",
  list: "M8 6h12M8 12h12M8 18h12M4 6h.010M4 12h.010M4 18h.010",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, flip }: { name: IconName; flip?: boolean }) {
  return (
    <svg
      class={flip ? "icon flip" : "icon"}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.9"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
