// 16 × 16, stroke 1.6, no fill; colour only repeats shape and word.
export const iconPaths = {
  message: "M2,3h12v8H7l-3,3v-3H2z",
  collect: "M1.5,4h13v8h-13zM4,6h2M5,6v4M4,10h2",
  condition: "M8,1.5L14.5,8L8,14.5L1.5,8z",
  call: "M2,5.5h12M11,2.5l3,3l-3,3M14,10.5H2M5,7.5l-3,3l3,3",
  action: "M9.5,1L3,9h4l-1,6l7-9H8.5z",
  set: "M5,2H3v12h2M11,2h2v12h-2M6,6.5h4M6,9.5h4",
  escalate: "M6,2a2.5,2.5,0,1,1,0,5a2.5,2.5,0,1,1,0-5zM1.5,14c0-6,9-6,9,0M13,9V3M11,5l2-2l2,2",
  gate: "M5.2,1.5h5.6l3.7,3.7v5.6l-3.7,3.7H5.2l-3.7-3.7V5.2zM6.5,5.5v5M9.5,5.5v5",
  waiting: "M4,1.5h8M4,14.5h8M5,1.5v3l6,7v3M11,1.5v3l-6,7v3",
  done: "M8,1.5a6.5,6.5,0,1,1,0,13a6.5,6.5,0,1,1,0-13zM5,8l2.2,2.3L11,6",
  failed: "M8,1.5a6.5,6.5,0,1,1,0,13a6.5,6.5,0,1,1,0-13zM5.5,5.5l5,5M10.5,5.5l-5,5",
  unknown: "M8,1.5L15,14H1zM6.6,7.4c0-2,2.8-2,2.8-.3c0,1-1.4,1-1.4,2.4M8,11.4v.9",
} as const;

/** The name of an icon: a kind of step, or a state. */
export type IconName = keyof typeof iconPaths;
